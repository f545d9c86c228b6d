"""What an address is told, and the headers that prove who says so.

As Standard Webhooks has it, so that its libraries in all languages check it:
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from earshot.webhooks.hook import Event, Hook, secret_bytes


@dataclass(frozen=True, slots=True)
class Message:
    """One event for one hook. `message_id` is the same however often it is sent."""

    hook_id: str
    message_id: str
    body: str

    def as_text(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)


def message(hook: Hook, event: Event, detail: Mapping[str, Any]) -> Message:
    """`detail` is a notice's (earshot.recordings.notices), whose `id` a repeated one shares."""
    name = f"{hook.hook_id} {event} {detail['id']}"
    digest = hashlib.blake2b(name.encode(), digest_size=16).hexdigest()
    body = {"type": str(event), "timestamp": detail["updated_at"], "data": dict(detail)}
    return Message(hook.hook_id, f"msg_{digest}", json.dumps(body, ensure_ascii=False))


def headers(message: Message, secret: str, seconds: int) -> dict[str, str]:
    """`seconds`: when this attempt is made, since 1970. It is signed, so an old one can't be
    sent again as a new one."""
    return {
        "content-type": "application/json",
        "user-agent": "Earshot-Webhooks/1",
        "webhook-id": message.message_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": signature(secret, message.message_id, seconds, message.body.encode()),
    }


def signature(secret: str, message_id: str, seconds: int, body: bytes) -> str:
    """`v1,` and the base64 of HMAC-SHA256 of id, time and body, with full stops between."""
    content = f"{message_id}.{seconds}.".encode() + body
    digest = hmac.new(secret_bytes(secret), content, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"
