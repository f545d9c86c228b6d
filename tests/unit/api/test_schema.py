"""The API keeps its own description: requests made from it, right and wrong, with every check.

https://schemathesis.readthedocs.io: each operation gets requests that its schema allows and some
that it does not; the answers must be as described, and no server error.
"""

from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.generation.modes import GenerationMode

from tests.unit.api.stage import KEY, ready_app, transcript

EXAMPLES = 12  # of each kind an operation; the same ones every time
DESCRIPTION = ready_app().openapi()
PATHS = DESCRIPTION["paths"]
OPERATIONS = [(path, method) for path, item in PATHS.items() for method in item]
# What no schema can say: that a cursor is one of ours, that bytes are sound, that two parameters
# don't go together. The tests of each route have those.
BEYOND_SCHEMAS = {"positive_data_acceptance"}
# A form is text, and an empty parameter is none: what is sent is right again by then.
LOST_ON_THE_WAY = {"negative_data_rejection"}

every_example = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def schema(app: FastAPI, put: Callable[..., str]) -> Any:
    put("talks/a.mp3", transcript("hello there"))
    load_all_checks()
    return schemathesis.openapi.from_asgi("/openapi.json", app)


@pytest.mark.slow("two dozen requests made from the description, each checked against it")
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_the_api_answers_as_it_says(schema: Any, path: str, method: str) -> None:
    takes_json = "application/json" in PATHS[path][method].get("requestBody", {}).get("content", {})
    left_out = BEYOND_SCHEMAS | (set() if takes_json else LOST_ON_THE_WAY)
    excluded = [check for check in CHECKS.get_all() if check.__name__ in left_out]
    assert len(excluded) == len(left_out)
    operation = schema[path][method.upper()]
    for mode in GenerationMode:

        @every_example
        @given(case=operation.as_strategy(generation_mode=mode))
        def check(case: Any) -> None:
            key = {"Authorization": f"Bearer {KEY}"}
            case.call_and_validate(headers=key, excluded_checks=excluded)

        try:
            check()
        except Unsatisfiable:
            assert mode is GenerationMode.NEGATIVE  # there is nothing to do wrong
