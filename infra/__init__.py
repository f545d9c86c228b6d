"""The AWS infrastructure: one construct per concern, composed by stack.py, typed by settings.py."""

import sys
from pathlib import Path

# The package lies beside the functions that are zipped with it, and is found there even where it is
# not installed. Its settings render the functions' environment.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lambdas"))
