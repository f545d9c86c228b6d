"""All commands: those of the package, and what a developer of Earshot runs besides."""

from earshot.cli.lazy import LazyCommand, lazy_app
from earshot.cli.main import COMMANDS

ALL = COMMANDS | {
    "local": LazyCommand("scripts.local.commands:app", "The stack on this machine."),
    "bench": LazyCommand("scripts.bench:app", "Measure; print JSON lines."),
    "model": LazyCommand("scripts.model:app", "Make, train and export models.", "train"),
    "samples": LazyCommand("scripts.samples:app", "Make the demo's sample recordings."),
    "mutate": LazyCommand(
        "scripts.mutate.command:mutate", "Change the code at random; do the tests notice?"
    ),
    "covered": LazyCommand(
        "scripts.covered:covered", "Refuse files that few unit tests run, without a reason."
    ),
    "simulate": LazyCommand(
        "scripts.simulate.command:run", "A burst of files on AWS, by a model of its limits."
    ),
    "screenshots": LazyCommand(
        "scripts.screenshots:screenshots", "Take README's pictures of the page, of the demo."
    ),
    "openapi": LazyCommand("scripts.openapi:openapi", "Write docs/openapi.json from the code."),
    "settings-table": LazyCommand(
        "scripts.settings_table:settings_table", "Print docs/deploy.md's tables of settings."
    ),
}

app = lazy_app(ALL, "Everything that is run by hand. Each command has --help.")

if __name__ == "__main__":
    app(prog_name="python -m scripts")
