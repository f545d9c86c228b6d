"""The image of the functions with the model, assembled from its Dockerfile without Docker.

COPY copies, RUN runs in a folder that stands for the image's file system, and `pip install` links
the packages of its requirements file and their dependencies, and no others.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import Distribution, distribution
from pathlib import Path

from dockerfile_parse import DockerfileParser
from packaging.requirements import Requirement

TASK_ROOT = "/var/task"
BASE_IMAGE = {"LAMBDA_TASK_ROOT": TASK_ROOT}  # what AWS's base image sets
BASE_PACKAGES = ("awslambdaric", "boto3")  # the packages in it
NO_HUB: Mapping[str, str] = {"HF_HUB_OFFLINE": "1"}
INTERPRETER = (sys._base_executable, "-S")  # type: ignore[attr-defined]  # without packages


@dataclass
class Stage:
    """One stage: its instructions, and after `build` its files below `root`."""

    base: str
    name: str
    instructions: list[tuple[str, str]] = field(default_factory=list)
    root: Path = Path()
    variables: dict[str, str] = field(default_factory=dict)
    packages: set[str] = field(default_factory=set)
    command: list[str] = field(default_factory=list)

    def path(self, inside: str) -> Path:
        """Where a path of the image is on this machine."""
        return self.root / inside.lstrip("/")


def stages(dockerfile: Path) -> list[Stage]:
    found: list[Stage] = []
    for line in DockerfileParser(str(dockerfile), cache_content=True).structure:
        keyword, value = line["instruction"], " ".join(line["value"].split())
        if keyword == "FROM":
            base, _, name = value.partition(" AS ")
            found.append(Stage(base, name))
        elif keyword != "COMMENT" and found:
            found[-1].instructions.append((keyword, value))
    return found


def defaults(dockerfile: Path) -> dict[str, str]:
    """The arguments before the first stage that have a default, which every stage may ask for."""
    found: dict[str, str] = {}
    for line in DockerfileParser(str(dockerfile), cache_content=True).structure:
        name, _, default = line["value"].partition("=")
        if line["instruction"] == "FROM":
            break
        if line["instruction"] == "ARG" and default:
            found[name] = default
    return found


def copies(stage: Stage) -> Iterator[tuple[str | None, list[str], str]]:
    """(other stage or None, sources, target) of every COPY."""
    for keyword, value in stage.instructions:
        if keyword == "COPY":
            words = value.split()
            other = words.pop(0).removeprefix("--from=") if words[0].startswith("--") else None
            yield other, words[:-1], words[-1]


def build(
    context: Path,
    root: Path,
    arguments: Mapping[str, str],
    environment: Mapping[str, str] = NO_HUB,
) -> Stage:
    """All stages of the context's Dockerfile; the last, which is the image.

    `environment` is what the machine that builds adds, such as where its hub is.
    """
    built: dict[str, Stage] = {}
    arguments = defaults(context / "containers/transcribe/Dockerfile") | dict(arguments)
    for number, stage in enumerate(stages(context / "containers/transcribe/Dockerfile")):
        stage.root = root / (stage.name or str(number))
        stage.variables = dict(BASE_IMAGE)
        _build(stage, context, built, arguments, environment)
        built[stage.name] = stage
    return stage


def _build(
    stage: Stage,
    context: Path,
    built: Mapping[str, Stage],
    arguments: Mapping[str, str],
    environment: Mapping[str, str],
) -> None:
    workdir, copied = "/", copies(stage)
    for keyword, value in stage.instructions:
        match keyword:
            case "ARG":
                name, _, default = value.partition("=")
                stage.variables[name] = arguments.get(name, default)
            case "ENV":
                for pair in value.split():
                    name, _, given = pair.partition("=")
                    stage.variables[name] = _expand(given, stage)
            case "WORKDIR":
                workdir = value
                stage.path(workdir).mkdir(parents=True)
            case "COPY":
                other, sources, target = next(copied)
                source_root = built[other].root if other else context
                place = str(Path(workdir) / _expand(target, stage))
                folder = target.endswith("/") or len(sources) > 1
                for source in sources:
                    _copy(source_root / source.lstrip("/"), stage.path(place), folder)
            case "RUN" if "pip install" in value:
                for requirements in re.findall(r"-r (\S+\.txt)", _expand(value, stage)):
                    stage.packages |= required(stage.path(str(Path(workdir) / requirements)))
            case "RUN":
                _run(value, stage, workdir, environment)
            case "CMD":
                stage.command = re.findall(r'"([^"]+)"', value)


def _copy(source: Path, target: Path, into_folder: bool) -> None:
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
        return
    if into_folder:
        target = target / source.name
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target)


def _run(script: str, stage: Stage, workdir: str, more: Mapping[str, str]) -> None:
    inside = re.sub(r"(?<![\w.}])/(opt|var|tmp)\b", rf"{stage.root}/\1", script)
    environment = {name: value for name, value in stage.variables.items() if name != "PATH"}
    environment["LAMBDA_TASK_ROOT"] = str(stage.path(TASK_ROOT))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(
        ["sh", "-ec", inside],
        cwd=stage.path(workdir),
        env={**environment, "PATH": path, **more},
        check=True,
    )


def _expand(text: str, stage: Stage) -> str:
    return re.sub(r"\$\{(\w+)\}", lambda found: stage.variables[found[1]], text)


def required(requirements: Path) -> set[str]:
    """The packages of a requirements file and of those that it includes, by name."""
    names: set[str] = set()
    for line in requirements.read_text().splitlines():
        line = line.partition("#")[0].strip()
        if line.startswith("-r "):
            names |= required(requirements.parent / line.removeprefix("-r ").strip())
        elif line:
            names.add(Requirement(line).name)
    return names


def lend(packages: set[str], target: Path) -> Path:
    """A folder of links to these packages, and their dependencies, in this environment."""
    target.mkdir()
    for one in _with_dependencies(packages):
        for file in one.files or ():
            top = file.parts[0]
            if top not in ("..", "__pycache__") and not (target / top).exists():
                (target / top).symlink_to(Path(str(one.locate_file(top))))
    return target


def _with_dependencies(packages: set[str]) -> Iterator[Distribution]:
    seen: set[str] = set()
    waiting = list(packages)
    while waiting:
        asked = Requirement(waiting.pop())
        if asked.name.lower() in seen:
            continue
        seen.add(asked.name.lower())
        found = distribution(asked.name)
        yield found
        for line in found.requires or ():
            needed = Requirement(line)
            if all(
                needed.marker is None or needed.marker.evaluate({"extra": extra})
                for extra in asked.extras or {""}
            ):
                waiting.append(str(needed).partition(";")[0])
