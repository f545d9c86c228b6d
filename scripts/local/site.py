"""The page copied into its bucket."""

import mimetypes

import boto3

from scripts import ROOT
from scripts.local import emulator

SITE = ROOT / "site"


def copy_site(bucket: str, url: str) -> None:
    """What BucketDeployment does on AWS."""
    session = boto3.Session("test", "test", region_name=emulator.REGION)
    s3 = session.client("s3", endpoint_url=url)
    for file in sorted(SITE.rglob("*")):
        if file.is_file() and file.name != "README.md":
            kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            s3.put_object(
                Bucket=bucket,
                Key=str(file.relative_to(SITE)),
                Body=file.read_bytes(),
                ContentType="text/javascript" if file.suffix == ".js" else kind,
                CacheControl="no-cache",
            )
