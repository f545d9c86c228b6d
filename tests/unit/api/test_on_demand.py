"""Routes are imported when they are first asked for, and each address finds its own."""

import subprocess
import sys
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api import on_demand
from tests.unit.project.repository import ROOT

ROUTES = ROOT / "lambdas" / "api" / "routes"


@pytest.mark.parametrize("module", sorted(p.stem for p in ROUTES.glob("[!_]*.py")))
def test_each_address_leads_to_the_module_that_has_its_route(module: str) -> None:
    paths = [getattr(route, "path", "") for route in on_demand.router_of(module).routes]
    assert paths
    assert [path for path in paths if module not in on_demand.modules_of(path)] == []


def test_a_first_request_is_answered_whichever_it_is(app: FastAPI) -> None:
    for address in ("/search?q=rain", "/recordings", "/docs.css", "/ping", "/search.csv?q=rain"):
        answer = TestClient(app).get(address)
        assert answer.status_code == 200, address


def test_the_description_names_all_routes_in_one_order_whichever_were_asked_for(
    app: FastAPI,
) -> None:
    client = TestClient(app)
    client.get("/suggest?q=r")
    client.get("/ping")
    paths = list(client.get("/openapi.json").json()["paths"])
    assert paths[0] == "/ping"
    assert paths.index("/recordings") < paths.index("/search")
    assert paths[-2:] == ["/openapi.json", "/docs"]


@pytest.mark.slow("a process that imports the app")
def test_an_app_that_was_only_made_has_imported_no_routes_and_not_what_searching_takes(
    tmp_path: Path,
) -> None:
    program = """
import sys
from api.app import create_app

create_app()
dear = ("api.routes", "earshot.search", "opensearchpy", "snowballstemmer", "rapidfuzz", "joserfc")
found = [one for one in sys.modules if one.startswith(dear)]
assert not found, found
"""
    environment = {"PYTHONPATH": str(ROOT / "lambdas"), "HOME": str(tmp_path)}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)
