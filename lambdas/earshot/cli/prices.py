"""List prices of AWS, each with where it stands and when it was read. Nothing is fetched."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars in us-east-1, without free tiers. `read` is a month, as 2026-11."""

    dollars: float
    page: str
    read: str


_PAGES = {
    "opensearch": "https://aws.amazon.com/opensearch-service/pricing/",
    "lambda": "https://aws.amazon.com/lambda/pricing/",
    "sqs": "https://aws.amazon.com/sqs/pricing/",
    "dynamodb": "https://aws.amazon.com/dynamodb/pricing/on-demand/",
    "s3": "https://aws.amazon.com/s3/pricing/",
    "ecr": "https://aws.amazon.com/ecr/pricing/",
    "secrets": "https://aws.amazon.com/secrets-manager/pricing/",
    "cloudwatch": "https://aws.amazon.com/cloudwatch/pricing/",
    "xray": "https://aws.amazon.com/xray/pricing/",
    "sns": "https://aws.amazon.com/sns/pricing/",
    "ec2": "https://aws.amazon.com/ec2/pricing/on-demand/",
    "ebs": "https://aws.amazon.com/ebs/pricing/",
    "vpc": "https://aws.amazon.com/vpc/pricing/",
    "privatelink": "https://aws.amazon.com/privatelink/pricing/",
    "kms": "https://aws.amazon.com/kms/pricing/",
    "transcribe": "https://aws.amazon.com/transcribe/pricing/",
}
_NOVEMBER, _JUNE, _MARCH = "2026-11", "2026-06", "2026-03"

PRICES: Mapping[str, Price] = {
    what: Price(dollars, _PAGES[page], read)
    for what, dollars, page, read in (
        ("t3.small.search, hour", 0.036, "opensearch", _NOVEMBER),
        ("OpenSearch gp3, GB-month", 0.122, "opensearch", _NOVEMBER),
        ("Lambda x86, GB-second", 0.0000166667, "lambda", _NOVEMBER),
        ("Lambda disk above 512 MB, GB-second", 0.0000000309, "lambda", _NOVEMBER),
        ("Lambda, million requests", 0.20, "lambda", _NOVEMBER),
        ("SQS, million requests", 0.40, "sqs", _NOVEMBER),
        ("DynamoDB on demand, million writes of 1 KB", 0.625, "dynamodb", _NOVEMBER),
        ("DynamoDB, GB-month with point-in-time recovery", 0.45, "dynamodb", _NOVEMBER),
        ("S3 standard, GB-month", 0.023, "s3", _NOVEMBER),
        ("S3, thousand puts", 0.005, "s3", _NOVEMBER),
        ("ECR, GB-month", 0.10, "ecr", _NOVEMBER),
        ("Secrets Manager, secret-month", 0.40, "secrets", _NOVEMBER),
        ("CloudWatch, alarm-month", 0.10, "cloudwatch", _NOVEMBER),
        ("CloudWatch, dashboard-month", 3.00, "cloudwatch", _NOVEMBER),
        ("CloudWatch logs, GB", 0.50, "cloudwatch", _NOVEMBER),
        ("X-Ray, million traces", 5.00, "xray", _NOVEMBER),
        ("SNS, million publishes", 0.50, "sns", _NOVEMBER),
        ("SNS, GB of bodies filtered", 0.09, "sns", _NOVEMBER),
        ("g6.2xlarge, hour", 0.9776, "ec2", _NOVEMBER),
        ("g5.2xlarge, hour", 1.212, "ec2", _NOVEMBER),
        ("g6.xlarge, hour", 0.8048, "ec2", _NOVEMBER),
        ("g5.xlarge, hour", 1.006, "ec2", _NOVEMBER),
        ("EBS gp3, GB-month", 0.08, "ebs", _NOVEMBER),
        ("public IPv4 address, hour", 0.005, "vpc", _NOVEMBER),
        ("NAT gateway, hour", 0.045, "vpc", _MARCH),
        ("interface endpoint, hour and zone", 0.01, "privatelink", _JUNE),
        ("KMS, key-month", 1.00, "kms", _MARCH),
        ("Amazon Transcribe, batch, second", 0.0001, "transcribe", _JUNE),
    )
}


def as_markdown() -> str:
    """A table of all prices, as docs/costs.md has it."""
    rows = [
        f"| {what} | {_plain(price.dollars)} | {price.page} | {price.read} |"
        for what, price in PRICES.items()
    ]
    return "\n".join(["| price | US$ | listed at | read |", "|---|---:|---|---|", *rows])


def _plain(dollars: float) -> str:
    """Without an exponent, however small."""
    return f"{dollars:.10f}".rstrip("0").removesuffix(".")
