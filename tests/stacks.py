"""Which tests share a local stack: pytest runs a group in one process, one test after the other."""

import pytest

ON_THE_STACK = pytest.mark.xdist_group("stack")
"""On the stack of this checkout: what one test does to it, stopping the search node say, others
would notice."""

ON_OTHER_STACKS = pytest.mark.xdist_group("other stacks")
"""On stacks with a home folder of their own."""
