"""One recogniser in a process of its own, so that start and memory can be measured.

`speech_worker.py ours|many|reference MODEL`, with lambdas/ on the path, reads lines of JSON, each a
list of files, and answers each with a line: seconds of wall clock and of processor time, peak
memory, and the texts. `many` is ours as `transcribe` has it for several files.
"""

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

Recognise = Callable[[list[Path]], list[str]]


def ours(model: str, many: bool = False) -> Recognise:
    from earshot.audio import sandbox

    sandbox.start()
    from earshot.errors import AudioError
    from earshot.speech.model import load
    from earshot.speech.recognise import transcribe_files
    from earshot.speech.transcriber import Transcriber

    transcriber = Transcriber(load(model, side_by_side=many), "greedy")

    def recognise(files: list[Path]) -> list[str]:
        results = transcribe_files(files, transcriber)
        return ["" if isinstance(found, AudioError) else found.text for _, found in results]

    return recognise


def reference(model: str) -> Recognise:
    """The way of the service that this one follows: librosa, the processor, torch, one a time."""
    import librosa

    listen = listener(model)

    def recognise(files: list[Path]) -> list[str]:
        return [listen(librosa.load(file, sr=16_000)[0])[0] for file in files]

    return recognise


def listener(model: str) -> Callable[[Any], tuple[str, Any]]:
    """transformers' own processor and network: a waveform's text and its logits (frames, 32)."""
    import torch
    from transformers import AutoFeatureExtractor, Wav2Vec2CTCTokenizer, Wav2Vec2ForCTC

    extractor = AutoFeatureExtractor.from_pretrained(model)
    tokenizer = Wav2Vec2CTCTokenizer.from_pretrained(model)
    network = Wav2Vec2ForCTC.from_pretrained(model, dtype=torch.float32).eval()

    def listen(waveform: Any) -> tuple[str, Any]:
        inputs = extractor(waveform, sampling_rate=16_000, return_tensors="pt")
        with torch.no_grad():
            logits = network(inputs.input_values).logits[0]
        return tokenizer.decode(torch.argmax(logits, dim=-1)), logits.numpy()

    return listen


def _peak_mb() -> float:
    """This process's own peak; what getrusage tells began with the process that started it."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if "VmHWM" in line)


def main() -> None:
    ways: dict[str, Callable[[str], Recognise]] = {
        "ours": ours,
        "many": partial(ours, many=True),
        "reference": reference,
    }
    recognise = ways[sys.argv[1]](sys.argv[2])
    print(json.dumps({"loaded": True}), flush=True)
    for line in sys.stdin:
        files = [Path(name) for name in json.loads(line)]
        wall, processor = time.perf_counter(), time.process_time()
        texts = recognise(files)
        told = {
            "wall_s": time.perf_counter() - wall,
            "cpu_s": time.process_time() - processor,
            "cpu_since_start_s": time.process_time(),
            "peak_mb": _peak_mb(),
            "texts": texts,
        }
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
