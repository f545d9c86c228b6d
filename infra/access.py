"""The table of the API's named keys."""

from constructs import Construct

from infra.keeping import table
from infra.settings import Settings


class Access(Construct):
    """Digests of keys, with their names and scopes. `earshot keys` writes it, the API reads it."""

    def __init__(self, scope: Construct, name: str, *, settings: Settings) -> None:
        super().__init__(scope, name)
        self.keys = table(self, "Keys", "key_id", settings, time_to_live_attribute="forget_at")
