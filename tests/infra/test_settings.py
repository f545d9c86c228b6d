"""What a deployment may choose, and what it is told when a choice can't be deployed."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from constructs import Node
from pydantic import BaseModel

from infra.context import OWN_FILE
from infra.settings import Settings
from tests.infra.conftest import CHOSEN, LOCAL, NO_PIP, ROOT, synthesize
from tests.infra.template import Template

LOCAL_GIVEN = {
    name: value for name, value in LOCAL.items() if name.startswith(("endpoint", "local"))
}
OWN_DOMAIN = {
    "opensearch_url": "https://search.example.org",
    "opensearch_arn": "arn:aws:es:eu-central-1:123456789012:domain/mine",
}
VPC, SUBNET = "vpc-0123456789abcdef0", "subnet-0123456789abcdef0"
HEX = "0123456789abcdef" * 4


class FakeNode:
    """A construct's node, as far as settings ask it."""

    def __init__(self, context: Mapping[str, Any]) -> None:
        self._context = dict(context)

    def get_all_context(self) -> dict[str, Any]:
        return self._context


def from_context(context: Mapping[str, Any]) -> Settings:
    node: Any = FakeNode({"settings_file": "", **context})
    assert hasattr(Node, "get_all_context")
    return Settings.from_context(node)


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"stack_name": "my stack"}, "stack_name must be a letter and then letters"),
    ({"stack_name": "a" * 125}, "stack_name must be a letter and then letters"),
    ({"stack_name": "2nd"}, "stack_name must be a letter and then letters"),
    ({"model": ""}, "model must be a hub id"),
    ({"model": "/home/me/model"}, "model must be a hub id .* or a folder below models/"),
    ({"model": "facebook/wav2vec2 large"}, "model must be a hub id"),
    ({"model": "models/../secrets"}, "model must be a hub id"),
    ({"model_revision": " "}, "model_revision must be a commit, branch or tag"),
    ({"writer": "/home/me/writer"}, "writer must be moonshine-tiny, none, a hub id"),
    ({"writer": ""}, "writer must be moonshine-tiny, none, a hub id"),
    ({"image": "earshot"}, "image must be repository:tag or repository@sha256:digest"),
    ({"image": "earshot@sha256:0f"}, "image must be repository:tag"),
    ({"image": "1.dkr.ecr.eu-central-1.amazonaws.com/earshot:1"}, "image must be .* without its"),
    ({"bulk_image": "Earshot:1"}, "bulk_image must be repository:tag"),
    ({"opensearch_url": "https://search.example.org"}, "opensearch_url goes with opensearch_arn"),
    (OWN_DOMAIN | {"opensearch_url": "http://search.example.org"}, "must begin with https://"),
    (OWN_DOMAIN | {"opensearch_url": "search.example.org"}, "opensearch_url must be an address"),
    (OWN_DOMAIN | {"opensearch_url": "https://a.org/_search"}, "opensearch_url must be an address"),
    (OWN_DOMAIN | {"opensearch_url": "https://me:pw@a.org"}, "opensearch_url must be an address"),
    ({"opensearch_arn": OWN_DOMAIN["opensearch_arn"]}, "opensearch_arn goes with opensearch_url"),
    (OWN_DOMAIN | {"opensearch_arn": "arn:aws:es:::domain/x"}, "opensearch_arn must be an ARN"),
    ({"search_index": "Interviews"}, "search_index must be words of small letters"),
    ({"search_index": "earshot-passages-2"}, "search_index must be .* beginning with a letter"),
    ({"search_index": "a,b"}, "search_index must be words of small letters"),
    ({"opensearch_instance": "t3.small"}, r"did you mean t3\.small\.search\?"),
    ({"opensearch_instance": "t3.smal.search"}, r"did you mean t3\.small\.search\?"),
    ({"opensearch_instance": "i3.large.search"}, "an OpenSearch instance type with EBS gp3"),
    ({"opensearch_nodes": 0}, "opensearch_nodes must be a whole number from 1 to"),
    ({"opensearch_nodes": "3"}, "opensearch_nodes must be 1 or an even number up to 10"),
    ({"opensearch_nodes": "12"}, "opensearch_nodes must be 1 or an even number up to 10"),
    ({"opensearch_gib": "5"}, "opensearch_gib must be a whole number from 10 to"),
    ({"opensearch_gib": "101"}, "opensearch_gib must be at most 100 with t3.small.search, not 101"),
    ({"refresh_interval": "1"}, "refresh_interval must be a time such as 200ms"),
    ({"refresh_interval": "-1"}, "refresh_interval must be a time such as 200ms"),
    ({"transcribe_memory_mib": "20000"}, "must be a whole number from 128 to 10240, not '20000'"),
    ({"transcribe_memory_mib": "64"}, "transcribe_memory_mib must be a whole number from 128"),
    ({"transcribe_memory_mib": "2 GB"}, "transcribe_memory_mib must be a whole number"),
    ({"transcribe_timeout_s": 1800}, "transcribe_timeout_s must be a whole number from 1 to 900"),
    ({"transcribe_timeout_s": 0}, "transcribe_timeout_s must be a whole number from 1 to 900"),
    ({"transcribe_concurrency": "1"}, "transcribe_concurrency must be a whole number from 2 to"),
    ({"transcribe_concurrency": "1001"}, "transcribe_concurrency must be a whole number from 2"),
    ({"transcribe_concurrency": "many"}, "transcribe_concurrency must be a whole number"),
    ({"transcribe_concurrency": True}, "transcribe_concurrency must be a whole number"),
    ({"transcribe_batch": 11}, "transcribe_batch must be a whole number from 1 to 10"),
    ({"max_audio_bytes": 0}, "max_audio_bytes must be a whole number from 1 to"),
    ({"max_audio_bytes": str(20 * 1024**3)}, "max_audio_bytes must be a whole number from 1 to"),
    ({"max_audio_seconds": -7200}, "max_audio_seconds must be a whole number, 1 or more"),
    ({"max_request_seconds": "0"}, "max_request_seconds must be a whole number, 1 or more"),
    ({"api_rate_per_s": 0}, "api_rate_per_s must be a whole number from 1 to"),
    ({"api_burst": 6000}, "api_burst must be a whole number from 1 to 5000"),
    ({"api_rate_per_s": 200}, "api_burst must be at least api_rate_per_s, which is 200, not 100"),
    ({"speech_rate_per_s": 0.5}, "speech_rate_per_s must be a whole number from 1 to"),
    ({"speech_burst": 1}, "speech_burst must be at least speech_rate_per_s, which is 5, not 1"),
    ({"log_days": "12"}, "log_days must be one of 1, 3, 5, 7"),
    ({"alarm_email": "ops"}, "alarm_email must be one e-mail address, not 'ops'"),
    ({"alarm_email": "a@example.org, b@example.org"}, "alarm_email must be one e-mail address"),
    ({"alarm_email": "https://example.org"}, "alarm_email must be one e-mail address"),
    ({"version_days": 0}, "version_days must be a whole number from 1 to"),
    ({"opensearch_zones": 4}, "opensearch_zones must be one of 2, 3"),
    ({"opensearch_zones": 3, "opensearch_nodes": 2}, "must be 1 or a multiple of three up to 10"),
    ({"keep_days": -1}, "keep_days must be a whole number from 0 to"),
    ({"tags": "team"}, "tags must be names and values"),
    ({"tags": "aws:x=1"}, "tags must be names and values"),
    ({"domain_name": "Search.example.org"}, "domain_name must be a host's name"),
    ({"domain_name": "search.example.org"}, "domain_name and certificate_arn go together"),
    ({"hosted_zone_id": "Z0123456789"}, "hosted_zone_id goes with domain_name"),
    (
        {"certificate_arn": str(CHOSEN["certificate_arn"]).replace("us-east-1", "eu-central-1")},
        "certificate_arn must be the ARN of a certificate in us-east-1",
    ),
    (
        {"web_acl_arn": str(CHOSEN["web_acl_arn"]).replace("global", "regional")},
        "web_acl_arn must be the ARN of a web ACL with scope CLOUDFRONT",
    ),
    ({"monthly_budget_usd": 10}, "monthly_budget_usd goes with alarm_email"),
    ({"audio_bucket": "My_Bucket"}, "audio_bucket must be a bucket's name"),
    ({"audio_bucket": "mine", "keep_days": 3}, "keep_days can't be set for a bucket of your own"),
    ({"vpc_id": "mine"}, "vpc_id must be a VPC's id"),
    ({"vpc_id": VPC}, "vpc_id and vpc_subnet_ids go together"),
    ({"vpc_id": VPC, "vpc_subnet_ids": "subnet-1"}, "vpc_subnet_ids must be ids of subnets"),
    ({"vpc_id": VPC, "vpc_subnet_ids": f"{SUBNET},{SUBNET}"}, "names a subnet twice"),
    (
        {"vpc_id": VPC, "vpc_subnet_ids": SUBNET, "opensearch_nodes": 2},
        "vpc_subnet_ids must be at least 2, one of each zone",
    ),
    ({"kms_key_arn": "alias/mine"}, "kms_key_arn must be the ARN of a symmetric KMS key"),
    ({"bulk": "yes"}, "bulk must be true or false, not 'yes'"),
    ({"bulk_instances": "g6.xlarge, g5.xlarge"}, "separated by commas without blanks"),
    ({"bulk_instances": "g4dn.xlarge"}, "with one GPU that computes in bfloat16"),
    ({"bulk_instances": "g5.12xlarge"}, "with one GPU that computes in bfloat16"),
    ({"bulk_instances": "g6.2xlrge"}, r"did you mean g6\.2xlarge\?"),
    ({"bulk_instances": ""}, "bulk_instances must be EC2 instance types"),
    ({"bulk_instances": "g5.xlarge,g5.xlarge"}, "bulk_instances must be EC2 instance types"),
    ({"bulk_on_demand_base": -1}, "bulk_on_demand_base must be a whole number from 0 to"),
    ({"bulk_on_demand_base": 5}, "bulk_on_demand_base must be at most bulk_max_workers"),
    ({"bulk_max_workers": "50"}, "bulk_max_workers must be a whole number from 1 to 20"),
    ({"bulk_max_workers": 0}, "bulk_max_workers must be a whole number from 1 to 20"),
    ({"bulk_files_per_worker": 0}, "bulk_files_per_worker must be a whole number, 1 or more"),
    ({"bulk_max_audio_bytes": 200 * 1024**3}, "bulk_max_audio_bytes must be a whole number from"),
    ({"bulk_max_audio_seconds": 0}, "bulk_max_audio_seconds must be a whole number, 1 or more"),
    ({"log_day": 7}, r"log_day is not a setting; did you mean log_days\?"),
    ({"transcribe_memory": 2048}, r"did you mean transcribe_memory_mib\?"),
    ({"Alarm-Email": "a@example.org"}, r"did you mean alarm_email\?"),
    ({"colour": "red"}, "colour is not a setting$"),
    ({"local": {"endpoint_port": 1}}, "local is not a setting"),
    ({"targett": "local"}, r"targett is not a setting; did you mean target\?"),
    ({"endpoint_port": "4566"}, "endpoint_port goes with target=local"),
    ({"target": "gcp"}, "target must be aws or local, not 'gcp'"),
    ({"writer": "models/none-such"}, "writer is models/none-such, but there is no such folder"),
    ({"model": "models/none-such"}, "model is models/none-such, but there is no such folder"),
]


@pytest.mark.parametrize(("context", "message"), REFUSED, ids=[str(one) for one, _ in REFUSED])
def test_what_cannot_be_deployed_is_refused_with_a_sentence(
    context: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        from_context(context)


TAKEN: list[dict[str, Any]] = [
    CHOSEN,
    {"audio_bucket": "my-recordings.eu"},
    OWN_DOMAIN,
    {"search_index": "interviews-y2025"},
    OWN_DOMAIN | {"opensearch_url": "https://vpc-a-1x.us-east-1.es.amazonaws.com:443"},
    OWN_DOMAIN | {"opensearch_arn": "arn:aws-us-gov:es:us-gov-west-1:123456789012:domain/mine"},
    {"opensearch_instance": "r7g.large.search", "opensearch_nodes": "12", "opensearch_gib": 1536},
    {"opensearch_nodes": 2},
    {"versions": False, "version_days": 1, "table_protection": "false"},
    {"image": "team/earshot-live:2026.11_3"},
    {"image": f"earshot@sha256:{HEX}"},
    {"model": "models/none-such", "image": "earshot:1"},
    {"model": "models/demo"},
    {"writer": "none"},
    {"writer": "UsefulSensors/moonshine-base"},
    {"writer": "models/moonshine-tiny"},
    {"model": "wav2vec2-mine", "model_revision": "refs/pr/1"},
    {"transcribe_memory_mib": 10240, "transcribe_timeout_s": "1", "transcribe_concurrency": 1000},
    {"max_audio_bytes": 10_112 * 1024**2},
    {"log_days": 3653, "alarm_email": "a.b+alarms@mail.example.org"},
    {"bulk": "True", "bulk_instances": "g6e.xlarge", "bulk_on_demand_base": "0"},
    {"bulk": True, "bulk_max_workers": 20, "bulk_on_demand_base": 20, "bulk_files_per_worker": 1},
]


@pytest.mark.parametrize("context", TAKEN, ids=str)
def test_what_can_be_deployed_is_taken(context: dict[str, Any]) -> None:
    settings = from_context(context)
    for name, value in context.items():
        assert str(getattr(settings, name)).lower() == str(value).lower()


def test_the_cdks_own_context_is_no_concern_of_the_settings() -> None:
    context = {
        "@aws-cdk/aws-iam:minimizePolicies": True,
        "aws:cdk:bundling-stacks": [],
        "availability-zones:account=123456789012:region=eu-central-1": ["eu-central-1a"],
        "vpc-provider:account=1:filter.isDefault=true": {},
        "acknowledged-issue-numbers": [1],
        "alarm_email": None,
    }
    assert from_context(context) == Settings()


def test_every_wrong_setting_is_named_at_once() -> None:
    with pytest.raises(ValueError, match=r"log_days[^\n]*\n.*alarm_email"):
        from_context({"log_days": 2, "alarm_email": "ops"})


def test_the_app_says_what_is_wrong_and_shows_no_traceback(tmp_path: Path) -> None:
    done = synthesize(tmp_path, NO_PIP | {"opensearch_nodes": "3"})
    assert done.returncode == 1
    assert "opensearch_nodes must be 1 or an even number" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("*.template.json"))


def test_an_operators_own_file_is_read_and_the_command_line_overrides_it(tmp_path: Path) -> None:
    own = tmp_path / "staging.json"
    own.write_text('{"stack_name": "Staging", "log_days": 90, "bulk": true}')
    settings = from_context({"settings_file": str(own), "log_days": "7"})
    assert (settings.stack_name, settings.log_days, settings.bulk) == ("Staging", 7, True)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", r"staging\.json can't be read as JSON"),
        ("[]", r"staging\.json must hold one JSON object"),
        ('{"log_day": 7}', r"log_day is not a setting; did you mean log_days\?"),
        (None, r"staging\.json can't be read"),
    ],
)
def test_an_operators_file_that_is_wrong_stops_everything(
    tmp_path: Path, content: str | None, message: str
) -> None:
    own = tmp_path / "staging.json"
    if content is not None:
        own.write_text(content)
    with pytest.raises(ValueError, match=message):
        from_context({"settings_file": str(own)})


def test_the_operators_file_is_beside_cdk_json_and_not_tracked() -> None:
    assert OWN_FILE in (ROOT / ".gitignore").read_text().splitlines()


def test_the_default_model_is_pinned_and_another_is_not() -> None:
    default, other = from_context({}), from_context({"model": "facebook/wav2vec2-base-960h"})
    assert default.build_args["REVISION"] == "bdeaacdf88f7a155f50a2704bc967aa81fbbb2ab"
    assert other.build_args["REVISION"] == "main"
    assert from_context({"model_revision": "refs/pr/1"}).build_args["REVISION"] == "refs/pr/1"


def test_a_new_account_takes_the_functions_as_they_are_by_default(aws: Template) -> None:
    """AWS allows 3,008 MB until it raises the quota, and refuses the deployment beyond that."""
    assert max(one["MemorySize"] for one in aws.functions.values()) <= 3008


def test_the_local_target_names_what_it_lacks() -> None:
    with pytest.raises(
        ValueError, match="needs -c endpoint_port=… -c local_model=… -c local_writer"
    ):
        from_context({"target": "local"})


def test_what_only_aws_has_a_use_for_is_left_out_here() -> None:
    given = CHOSEN | {"opensearch_nodes": 1, "opensearch_zones": 2} | LOCAL
    assert from_context(given).domain_name is None
    assert from_context(given).kms_key_arn is None


def test_settings_override_the_local_defaults() -> None:
    local = {"target": "local", **LOCAL_GIVEN}
    assert from_context(local).log_days == 1
    assert from_context(local | {"log_days": "7"}).log_days == 7


def test_a_local_node_may_have_an_address_without_tls_and_no_arn() -> None:
    assert from_context(LOCAL).opensearch_url == LOCAL["opensearch_url"]


def test_the_longest_audio_in_a_request_is_for_who_deploys_to_choose(aws: Template) -> None:
    variables = aws.functions["ApiSpeech"]["Environment"]["Variables"]
    assert variables["EARSHOT_MAX_REQUEST_SECONDS"] == "120", "as the context of these tests says"


def test_only_the_package_knows_how_its_variables_are_called() -> None:
    files = [ROOT / "app.py", *(ROOT / "infra").rglob("*.py")]
    named = [one.name for one in files if re.search(r"EARSHOT_\w", one.read_text())]
    assert len(files) > 20
    assert named == []


def test_functions_get_no_variable_that_their_settings_do_not_know(aws: Template) -> None:
    from api.settings import ApiSettings
    from earshot.settings import (
        FetchSettings,
        IndexSettings,
        TranscribeSettings,
        WebhookSettings,
    )

    models: dict[str, type[BaseModel]] = {
        "IngestionTranscribe": TranscribeSettings,
        "ProjectionIndex": IndexSettings,
        "Api": ApiSettings,
        "ApiKeyed": ApiSettings,
        "ApiSpeech": ApiSettings,
        "FetchingFetch": FetchSettings,
        "WebhooksCall": WebhookSettings,
    }
    assert set(models) == set(aws.functions)
    for name, function in aws.functions.items():
        ours = {one for one in function["Environment"]["Variables"] if one.startswith("EARSHOT_")}
        known = {f"EARSHOT_{field}".upper() for field in models[name].model_fields}
        assert ours <= known, name


def test_a_demo_is_public_whatever_the_deployment_is() -> None:
    given = CHOSEN | {"opensearch_nodes": 1, "opensearch_zones": 2} | LOCAL
    assert not from_context(given).private
    tested = given | {"local_private": "true", "sign_in_issuer": "http://127.0.0.1:1"}
    assert from_context(tested | {"sign_in_client_id": "earshot"}).signs_in
