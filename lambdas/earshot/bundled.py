"""Where files lie that come with Earshot: inside the installed package, or in the checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parent.parent


def is_checkout() -> bool:
    """Whether this code runs from a checkout rather than from an installed package."""
    return (_CHECKOUT / "pyproject.toml").is_file() and _PACKAGE.parent.name == "lambdas"


def model_folder(name: str) -> Path:
    """The folder of a model that ships with Earshot, e.g. "demo"."""
    packed = _PACKAGE / "models" / name
    return packed if packed.is_dir() else _CHECKOUT / "models" / name


def working_folder() -> Path:
    """Where commands keep logs and look for `.local/outputs.json`: the checkout, else here."""
    return _CHECKOUT if is_checkout() else Path.cwd()
