"""What a writer's config.json says."""

from dataclasses import dataclass
from pathlib import Path

from earshot.errors import ModelError
from earshot.speech.files import read_json
from earshot.speech.writer.files import MODEL_TYPE

MIN_SAMPLES = 127 + 64 * 6 + 64 * 3 * 2
"""Under the kernels of Moonshine's three convolutions (127, 7 and 3, strides 64, 3 and 2): with
fewer samples there is not one frame."""

HOP = 64 * 3 * 2  # samples a frame

MAX_POSITIONS = 4096
"""Frames or tokens that the graphs know places for. 30 s are 1,250 frames, and 201 tokens."""

MAX_SAMPLES = MAX_POSITIONS * HOP
"""98 s: what is heard at once is half a minute, beyond which the model was not trained."""


CHOICES = 8
"""How many next tokens a step of the decoder tells: no search needs more of one hypothesis."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The shape of the decoder's cache, and the tokens that begin and end a text."""

    layers: int
    heads: int
    head_width: int
    start_token: int
    end_tokens: tuple[int, ...]


def read_settings(folder: Path) -> Settings:
    """Raises ModelError if the model is not of Moonshine's family."""
    config = read_json(folder / "config.json")
    kind = config.get("model_type")
    if kind != MODEL_TYPE:
        raise ModelError(f"A writer is of Moonshine's family; this is a {kind!r} model.")
    for part in ("encoder", "decoder"):
        heads = config.get(f"{part}_num_attention_heads", 8)
        if config.get(f"{part}_num_key_value_heads") not in (None, heads):
            raise ModelError(f"The writer's {part} shares keys between heads, which is not known.")
    try:
        heads = int(config.get("decoder_num_attention_heads", 8))
        end = config.get("eos_token_id", 2)
        return Settings(
            layers=int(config.get("decoder_num_hidden_layers", 6)),
            heads=heads,
            head_width=int(config.get("hidden_size", 288)) // heads,
            start_token=int(config.get("decoder_start_token_id", 1)),
            end_tokens=tuple(end) if isinstance(end, list) else (int(end),),
        )
    except (TypeError, ValueError, ZeroDivisionError):
        raise ModelError("The writer's config.json holds a number that is none.") from None
