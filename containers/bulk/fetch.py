"""Puts a model's checkpoint into a folder as the image is built: `fetch.py MODEL REVISION OUT`."""

import shutil
import sys
from pathlib import Path

from earshot.speech import hub
from earshot.speech.files import CHECKPOINT_FILES, SETTINGS_FILES


def main(source: str, revision: str, out: Path) -> None:
    folder, weights = Path(source), None
    if not folder.is_dir():
        folder, weights = hub.fetch(source, revision, CHECKPOINT_FILES)
    if weights is None:  # a folder of one's own is taken as it is, ONNX weights and all
        shutil.copytree(folder, out)
        return
    out.mkdir(parents=True)
    for name in (*SETTINGS_FILES, weights):
        if (folder / name).exists():
            shutil.copyfile(folder / name, out / name)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
