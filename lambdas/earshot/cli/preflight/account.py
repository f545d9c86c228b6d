"""What the AWS account has to say: credentials, quotas, and what is deployed there already."""

from collections.abc import Collection, Iterator, Mapping

from botocore.exceptions import BotoCoreError, ClientError

from earshot.cli.preflight.findings import Finding, Plan, Session, State
from earshot.cli.preflight.own_key import own_key
from earshot.cli.preflight.own_vpc import own_vpc

NEW_ACCOUNTS_MEMORY_MIB = 3008
API_CONCURRENCY = 10  # runs of the API's functions beside those that transcribe
BOOTSTRAP = "/cdk-bootstrap/hnb659fds/version"
# vCPUs that may run at once, by the first letter of the instance type:
# https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html
ON_DEMAND = {"g": "L-DB2E81BA", "p": "L-417A185B"}
SPOT = {"g": "L-3819A6DF", "p": "L-7212CCBC"}
SAID = {"gpus": "GPU quota", "own_key": "key", "own_vpc": "VPC"}
VCPUS = {"xlarge": 4, "2xlarge": 8, "4xlarge": 16, "8xlarge": 32, "16xlarge": 64}


def account(session: Session, plan: Plan) -> Iterator[Finding]:
    """All that can be asked; only the first finding where the account does not answer."""
    if not session.region_name:
        yield Finding(
            "region", State.STOPS, "No region is set: export AWS_DEFAULT_REGION=eu-central-1."
        )
        return
    try:
        who = session.client("sts").get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        yield Finding("credentials", State.STOPS, f"AWS takes no credentials from here: {error}")
        return
    yield Finding("credentials", State.FINE, f"{who['Arn']} in {session.region_name}")
    for check in (_bootstrapped, _concurrency, _memory, _gpus, own_key, own_vpc, _deployed):
        try:
            yield from check(session, plan)
        except (BotoCoreError, ClientError) as error:
            what = check.__name__.strip("_")
            yield Finding(SAID.get(what, what), State.LOOK, f"could not be asked: {error}")


def _bootstrapped(session: Session, plan: Plan) -> Iterator[Finding]:
    del plan
    ssm = session.client("ssm")
    try:
        version = ssm.get_parameter(Name=BOOTSTRAP)["Parameter"]["Value"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ParameterNotFound":
            raise
        yield Finding("cdk bootstrap", State.STOPS, "Run `cdk bootstrap` once in this region.")
        return
    yield Finding("cdk bootstrap", State.FINE, f"version {version}")


def _concurrency(session: Session, plan: Plan) -> Iterator[Finding]:
    limit = session.client("lambda").get_account_settings()["AccountLimit"]
    may, wanted = limit["ConcurrentExecutions"], plan.transcribe_concurrency + API_CONCURRENCY
    if may >= wanted:
        yield Finding("Lambda concurrency", State.FINE, f"{may} runs at once")
        return
    yield Finding(
        "Lambda concurrency",
        State.LOOK,
        f"The account runs {may} functions at once, and {wanted} are wanted: recordings and "
        "requests will wait for each other. Ask Service Quotas for Lambda's \"Concurrent "
        f'executions" of 1000, or set "transcribe_concurrency": {max(2, may // 2)}.',
    )


def _memory(session: Session, plan: Plan) -> Iterator[Finding]:
    """No quota says it, but a function that has more shows that it is allowed."""
    wanted = plan.transcribe_memory_mib
    if wanted <= NEW_ACCOUNTS_MEMORY_MIB:
        yield Finding("Lambda memory", State.FINE, f"{wanted} MiB, which every account has")
        return
    pages = session.client("lambda").get_paginator("list_functions").paginate()
    if any(one["MemorySize"] >= wanted for page in pages for one in page["Functions"]):
        yield Finding("Lambda memory", State.FINE, f"{wanted} MiB: another function has them")
        return
    yield Finding(
        "Lambda memory",
        State.LOOK,
        f"{wanted} MiB are wanted. New accounts have at most {NEW_ACCOUNTS_MEMORY_MIB}, and which "
        "is the case can't be looked up: ask AWS Support for 10,240 MB of memory for functions, or "
        f'set "transcribe_memory_mib": {NEW_ACCOUNTS_MEMORY_MIB}.',
    )


def _gpus(session: Session, plan: Plan) -> Iterator[Finding]:
    if not plan.bulk:
        return
    quotas = session.client("service-quotas")
    types = plan.bulk_instances.split(",")
    family = types[0][0]
    vcpus = min(VCPUS.get(one.partition(".")[2], 8) for one in types if one[0] == family)
    for what, codes, workers in (
        ("Running On-Demand G and VT instances", ON_DEMAND, plan.bulk_on_demand_base),
        (
            "All G and VT Spot Instance Requests",
            SPOT,
            plan.bulk_max_workers - plan.bulk_on_demand_base,
        ),
    ):
        wanted = workers * vcpus
        if not wanted:
            continue
        quota = quotas.get_service_quota(ServiceCode="ec2", QuotaCode=codes[family])["Quota"]
        name, may = quota.get("QuotaName", what), int(quota["Value"])
        if may >= wanted:
            yield Finding(name, State.FINE, f"{may} vCPUs")
        else:
            yield Finding(
                name,
                State.LOOK if may >= vcpus else State.STOPS,
                f"{may} vCPUs, and {workers} workers want {wanted}. Ask Service Quotas for them "
                f'(Amazon EC2, "{name}", {codes[family]}); it can take days.',
            )


def _deployed(session: Session, plan: Plan) -> Iterator[Finding]:
    """What a stack of this name is like now, and whether its search domain would be replaced."""
    name = plan.stack_name
    try:
        (stack,) = session.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if "does not exist" not in str(error):
            raise
        yield from _left(session, name)
        return
    status = stack["StackStatus"]
    if status in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED", "REVIEW_IN_PROGRESS"):
        yield Finding(
            "stack",
            State.STOPS,
            f"{name} is {status}, which can't be updated. Delete it first: see "
            "docs/troubleshooting.md, The first deployment failed.",
        )
        return
    yield Finding("stack", State.FINE, f"{name} is {status}")
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", [])}
    resources = session.client("cloudformation").describe_stack_resources(StackName=name)
    kinds = {one["ResourceType"] for one in resources["StackResources"]}
    yield from _search_domain(outputs, kinds, plan)
    if "Table" in outputs:
        yield from _indexes(session, outputs["Table"], plan)


def _indexes(session: Session, table: str, plan: Plan) -> Iterator[Finding]:
    """CloudFormation adds one index to a table in an update, and refuses two."""
    about = session.client("dynamodb").describe_table(TableName=table)["Table"]
    now = len(about.get("GlobalSecondaryIndexes", ()))
    if plan.table_indexes > now + 1:
        yield Finding(
            "table",
            State.STOPS,
            f"It has {now} of {plan.table_indexes} indexes, and a deployment can add one. Set "
            f'"table_indexes": {now + 1}, deploy, and go on so: docs/deploy.md, Update.',
        )


def _search_domain(
    outputs: Mapping[str, str], kinds: Collection[str], plan: Plan
) -> Iterator[Finding]:
    """Whether the domain would be replaced by another, with an empty index."""
    now, then = outputs.get("OpenSearchUrl"), plan.opensearch_url
    if now is None:
        return
    own = None if "AWS::OpenSearchService::Domain" in kinds else now  # None: the stack made it
    if then != own:
        yield Finding(
            "search domain",
            State.STOPS,
            f"The stack searches {own or 'a domain that it made'}, and the settings name "
            f'{then or "none"}: a deployment would replace it. Mend "opensearch_url" and '
            '"opensearch_arn", or add --replace-search if you mean it, and run `earshot reindex` '
            "afterwards.",
        )
        return
    for setting, output, planned in (
        ("kms_key_arn", "KmsKey", plan.kms_key_arn),
        ("vpc_id", "Vpc", plan.vpc_id),
    ):
        if own is None and outputs.get(output) != planned:
            yield Finding(
                "search domain",
                State.STOPS,
                f"It was made with {outputs.get(output, 'none')} as {setting}, and the settings "
                f"name {planned or 'none'}: a deployment would replace it. Mend the setting, or "
                "add --replace-search if you mean it, and run `earshot reindex` afterwards.",
            )


def _left(session: Session, name: str) -> Iterator[Finding]:
    """What an earlier stack of this name left: `earshot restore` brings it into the new one."""
    tables = session.client("dynamodb").get_paginator("list_tables").paginate()
    left = [
        table
        for page in tables
        for table in page["TableNames"]
        if table.startswith(f"{name}-RecordsTable")
    ]
    if left:
        yield Finding(
            "an earlier deployment",
            State.LOOK,
            f"left {', '.join(left)}. A new stack begins empty; `earshot restore adopt` copies "
            "what it holds: see docs/operations.md, After a stack was deleted.",
        )
