"""The shape of the code: which room may import which, and how large a room may get."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.project.repository import ROOT

PACKAGE = ROOT / "lambdas" / "earshot"

# A room imports from itself and from those before it, never from those behind it.
LAYERS = (
    ("__init__", "errors", "bundled", "moments", "numerals", "settings", "sizes"),
    ("audio", "outgoing"),
    ("speech",),
    ("transcription", "recordings", "access", "webhooks"),
    ("search", "ingest"),
    ("compose",),
    ("bulk",),
    ("cli", "__main__"),
)
LEVEL = {room: level for level, rooms in enumerate(LAYERS) for room in rooms}
SIDE_BY_SIDE = {("search", "ingest"), ("ingest", "search")}  # neither knows the other
MAX_FILE_LINES = 250
MAX_HANDLER_LINES = 60


def modules(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py"))


def name_of(path: Path) -> str:
    """The dotted name of a module of the package."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


def imports(path: Path, *, lazy: bool = True) -> Iterator[str]:
    """What a module imports, by dotted names; without `lazy` only what runs on import."""
    tree = ast.parse(path.read_text())
    nodes = ast.walk(tree) if lazy else _at_import(tree.body)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{one.name}" for one in node.names)


def _at_import(body: list[ast.stmt]) -> Iterator[ast.AST]:
    for node in body:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from ast.walk(node) if not isinstance(node, ast.ClassDef) else ()


def room(dotted: str) -> str:
    return dotted.split(".")[1] if "." in dotted else "__init__"


@pytest.mark.parametrize("path", modules(PACKAGE), ids=name_of)
def test_no_arrow_runs_back(path: Path) -> None:
    here = room(name_of(path))
    assert here in LEVEL, f"say in LAYERS where {here} stands"
    for imported in imports(path, lazy=here != "__init__"):  # it only passes names on
        assert not imported.startswith(("scripts", "infra", "api.", "tests"))
        if imported.startswith("earshot."):
            there = room(imported)
            if there in LEVEL:  # else a name of the package itself, as __version__
                assert LEVEL[there] <= LEVEL[here], f"{here} imports {imported}"
                assert (here, there) not in SIDE_BY_SIDE


def test_no_module_is_imported_in_a_circle() -> None:
    graph = {
        name_of(path): {one for one in imports(path, lazy=False) if one.startswith("earshot.")}
        for path in modules(PACKAGE)
    }
    done: set[str] = set()

    def visit(module: str, way: tuple[str, ...]) -> None:
        assert module not in way, " -> ".join([*way, module])
        if module not in done:
            for imported in graph[module] & graph.keys():
                visit(imported, (*way, module))
            done.add(module)

    for module in graph:
        visit(module, ())


@pytest.mark.parametrize("name", ["audio", "speech"])
def test_speech_and_audio_know_nothing_of_aws(name: str) -> None:
    for path in modules(PACKAGE / name):
        known = {one.partition(".")[0] for one in imports(path)}
        assert known.isdisjoint({"boto3", "botocore", "opensearchpy", "aws_lambda_powertools"})


def test_images_are_built_without_scripts() -> None:
    for dockerfile in (ROOT / "containers").rglob("Dockerfile"):
        assert "scripts" not in dockerfile.read_text()
    assert "scripts" not in (ROOT / ".dockerignore").read_text()


def test_files_stay_small_enough_to_read() -> None:
    folders = ("lambdas", "infra", "scripts", "training", "containers")
    long = {
        str(path.relative_to(ROOT)): lines
        for folder in folders
        for path in modules(ROOT / folder)
        if (lines := len(path.read_text().splitlines())) > MAX_FILE_LINES
    }
    assert long == {}


def test_handlers_are_thin() -> None:
    handlers = list((ROOT / "lambdas").glob("*/handler.py"))
    assert len(handlers) == 6
    for handler in handlers:
        assert len(handler.read_text().splitlines()) <= MAX_HANDLER_LINES, handler
