"""MiniStack, taught five things. The first: calls of a function wait for one of few processes.

It starts a process for every call that finds none free: thirty clients at once start thirty, which
then share two processors until all of them time out.

The second: SNS's filter policies look into the arrays of a message's body.

S3's events are such, `{"Records": [{"s3": {"object": {"key": …}}}]}`, and the routing to the lanes
goes by them. On AWS an array matches if any of its members does ("Payload-based message filtering"
in SNS's guide).

The third: CloudFront's signed cookies (private_edge.py).

The fourth: a table's stream is read beside the queues (streams_apart.py).

The fifth matters where it enforces IAM: a secret is referred to by its ARN (secret_arns.py), and a
request over loopback counts as one over TLS. Queues and the CDK's bucket refuse others, and the
emulator has TLS for all or for nothing.

Run as a program, it is `python -m ministack`.
"""

import importlib.util
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ministack.core import iam_evaluator
from ministack.services import cloudfront, lambda_svc, sns
from ministack.services.cloudformation import provisioners

MOST_PROCESSES = max(2, os.cpu_count() or 2)  # of one function
MOST_WAITING = 100  # calls of one function; more are throttled, as Lambda throttles
PATIENCE_S = 25.0  # less than an HTTP API waits

Lease = tuple[Any, str]  # a process, or None and "func_cap"; how it was got
Found = tuple[bool, list[Any], bool]  # is it there, its values, is there anything at all


class InTurn:
    """The emulator's own `acquire` and `release` of a function's process, with a bounded queue."""

    def __init__(
        self,
        acquire: Callable[..., Lease],
        release: Callable[[Any], None],
        most: int = MOST_PROCESSES,
        waiting: int = MOST_WAITING,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._acquire, self._release = acquire, release
        self._most, self._most_waiting, self._patience_s = most, waiting, patience_s
        self._waiting: Counter[str] = Counter()
        self._freed = threading.Condition()

    def acquire(
        self, name: str, config: Any, code: Any, qualifier: str = "$LATEST", most: Any = None
    ) -> Lease:
        """A process, when one is free or may be started; none where too many wait, or too long.

        No function of Earshot calls itself, so what is waited for never waits for its caller.
        """
        deadline = time.monotonic() + self._patience_s
        with self._freed:
            while True:
                lease = self._acquire(name, config, code, qualifier, most or self._most)
                left = deadline - time.monotonic()
                if lease[0] is not None or left <= 0 or self._waiting[name] >= self._most_waiting:
                    return lease
                self._waiting[name] += 1
                self._freed.wait(left)
                self._waiting[name] -= 1

    def waiting(self, name: str) -> int:
        """How many calls of this function wait now."""
        return self._waiting[name]

    def release(self, worker: Any) -> None:
        self._release(worker)
        with self._freed:
            self._freed.notify_all()


def body_lookup(body: Mapping[str, Any] | Sequence[Any]) -> Callable[[str], Found]:
    """What the emulator asks a message's body by, for an object and for an array of them."""
    members = [body] if isinstance(body, Mapping) else body
    objects = [one for one in members if isinstance(one, Mapping)]

    def lookup(key: str) -> Found:
        found = [one[key] for one in objects if one.get(key) is not None]
        values = [value for one in found for value in (one if isinstance(one, list) else [one])]
        return bool(found), values, any(objects)

    def child(key: str) -> Callable[[str], Found] | None:
        inside = [one for one in lookup(key)[1] if isinstance(one, Mapping)]
        return body_lookup(inside) if inside else None

    lookup.child = child  # type: ignore[attr-defined]
    return lookup


def condition_key(key: str, context: Any) -> Any:
    """The emulator's own `_resolve_condition_key`, but for aws:SecureTransport."""
    return "true" if key.lower() == "aws:securetransport" else _resolve(key, context)


def _beside(name: str) -> Any:
    """A module beside this one: as a program, this is in no package."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec and spec.loader  # noqa: S101 - it is there
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


sns._body_lookup = body_lookup
_beside("private_edge").install(cloudfront, provisioners)
_beside("secret_arns").install(provisioners)
_beside("streams_apart").install(lambda_svc)
_resolve, iam_evaluator._resolve_condition_key = (
    iam_evaluator._resolve_condition_key,
    condition_key,
)
_turns = InTurn(lambda_svc.acquire_worker, lambda_svc.release_worker)
lambda_svc.acquire_worker, lambda_svc.release_worker = _turns.acquire, _turns.release

if __name__ == "__main__":
    from ministack.app import main

    main()
