"""The connection to OpenSearch: plain on this machine, signed on AWS."""

from typing import Any
from urllib.parse import urlsplit

from opensearchpy import OpenSearch, Urllib3AWSV4SignerAuth, Urllib3HttpConnection

TIMEOUT_S = 15  # a search that takes longer is not worth waiting for


def connect(url: str, region: str | None = None, timeout: float = TIMEOUT_S) -> OpenSearch:
    """A client for the node at `url`; with a region and https, requests are signed for AWS.

    Nothing is sent yet. One client serves many threads.
    """
    signed: dict[str, Any] = {}
    if region and urlsplit(url).scheme == "https":
        import boto3

        credentials = boto3.Session().get_credentials()
        signed["http_auth"] = Urllib3AWSV4SignerAuth(credentials, region, "es")
    return OpenSearch(
        [url], timeout=timeout, connection_class=Urllib3HttpConnection, pool_maxsize=16, **signed
    )
