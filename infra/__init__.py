"""The cloud: one construct per concern; stack.py composes them, settings.py types what is given."""

import sys
from pathlib import Path

# The package lies beside the functions that are zipped with it, and is found there even where it is
# not installed. Its settings render the functions' environment.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lambdas"))
