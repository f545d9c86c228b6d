"""Which tests share a local stack, so that pytest-xdist leaves them to one process, in order.

Its own `loadgroup` goes by marks, which it can't see with pytest 9: names tell as much.
"""

from pathlib import PurePosixPath

from xdist.scheduler import LoadScopeScheduling

OTHER_STACKS = {"test_local_stack", "test_private_reading", "test_roles", "test_with_a_key"}
"""Files of tests/pipeline whose stacks have home folders of their own."""


class ByStack(LoadScopeScheduling):  # type: ignore[misc]
    """What one test does to a stack, stopping its search node say, others on it would notice."""

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid)


def group(nodeid: str) -> str:
    """What a process gets as a whole: the tests of a stack, or any other file."""
    path = PurePosixPath(nodeid.partition("::")[0])
    if path.stem in OTHER_STACKS:
        return "other stacks"
    if "pipeline" in path.parts or "[stack" in nodeid:
        return "stack"
    return str(path)
