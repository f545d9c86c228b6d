"""The origin's API, as the reference: a file a request, librosa, the processor, torch fp32.

`python -m scripts.bench.reference_api MODEL` prints the port on loopback that it listens on once
the model is loaded, and goes on until it is stopped.
"""

import socket
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import uvicorn
from fastapi import FastAPI, File, UploadFile

from scripts.bench.clips import duration
from scripts.bench.speech_worker import Recognise, reference


def create(recognise: Recognise) -> FastAPI:
    app = FastAPI()

    @app.post("/asr")
    def transcribe(file: Annotated[UploadFile, File()]) -> dict[str, str | float]:
        with tempfile.NamedTemporaryFile(suffix=Path(file.filename or "").suffix) as kept:
            kept.write(file.file.read())
            kept.flush()
            path = Path(kept.name)
            return {"transcription": recognise([path])[0], "duration": duration(path)}

    return app


def main() -> None:
    app = create(reference(sys.argv[1]))
    listening = socket.create_server(("127.0.0.1", 0))
    print(listening.getsockname()[1], flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listening])


if __name__ == "__main__":
    main()
