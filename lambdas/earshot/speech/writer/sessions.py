"""The two graphs of a writer in ONNX Runtime."""

from pathlib import Path
from typing import Any

import onnxruntime

from earshot.errors import ModelError
from earshot.speech.engine_onnx import DISABLED_OPTIMIZERS


def open_session(path: Path, threads: int) -> Any:
    """As the listener's engine opens its own: see OnnxEngine. Raises ModelError."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(
            path,
            options,
            providers=["CPUExecutionProvider"],
            disabled_optimizers=DISABLED_OPTIMIZERS,
        )
    except Exception as error:  # onnxruntime raises its own kinds, all below Exception
        raise ModelError(f"{path.name} is not a model that ONNX Runtime can load.") from error


def recorded(session: Any) -> dict[str, str]:
    """What the exporter recorded: see FINGERPRINT_KEY and NAME_KEY."""
    metadata: dict[str, str] = session.get_modelmeta().custom_metadata_map
    return metadata


def names(values: Any) -> list[str]:
    return [value.name for value in values]
