"""`python -m scripts COMMAND`: everything a person runs by hand."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# The shared package lives beside the functions that are zipped with it, so it is found by path
# rather than installed.
sys.path.insert(0, str(ROOT / "lambdas"))
