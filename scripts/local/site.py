"""The page copied into its bucket."""

import mimetypes

import boto3

from infra.page_files import served
from scripts.local import emulator


def copy_site(bucket: str, url: str) -> None:
    """What BucketDeployment does on AWS."""
    session = boto3.Session("test", "test", region_name=emulator.REGION)
    s3 = session.client("s3", endpoint_url=url)
    for path, content in sorted(served().items()):
        kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
        s3.put_object(
            Bucket=bucket,
            Key=path,
            Body=content,
            ContentType="text/javascript" if path.endswith(".js") else kind,
            CacheControl="no-cache",
        )
