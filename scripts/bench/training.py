"""`python -m scripts bench training`: a training step, with the convolutions both ways."""

import json
import time
from pathlib import Path
from typing import Annotated

import typer


def training(
    start: Annotated[Path, typer.Argument(help="A Wav2Vec2ForCTC folder.")],
    seconds: Annotated[float, typer.Option(help="Of sound in a batch of 5 s each.")] = 35.0,
    threads: Annotated[int, typer.Option()] = 2,
    repeats: Annotated[int, typer.Option()] = 7,
) -> None:
    """Processor time of forward and backward: convolutions as transformers has them, as ours."""
    import torch
    from transformers import Wav2Vec2ForCTC

    from training.encoder import use_channels_last

    torch.set_num_threads(threads)
    reference = Wav2Vec2ForCTC.from_pretrained(start)
    ours = use_channels_last(Wav2Vec2ForCTC.from_pretrained(start))
    sound = torch.randn(max(1, round(seconds / 5)), 5 * 16_000, generator=torch.manual_seed(0))
    with torch.inference_mode():
        apart = (reference.eval()(sound).logits - ours.eval()(sound).logits).abs().max()
    for part in ("convolutions", "whole step"):
        spent = {}
        for name, model in (("transformers", reference), ("channels-last", ours)):
            run = model.wav2vec2.feature_extractor if part == "convolutions" else model
            times = []
            for _ in range(repeats):
                model.zero_grad()
                begin = time.process_time()
                out = run(sound)
                (out if part == "convolutions" else out.logits).square().mean().backward()
                times.append(time.process_time() - begin)
            spent[name] = min(times)
        print(json.dumps({
            "what": part,
            "batch_s": sound.numel() / 16_000,
            **{f"{name}_cpu_s": round(value, 3) for name, value in spent.items()},
            "times_faster": round(spent["transformers"] / spent["channels-last"], 2),
            "largest_difference_of_logits": float(apart),
        }))  # fmt: skip
