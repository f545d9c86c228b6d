"""What a deployment may choose about its keeping: what is kept, for how long, and who is told."""

from typing import Annotated

from pydantic import BaseModel, Field

from infra import forms
from infra.retention import RETENTION_DAYS
from infra.rules import Flag, OneOf, WholeNumber


class OperatorChoices(BaseModel):
    """An operator's own: each has a default that costs little and loses nothing."""

    confined_functions: Annotated[bool, Flag()] = Field(
        False,
        description="Whether functions decode nothing if Lambda doesn't let them "
        "[confine the decoder](troubleshooting.md#the-decoder-cant-be-confined). Else they say so "
        "in their log, and the other limits hold.",
    )
    unconfined_decoder: Annotated[bool, Flag()] = Field(
        False,
        description="Whether the bulk worker decodes even where the decoder can't be confined.",
    )
    arm64: Annotated[bool, Flag()] = Field(
        False,
        description="Whether the functions without a model run on Graviton (arm64), whose "
        "GB-second costs 20 % less. Those with the model are of x86_64: their speed was measured "
        "there.",
    )
    log_days: Annotated[int, OneOf(RETENTION_DAYS)] = Field(
        30, description="Days that logs are kept."
    )
    alarm_email: Annotated[str | None, forms.EMAIL] = Field(
        None, description="Who gets the alarms. AWS sends a mail that must be confirmed."
    )
    versions: Annotated[bool, Flag()] = Field(
        True,
        description="Whether sound and long transcripts that are replaced or deleted are kept for "
        "`version_days`, so that they can be [restored](operations.md#restore).",
    )
    version_days: Annotated[int, WholeNumber(1, 3650)] = Field(
        30, description="Days that replaced and deleted sound is kept."
    )
    keep_days: Annotated[int, WholeNumber(0, 36_500)] = Field(
        0,
        description="Days that a recording is kept after its upload, with its transcript and its "
        "place in the search. 0 keeps it for ever.",
    )
    table_protection: Annotated[bool, Flag()] = Field(
        True, description="Whether the table refuses to be deleted, until this is set to false."
    )
    table_indexes: Annotated[int, OneOf((1, 2, 3))] = Field(
        3,
        description="Indexes of the recordings' table. Less than all only [on the way](#update) "
        "from a version that had fewer: a deployment can add one.",
    )
    tags: Annotated[str | None, forms.TAGS] = Field(
        None, description="Tags of everything in the stacks, for bills and rules."
    )
    domain_name: Annotated[str | None, forms.DOMAIN] = Field(
        None, description="The site's own name, beside CloudFront's. Needs `certificate_arn`."
    )
    certificate_arn: Annotated[str | None, forms.CERTIFICATE] = Field(
        None, description="The certificate of `domain_name`, in us-east-1, as CloudFront asks."
    )
    hosted_zone_id: Annotated[str | None, forms.HOSTED_ZONE] = Field(
        None, description="The zone in Route 53 that `domain_name` is entered into, if it is there."
    )
    web_acl_arn: Annotated[str | None, forms.WEB_ACL] = Field(
        None, description="A firewall (AWS WAF, for CloudFront) in front of the site."
    )
    monthly_budget_usd: Annotated[int, WholeNumber(0, 10_000_000)] = Field(
        0,
        description="Costs of the account in a month, in US$: `alarm_email` is told at 80 %, "
        "and when a forecast exceeds them. 0 is no budget.",
    )
    access_logs: Annotated[bool, Flag()] = Field(
        False,
        description="Whether requests to the site and to the buckets are logged, for "
        "`log_days`, in a bucket of their own. They name addresses and keys.",
    )
    audio_bucket: Annotated[str | None, forms.BUCKET] = Field(
        None,
        description="A bucket that is there already, instead of creating one. Its "
        "[policy and rules are yours](#an-audio-bucket-of-your-own).",
    )
    vpc_id: Annotated[str | None, forms.VPC] = Field(
        None,
        description="A [VPC of your own](#a-vpc-of-your-own) that functions, search domain and "
        "bulk lane are put into.",
    )
    vpc_subnet_ids: Annotated[str | None, forms.SUBNETS] = Field(
        None, description="Its private subnets, one of each zone. Needed with `vpc_id`."
    )
    kms_key_arn: Annotated[str | None, forms.KMS_KEY] = Field(
        None,
        description="A [key of your own](#a-key-of-your-own) that encrypts all that holds data.",
    )
