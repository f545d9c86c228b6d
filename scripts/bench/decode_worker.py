"""`decode --local` in a process that stays, so that its start is counted once.

`python -m scripts.bench.decode_worker MODEL` reads lines of JSON, [folder, CSV, OUT.csv], does each
as the command does, and answers it with a line: how many rows have their text.
"""

import json
import sys
from pathlib import Path

from earshot.cli.decoding import batch
from earshot.cli.decoding.local import Local
from earshot.cli.tables import table


def main() -> None:
    source = Local(sys.argv[1])
    for line in sys.stdin:
        folder, csv, out = map(Path, json.loads(line))
        report = batch.decode_folder(table.read(csv), folder, out, source)
        print(json.dumps(report.heard), flush=True)


if __name__ == "__main__":
    main()
