"""Puts a writer into a folder as an image is built: `writer.py WRITER REVISION OUT`.

WRITER is the name of one that ships, a folder below models/, a hub id, or none. REVISION is a hub
id's commit, branch or tag. The writer comes to lie in OUT/WRITER, and OUT in the package's own
models folder, so that the image knows it by its name.
"""

import shutil
import sys
from pathlib import Path

from earshot.cli.model import export_writer
from earshot.speech.writer.files import DECODER, FP32_FILES, INT8_FILES
from earshot.speech.writer.model import NONE, located


def main(source: str, revision: str, out: Path) -> None:
    target = out / source
    target.mkdir(parents=True)
    if source == NONE:
        return  # an image's COPY asks for a folder all the same
    folder = Path(located(source))
    if any((folder / files[DECODER]).is_file() for files in (INT8_FILES, FP32_FILES)):
        shutil.copytree(folder, target, dirs_exist_ok=True)
    else:
        export_writer(source, target, revision=revision)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
