"""The sample recordings of the demo: speak samples/script.toml into mp3s and write the manifest."""

import csv
import subprocess
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help=__doc__)

FOLDER = Path(__file__).parent.parent / "samples"
SAMPLE_RATE = 16_000
BITRATE = "24k"  # constant: a browser seeks exactly in constant-bit-rate mp3
LEVEL = 0.08  # root mean square of the sound, full scale 1.0
EDGE_SECONDS = 0.25
COLUMNS = (
    *("filename", "text", "up_votes", "down_votes", "age", "gender", "accent", "duration"),
    *("title", "voice", "synthesizer"),
)


@dataclass(frozen=True, slots=True)
class Sample:
    """One recording to speak; facets are plausible for the voice, `age` may be empty."""

    name: str
    title: str
    synthesizer: str
    voice: str
    rate: float
    accent: str
    gender: str
    age: str
    text: str

    @property
    def filename(self) -> str:
        return f"samples/{self.name}.mp3"


def read_script(path: Path = FOLDER / "script.toml") -> list[Sample]:
    with path.open("rb") as file:
        return [Sample(**recording) for recording in tomllib.load(file)["recording"]]


def reference(text: str) -> str:
    """What is said, as a transcript reference: lower case, letters and apostrophes only."""
    kept = "".join(c if c.isalpha() or c == "'" else " " for c in text.lower())
    return " ".join(kept.split())


def encode(sample: Sample, path: Path) -> float:
    """Speaks `sample` into an mp3 at `path`; gives its duration in seconds."""
    import numpy as np

    from training.synthesis import Voice, speak

    voice = Voice(sample.synthesizer, sample.voice)
    speech = speak(sample.text, voice, sample.rate, sample_rate=SAMPLE_RATE)
    speech *= LEVEL / np.sqrt(np.mean(speech**2))
    speech = np.pad(np.clip(speech, -0.98, 0.98), int(EDGE_SECONDS * SAMPLE_RATE))
    subprocess.run(
        [
            *("ffmpeg", "-v", "error", "-y", "-f", "f32le", "-ar", str(SAMPLE_RATE), "-ac", "1"),
            *("-i", "-", "-c:a", "libmp3lame", "-b:a", BITRATE, "-abr", "0", "-map_metadata", "-1"),
            *("-id3v2_version", "0", "-fflags", "+bitexact", "-flags:a", "+bitexact", str(path)),
        ],
        input=speech.astype("<f4").tobytes(),
        check=True,
        capture_output=True,
    )
    return len(speech) / SAMPLE_RATE


@app.command()
def make(
    out: Annotated[Path, typer.Option(help="where to write the mp3s and manifest.csv")] = FOLDER,
) -> None:
    """Speak every sample again. Same programs, same bytes; needs espeak-ng, flite and festival."""
    from rich.progress import track

    from training.synthesis import Voice, require

    samples = read_script()
    require({Voice(s.synthesizer, s.voice) for s in samples}, tools=["ffmpeg"])
    out.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor() as pool:
        paths = [out / Path(sample.filename).name for sample in samples]
        spoken = pool.map(encode, samples, paths)
        durations = list(track(spoken, description="speaking", total=len(samples)))
    with (out / "manifest.csv").open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        for s, duration in zip(samples, durations, strict=True):
            facets = (s.age, s.gender, s.accent, f"{duration:.3f}")
            names = (s.title, s.voice, s.synthesizer)
            table.writerow([s.filename, reference(s.text), 1, 0, *facets, *names])
    size = sum(path.stat().st_size for path in paths)
    typer.echo(f"{len(samples)} samples, {sum(durations):.0f} s, {size / 1e6:.2f} MB in {out}")


@app.callback()
def samples() -> None:
    """Keeps `make` a named subcommand."""
