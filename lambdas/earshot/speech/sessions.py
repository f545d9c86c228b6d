"""Opens graphs in ONNX Runtime, the listener's and the writer's."""

from pathlib import Path
from typing import Any

import onnxruntime

from earshot.errors import ModelError
from earshot.speech.saturation import products_saturate

# Its kernel is single-threaded, and seven times slower than the add and the norm that it fuses.
DISABLED_OPTIMIZERS = ["SkipLayerNormFusion"]


def open_session(path: Path, threads: int) -> Any:
    """An onnxruntime.InferenceSession whose calls use that many `threads` each.

    Raises ModelError if ONNX Runtime can't load the file.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    # Spinning threads are a little faster on an idle machine, and several times slower on a busy
    # one.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Clips differ in length, and the arena never gives memory back: a third more at 30 s of the
    # large model, for a tenth less time.
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    if products_saturate():
        options.add_session_config_entry("session.x64quantprecision", "1")
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
