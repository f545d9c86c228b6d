"""Model folders for the tests."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
DEMO = ROOT / "models" / "demo"
SAMPLES = ROOT / "samples"
