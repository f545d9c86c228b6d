"""/hooks: addresses of programs that are told what became of a recording (docs/events.md)."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from api.auth import needs
from api.services import HookStore, Resolver, Settings
from earshot.access.keys import Scope
from earshot.errors import NotFound
from earshot.outgoing.addresses import MAX_URL_CHARS, check
from earshot.recordings.ids import MAX_KEY_BYTES
from earshot.webhooks.hook import Event, Hook, new_hook

router = APIRouter(tags=["webhooks"])


class HookRequest(BaseModel):
    """Where to send what, and the secret to sign it with; one is made if none is given."""

    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, Field(min_length=1, max_length=MAX_URL_CHARS)] = Field(
        examples=["https://hooks.example/earshot"]
    )
    events: Annotated[list[Event], Field(min_length=1, max_length=len(Event))] = Field(
        default=list(Event), description="Of which events; of all if not given."
    )
    prefix: Annotated[str, Field(max_length=MAX_KEY_BYTES)] = Field(
        default="", description="Only of keys that begin with this."
    )
    secret: SecretStr | None = Field(
        default=None, description="`whsec_` and the base64 of 24 to 64 bytes."
    )


class HookSummary(BaseModel):
    """An address that is told of `events`. `ended_at` is when it answered that it is gone."""

    hook_id: str
    url: str
    events: list[Event]
    prefix: str
    created_at: str
    ended_at: str | None

    @classmethod
    def of(cls, hook: Hook) -> "HookSummary":
        return cls(**_summary(hook))


class NewHook(HookSummary):
    """A hook that was made. The secret is shown this once."""

    secret: str


class HookList(BaseModel):
    """All hooks, the oldest first, without their secrets."""

    hooks: list[HookSummary]


@router.post("/hooks", dependencies=[needs(Scope.NOTIFY)], status_code=201)
def add_hook(
    wanted: HookRequest, hooks: HookStore, settings: Settings, resolve: Resolver
) -> NewHook:
    """Have an address told of recordings by signed POST requests, as Standard Webhooks.

    Only public https addresses are called; what they redirect to is not.
    """
    check(wanted.url, settings.local_addresses, resolve)
    secret = wanted.secret.get_secret_value() if wanted.secret else None
    hook = new_hook(wanted.url, frozenset(wanted.events), wanted.prefix, secret)
    hooks.add(hook)
    return NewHook(**_summary(hook), secret=hook.secret)


@router.get("/hooks", dependencies=[needs(Scope.NOTIFY)])
def list_hooks(hooks: HookStore) -> HookList:
    """The addresses that are told of recordings."""
    return HookList(hooks=[HookSummary.of(hook) for hook in hooks.all()])


@router.delete("/hooks/{hook_id}", dependencies=[needs(Scope.NOTIFY)], status_code=204)
def remove_hook(hook_id: str, hooks: HookStore) -> None:
    """Tell an address nothing any more; what waits for it is dropped."""
    if not hooks.remove(hook_id):
        raise NotFound("There is no such hook.")


def _summary(hook: Hook) -> dict[str, object]:
    return {
        "hook_id": hook.hook_id,
        "url": hook.url,
        "events": sorted(hook.events),
        "prefix": hook.prefix,
        "created_at": hook.created_at.isoformat(),
        "ended_at": hook.ended_at.isoformat() if hook.ended_at else None,
    }
