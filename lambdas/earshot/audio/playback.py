"""A copy of a recording in which browsers can seek, made in the sandboxed child."""

import json
from pathlib import Path

from earshot.audio import messages, sandbox
from earshot.audio.decode import _REPORT_MARGIN_S, asked, fault_of
from earshot.audio.limits import DEFAULT, Limits
from earshot.errors import CorruptAudio


def write_copy(path: Path, copy: Path, limits: Limits = DEFAULT) -> None:
    """Writes the sound of the mp3 at `path` to `copy`, in a container with an index.

    Raises AudioError if it can't be done; `copy` may then hold a part.
    """
    with sandbox.child() as child, copy.open("wb") as out:
        child.settimeout(limits.stall_seconds + _REPORT_MARGIN_S)
        try:
            request = json.dumps(asked(path, limits, copy=True))
            messages.send(child, messages.MessageType.REQUEST, request.encode())
            while True:
                match messages.receive(child):
                    case messages.MessageType.COPY, body:
                        at = int.from_bytes(body[:8])
                        if at + len(body) > 3 * path.stat().st_size + (1 << 21):
                            raise CorruptAudio("The playback copy is larger than it can be.")
                        out.seek(at)
                        out.write(body[8:])
                    case messages.MessageType.END, _:
                        return
                    case messages.MessageType.ERROR, body:
                        raise fault_of(path, json.loads(body))
                    case _:
                        raise CorruptAudio("Copying this file exceeded its time or memory limits.")
        except (TimeoutError, ConnectionError) as error:
            raise CorruptAudio("Copying this file did not finish in time.") from error
