"""The page copied into its bucket."""

import mimetypes

import boto3

from scripts import ROOT
from scripts.local import emulator

SITE = ROOT / "site"
NOT_FOUND = "404.html"  # the page once more, as infra/site.py has it


def copy_site(bucket: str, url: str) -> None:
    """What BucketDeployment does on AWS."""
    session = boto3.Session("test", "test", region_name=emulator.REGION)
    s3 = session.client("s3", endpoint_url=url)
    files = {str(file.relative_to(SITE)): file for file in SITE.rglob("*") if file.is_file()}
    del files["README.md"]
    for key, file in sorted({**files, NOT_FOUND: SITE / "index.html"}.items()):
        kind = mimetypes.guess_type(key)[0] or "application/octet-stream"
        s3.put_object(
            Bucket=bucket,
            Key=key,
            Body=file.read_bytes(),
            ContentType="text/javascript" if file.suffix == ".js" else kind,
            CacheControl="no-cache",
        )
