"""Events of an HTTP API for a function, and its answers."""

import base64
from pathlib import Path
from typing import Any

from scripts.lambda_runtime import LambdaRuntime


def request(method: str, path: str, **fields: Any) -> dict[str, Any]:
    """An HTTP API's event, payload format 2.0."""
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"host": "api.example.org"},
        "requestContext": {
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "test",
            },
            "requestId": "1",
            "stage": "$default",
        },
        "isBase64Encoded": False,
    } | fields


def get(function: LambdaRuntime, path: str) -> str:
    answer = function.invoke(request("GET", path))
    assert answer["statusCode"] == 200, (answer, function.printed)
    body: str = answer["body"]
    return base64.b64decode(body).decode() if answer["isBase64Encoded"] else body


def upload(path: str, file: Path, key: str) -> dict[str, Any]:
    head = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{file.name}"\r\n\r\n'
    body = head.encode() + file.read_bytes() + b"\r\n--b--\r\n"
    return request(
        "POST",
        path,
        headers={
            "authorization": f"Bearer {key}",
            "content-type": "multipart/form-data; boundary=b",
            "content-length": str(len(body)),
        },
        body=base64.b64encode(body).decode(),
        isBase64Encoded=True,
    )
