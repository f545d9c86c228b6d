"""What the fake API does with files that are brought: it takes them, and writes some down."""

import re
from collections.abc import Mapping
from typing import Any

from earshot.recordings.ids import recording_id
from tests.browser.spoken import BY_KEY, UPLOADED

KEY = "the-key"
REFUSED = {
    "error": {"code": "unauthorized", "message": "This key is not valid.", "request_id": "r"}
}
STATES = ("queued", "transcribing", "done")
Answer = tuple[int, Any]


class Uploads:
    """Each file is done at the third look at it; one that is named "broken…" has failed by then."""

    def __init__(self) -> None:
        self.asked: dict[str, dict[str, Any]] = {}
        self._looks: dict[str, int] = {}
        self._keys: dict[str, str] = {}

    def allow(self, headers: Mapping[str, str], wanted: dict[str, Any]) -> Answer:
        if headers.get("authorization") != f"Bearer {KEY}":
            return 401, REFUSED
        key = wanted["key"]
        exists = key in BY_KEY or key in self._keys.values()
        if exists and headers.get("if-none-match"):
            message = "There is a recording at this key."
            return 412, {"error": {"code": "exists", "message": message, "request_id": "r"}}
        self.asked[key] = wanted
        form = {"url": "https://elsewhere.example", "fields": {"key": key, "policy": "p"}}
        return 200, {**form, "recording_id": recording_id(key), "exists": exists}

    def take(self, body: bytes) -> int:
        """A form as a browser sends it; 400 where the file is empty, as S3 has it."""
        found = re.search(rb'name="key"\r\n\r\n(.*?)\r\n', body)
        file = re.search(rb'name="file".*?\r\n\r\n(.*)\r\n--', body, re.DOTALL)
        if not found or not file or not file[1]:
            return 400
        key = found[1].decode()
        self._keys[recording_id(key)] = key
        self._looks[recording_id(key)] = 0
        return 204

    def look(self, identity: str) -> dict[str, Any] | None:
        key = self._keys.get(identity)
        if key is None:
            return None
        looks = self._looks[identity] = self._looks[identity] + 1
        status = STATES[min(looks, len(STATES)) - 1]
        failed = status == "done" and "broken" in key
        error = {"code": "not_audio", "message": "This <b>file</b> holds no audio."}
        return {
            "recording_id": identity, "key": key, "status": "failed" if failed else status,
            "text": "", "duration": 1.0, "error": error if failed else None, "model": "m",
            "source": "upload", "uploaded_at": UPLOADED, "updated_at": f"{UPLOADED}#{looks}",
        }  # fmt: skip

    def delete(self, headers: Mapping[str, str], identity: str) -> Answer:
        if headers.get("authorization") != f"Bearer {KEY}":
            return 401, REFUSED
        self._keys.pop(identity, None)
        return 202, {"recording_id": identity, "key": ""}
