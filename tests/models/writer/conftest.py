"""A writer of random weights, exported once."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory) -> Path:
    pytest.importorskip("torch", reason="torch comes with requirements-model.txt")
    from scripts.model.random_writer import write

    folder: Path = tmp_path_factory.mktemp("writer") / "checkpoint"
    write(folder)
    return folder


@pytest.fixture(scope="session")
def exported(checkpoint) -> Path:
    """Of both precisions."""
    from earshot.speech.writer.export import export

    folder = checkpoint.parent / "random"
    for precision in ("fp32", "int8"):
        export(checkpoint, folder, precision)
    return Path(folder)
