"""`python -m scripts bench training`: a training step as transformers has it, and as ours is."""

import json
import time
from pathlib import Path
from typing import Annotated

import typer


def training(
    start: Annotated[Path, typer.Argument(help="A Wav2Vec2ForCTC folder.")],
    seconds: Annotated[float, typer.Option(help="Of sound in a batch of 5 s each.")] = 30.0,
    threads: Annotated[int, typer.Option()] = 2,
    repeats: Annotated[int, typer.Option()] = 7,
) -> None:
    """Processor time of forward and backward: transformers' own, ours, and ours in bfloat16."""
    import torch
    from transformers import Wav2Vec2ForCTC

    from training.attention import use_plain
    from training.encoder import use_channels_last

    torch.set_num_threads(threads)
    reference = Wav2Vec2ForCTC.from_pretrained(start, dtype=torch.float32)
    ours = Wav2Vec2ForCTC.from_pretrained(start, dtype=torch.float32)
    use_plain(ours)
    use_channels_last(ours)
    sound = torch.randn(max(1, round(seconds / 5)), 5 * 16_000, generator=torch.manual_seed(0))
    with torch.inference_mode():
        apart = (reference.eval()(sound).logits - ours.eval()(sound).logits).abs().max()
    ways = {"transformers": (reference, False), "ours": (ours, False), "bfloat16": (ours, True)}
    for part in ("convolutions", "whole step"):
        times: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(repeats):
            for name, (model, bfloat16) in ways.items():  # in turns, so that noise meets all
                run = model.wav2vec2.feature_extractor if part == "convolutions" else model
                model.zero_grad()
                begin = time.process_time()
                with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
                    out = run(sound)
                (out if part == "convolutions" else out.logits).float().square().mean().backward()
                times[name].append(time.process_time() - begin)
        spent = {name: min(each) for name, each in times.items()}
        print(json.dumps({
            "what": part,
            "batch_s": sound.numel() / 16_000,
            **{f"{name}_cpu_s": round(value, 3) for name, value in spent.items()},
            "times_faster": round(spent["transformers"] / spent["ours"], 2),
            "times_faster_bfloat16": round(spent["transformers"] / spent["bfloat16"], 2),
            "largest_difference_of_logits": float(apart),
        }))  # fmt: skip
