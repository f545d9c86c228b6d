"""`earshot`: the commands that a user, a data person or an operator runs."""

from earshot.cli.lazy import LazyCommand, lazy_app

_CLI = "earshot.cli"

COMMANDS = {
    "transcribe": LazyCommand(
        f"{_CLI}.transcribe:transcribe", "Write what is said in audio files, on this machine."
    ),
    "upload": LazyCommand(f"{_CLI}.upload:upload", "Put recordings in the bucket; resumes.", "aws"),
    "decode": LazyCommand(
        f"{_CLI}.decode:decode", "Add to a CSV what is said in the files that it names.", "aws"
    ),
    "evaluate": LazyCommand(
        f"{_CLI}.evaluate:evaluate", "Word and character error rates, by group of speakers."
    ),
    "drift": LazyCommand(
        f"{_CLI}.drift.command:drift", "Compare two periods of stored transcripts.", "aws"
    ),
    "import": LazyCommand(
        f"{_CLI}.import_:import_", "Make existing transcripts searchable.", "aws"
    ),
    "export": LazyCommand(
        f"{_CLI}.export:export", "Take recordings or transcripts out, into a file.", "aws"
    ),
    "check": LazyCommand(
        f"{_CLI}.check:check", "Compare S3, table and search index; repair what differs.", "aws"
    ),
    "reindex": LazyCommand(
        f"{_CLI}.reindex:reindex", "Rebuild the search index from the table.", "aws"
    ),
    "redrive": LazyCommand(
        f"{_CLI}.redrive:redrive", "Retry what ended in a dead-letter queue.", "aws"
    ),
    "retranscribe": LazyCommand(
        f"{_CLI}.retranscribe:retranscribe",
        "Transcribe recordings again, by today's models.",
        "aws",
    ),
    "keys": LazyCommand(f"{_CLI}.keys:app", "Named keys of the API.", "aws"),
    "sign-in-key": LazyCommand(
        f"{_CLI}.sign_in_key:sign_in_key", "Make the key that a private deployment needs.", "aws"
    ),
    "restore": LazyCommand(
        f"{_CLI}.restore.command:app", "What was deleted or spoilt, as it was before.", "aws"
    ),
    "preflight": LazyCommand(
        f"{_CLI}.preflight.command:preflight", "What would stop a deployment to AWS.", "aws"
    ),
    "costs": LazyCommand(f"{_CLI}.costs:costs", "What a stack on AWS costs.", "aws"),
    "model": LazyCommand(f"{_CLI}.model:app", "Export models for use without torch.", "model"),
}

HELP = "Drop audio in a bucket; search what was said. Each command has --help."

app = lazy_app(COMMANDS, HELP)


def main() -> None:
    app(prog_name="earshot")
