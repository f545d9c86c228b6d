"""The bulk lane's process: settings in, `earshot.bulk` at work, an orderly end at SIGTERM.

On a GPU it starts several of itself (`worker.py --beside N`), which share it. Exit code 0 after a
signal; 1 when a fresh process should begin (ECS starts it).
"""

import logging
import signal
import sys
from pathlib import Path
from types import FrameType

import boto3
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from botocore.config import Config

from earshot import compose
from earshot.audio import sandbox
from earshot.bulk import processes
from earshot.bulk.intake import Intake
from earshot.bulk.pace import pace
from earshot.bulk.worker import Worker
from earshot.settings import BulkSettings
from earshot.speech.files import CHECKPOINT_FILES

CONNECTIONS = 64  # as many threads may talk to a service at once
BESIDE = "--beside"
TORCH = "torch"


def main(beside: int | None = None) -> int:
    """`beside`: how many share the device, this one counted; if not given, it starts them."""
    settings = BulkSettings()
    log_json()
    if beside is None:
        beside = settings.processes or processes.fitting(_engine(settings) == TORCH)
        if beside > 1:
            return processes.run([sys.executable, __file__, BESIDE, str(beside)], beside)
    return work(settings, beside)


def work(settings: BulkSettings, beside: int) -> int:
    sandbox.start()  # forked while this process is small
    clients = Config(
        max_pool_connections=CONNECTIONS, retries={"mode": "standard", "total_max_attempts": 5}
    )
    intake = Intake(
        boto3.client("sqs", config=clients), settings.bulk_queue_url, settings.visibility_s
    )
    worker = Worker(
        intake,
        load=lambda: compose.ingest(settings, clients, _engine(settings)),
        pace=lambda loaded: pace(
            loaded.transcriber.batch,
            settings.max_receives,
            settings.batch_seconds,
            settings.threads,
            beside,
        ),
    )

    def stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        worker.stop()

    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, stop)
    return 0 if worker.run() else 1


def _engine(settings: BulkSettings) -> str:
    return settings.engine or engine(settings.model)


def engine(model: str) -> str:
    """torch for a checkpoint, which a GPU hears with; a folder may hold ONNX weights alone."""
    return TORCH if any((Path(model) / name).is_file() for name in CHECKPOINT_FILES) else "onnx"


def log_json() -> None:
    """Lines as the functions write them."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(LambdaPowertoolsFormatter(service="bulk", log_record_order=["level"]))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.getLogger("botocore").setLevel(logging.WARNING)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[2]) if sys.argv[1:2] == [BESIDE] else None))
