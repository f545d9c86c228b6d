"""Does the writer write what transformers' own model would, greedily, in torch fp32?

A text is greedy if every token is the likeliest after those before it. So one pass over our tokens
tells whether generating would give the same.
"""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from scripts import ROOT
from scripts.bench.clips import picked
from scripts.bench.writer import TINY

WORK = ROOT / ".local" / "bench"


def writer_parity(
    clips: Annotated[Path, typer.Option(help="A folder of clips.")] = ROOT / "samples",
    count: Annotated[int, typer.Option(help="How many of them, evenly picked.")] = 300,
    checkpoint: Annotated[
        Path | None, typer.Option(help="A torch folder; else `model moonshine` makes it.")
    ] = None,
    model: Annotated[Path, typer.Option(help="The same model as ONNX, int8.")] = TINY,
    fp32: Annotated[Path | None, typer.Option(help="… in fp32; else it is exported.")] = None,
) -> None:
    """Compare the writer with transformers (requirements-model.txt)."""
    from transformers import MoonshineForConditionalGeneration

    from earshot.audio.decode import decode
    from earshot.cli.progress import progress
    from earshot.speech.writer.model import load_writer
    from earshot.speech.writer.moonshine import GREEDY

    checkpoint = checkpoint or _checkpoint()
    reference = MoonshineForConditionalGeneration.from_pretrained(checkpoint).eval()
    ways = {
        "fp32": load_writer(str(fp32 or _exported(checkpoint)), engine="onnx-fp32", beam=GREEDY),
        "int8": load_writer(str(model), engine="onnx-int8", beam=GREEDY),
    }
    files = picked(clips, count)
    same = dict.fromkeys(ways, 0)
    differing: dict[str, list[str]] = {name: [] for name in ways}
    tokens_in_all = dict.fromkeys(ways, 0)
    agreeing = dict.fromkeys(ways, 0)
    with progress("Parity", len(files)) as advance:
        for file in files:
            waveform = decode(file).waveform
            for name, one in ways.items():
                found = one.search(waveform)
                wanted = list(found.tokens)
                wanted += [] if found.stopped else [reference.config.eos_token_id]
                likeliest = _likeliest(reference, waveform, wanted)
                tokens_in_all[name] += len(wanted)
                agreeing[name] += sum(a == b for a, b in zip(wanted, likeliest, strict=True))
                if likeliest == wanted:
                    same[name] += 1
                else:
                    differing[name].append(file.name)
            advance(1)
    for name, one in ways.items():
        figure = {
            "figure": f"{one.engine}: same greedy text as transformers",
            "clips": len(files),
            "same": same[name],
            "tokens": tokens_in_all[name],
            "likeliest_too": agreeing[name],
            "differing": differing[name][:5],
        }
        print(json.dumps(figure))


def _likeliest(reference: Any, waveform: Any, tokens: list[int]) -> list[int]:
    """What the reference holds likeliest at each place, after `tokens` before it."""
    import torch

    if not tokens:
        return []
    given = [reference.config.decoder_start_token_id, *tokens[:-1]]
    with torch.no_grad():
        logits = reference(
            torch.from_numpy(waveform[None]), decoder_input_ids=torch.tensor([given])
        ).logits[0]
    likeliest: list[int] = logits.argmax(-1).tolist()
    return likeliest


def _checkpoint() -> Path:
    folder = WORK / "moonshine-tiny"
    if not (folder / "tokenizer.json").exists():
        from scripts.model.moonshine import write

        write(folder)
    return folder


def _exported(checkpoint: Path) -> Path:
    folder = WORK / "moonshine-tiny-fp32"
    if not (folder / "vocab.json").exists():
        from earshot.speech.writer.export import export

        export(checkpoint, folder, "fp32")
    return folder
