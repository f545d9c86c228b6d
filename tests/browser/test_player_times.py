"""The times of words are those at which a browser plays them, in every format, by the sound itself.

The sound is a tone that rises steadily: its pitch tells which moment of the recording it is. So
what the browser plays at a time, and what the decoder has at that time, can be compared.
"""

import threading
from collections.abc import Callable, Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import soundfile
from playwright.sync_api import Browser, Page

from earshot.audio.decode import decode
from earshot.audio.limits import SAMPLE_RATE
from earshot.audio.playback import write_copy
from tests.browser.sound_server import handler
from tests.unit.audio.sounds import encode_at

Samples = npt.NDArray[np.float32]

RATE = 48_000
SECONDS = 60.0
FIRST_HZ, HZ_PER_S = 300.0, 40.0
GAP_AT_S, GAP_S = 30.0, 6.0
WITHIN_S = 0.1
WINDOW = 4096  # samples that the page looks at at once
PLACES = (0.5, 12.0, 27.0, 38.5, 50.0)

PLAY = """async ([url, places]) => {
  const context = (window.context ??= new AudioContext({ sampleRate: 48000 }));
  await context.resume();
  const audio = new Audio();
  audio.src = url;
  const ready = await new Promise((done) => {
    audio.oncanplay = () => done(true);
    audio.onerror = () => done(false);
  });
  if (!ready) return null;
  const analyser = context.createAnalyser();
  analyser.fftSize = 4096;
  context.createMediaElementSource(audio).connect(analyser);
  analyser.connect(context.destination);
  const heard = [];
  const samples = new Float32Array(analyser.fftSize);
  for (const place of places) {
    const there = new Promise((done) => (audio.onseeked = done));
    audio.currentTime = place;
    await there;
    await audio.play();
    while (audio.currentTime < place + 0.3) await new Promise((done) => setTimeout(done, 5));
    analyser.getFloatTimeDomainData(samples);
    heard.push([audio.currentTime, [...samples]]);
    audio.pause();
  }
  return heard;
}"""


def rising(seconds: float = SECONDS) -> Samples:
    time = np.arange(round(seconds * RATE)) / RATE
    wave = np.sin(2 * np.pi * (FIRST_HZ * time + HZ_PER_S * time * time / 2))
    return (0.4 * wave).astype(np.float32)


def moment(samples: Samples, rate: int) -> float | None:
    """Which moment of the rising tone these samples are, at their middle; None for silence."""
    if np.abs(samples).max() < 0.05:
        return None
    size = 1 << 17
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), size))
    return float((spectrum.argmax() * rate / size - FIRST_HZ) / HZ_PER_S)


def decoded_moment(waveform: Samples, at_s: float) -> float | None:
    half = round(WINDOW / RATE / 2 * SAMPLE_RATE)
    middle = round(at_s * SAMPLE_RATE)
    return moment(waveform[max(0, middle - half) : middle + half], SAMPLE_RATE)


def written(path: Path, **how: Any) -> Path:
    with soundfile.SoundFile(path, "w", RATE, 1, **how) as file:
        for start in range(0, len(sound := rising()), 1 << 14):
            file.write(sound[start : start + (1 << 14)])
    return path


def uneven(path: Path) -> Path:
    """An mp3 of which the second half needs many more bits than the first."""
    noise = np.random.default_rng(0).normal(0, 0.1, round(SECONDS * RATE))
    sound = rising() + np.where(np.arange(len(noise)) > len(noise) / 2, noise, 0)
    with soundfile.SoundFile(
        path, "w", RATE, 1, format="MP3", bitrate_mode="VARIABLE", compression_level=0.3
    ) as file:
        for start in range(0, len(sound), 1 << 14):
            file.write(sound[start : start + (1 << 14)])
    return path


def without_header(path: Path) -> Path:
    """The mp3 without its first frame, which holds the Xing header."""
    content = path.read_bytes()
    first = content.index(b"\xff\xfb")
    second = content.index(content[first : first + 2], first + 100)
    path.write_bytes(content[second:])
    return path


def gap(at: float) -> float:
    return GAP_S if at >= GAP_AT_S - 1e-9 else 0.0


MADE: dict[str, Callable[[Path], Path]] = {
    "plain.wav": lambda path: written(path),
    "plain.flac": lambda path: written(path),
    "plain.ogg": lambda path: written(path, format="OGG", subtype="VORBIS"),
    "plain.opus": lambda path: encode_at(path, "libopus", rising(), RATE),
    "plain.m4a": lambda path: encode_at(path, "aac", rising(), RATE),
    "plain.webm": lambda path: encode_at(path, "libopus", rising(), RATE),
    "constant.mp3": lambda path: encode_at(path, "libmp3lame", rising(), RATE),
    "constant-without-header.mp3": lambda path: encode_at(
        path, "libmp3lame", rising(), RATE, options={"write_xing": "0", "id3v2_version": "0"}
    ),
    "varying.mp3": uneven,
    "varying-without-header.mp3": lambda path: without_header(uneven(path)),
    "gap.webm": lambda path: encode_at(path, "libopus", rising(), RATE, gap),
    "gap.opus": lambda path: encode_at(path, "libopus", rising(), RATE, gap),
    "gap.m4a": lambda path: encode_at(path, "aac", rising(), RATE, gap),
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A folder, and the address at which its files can be had, in ranges too."""
    folder = tmp_path_factory.mktemp("sounds")
    with ThreadingHTTPServer(("127.0.0.1", 0), handler(folder)) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield folder, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def player(browser: Browser, served: tuple[Path, str]) -> Iterator[Page]:
    page = browser.new_page()
    page.goto(f"{served[1]}/")
    yield page
    page.close()


def played(player: Page, address: str, places: list[float]) -> list[tuple[float, float | None]]:
    """What is heard after each seek: when, on the player's clock, and which moment it is."""
    heard = player.evaluate(PLAY, [address, places])
    assert heard is not None, "the browser can't play it"
    half = WINDOW / RATE / 2
    return [(now - half, moment(np.array(samples), RATE)) for now, samples in heard]


@pytest.mark.parametrize("name", MADE)
def test_words_are_where_the_browser_plays_them(
    player: Page, served: tuple[Path, str], name: str
) -> None:
    folder, address = served
    path = MADE[name](folder / name)
    sound = decode(path)
    assert sound.findings.leads_astray == name.startswith("varying")
    if sound.findings.leads_astray:  # the page plays the copy that the pipeline makes
        write_copy(path, folder / f"{name}.m4a")
        name = f"{name}.m4a"
    places = [place + gap(place) if "gap" in name else place for place in PLACES]
    for now, heard in played(player, f"{address}/{name}", places):
        ours = decoded_moment(sound.waveform, now)
        assert heard is not None and ours is not None, now
        assert heard == pytest.approx(ours, abs=WITHIN_S), f"at {now:.2f} s"


def test_a_gap_is_silent_in_both(player: Page, served: tuple[Path, str]) -> None:
    folder, address = served
    path = MADE["gap.webm"](folder / "silence.webm")
    waveform = decode(path).waveform
    for now, heard in played(player, f"{address}/{path.name}", [GAP_AT_S + 2]):
        assert heard is None
        assert decoded_moment(waveform, now) is None


def test_without_the_copy_the_browser_plays_seconds_off(
    player: Page, served: tuple[Path, str]
) -> None:
    """Why there are copies: if this fails, browsers have learned to seek, and they can go."""
    folder, address = served
    path = MADE["varying-without-header.mp3"](folder / "astray.mp3")
    waveform = decode(path).waveform
    astray = [
        abs(heard - ours)
        for now, heard in played(player, f"{address}/{path.name}", list(PLACES))
        if heard is not None and (ours := decoded_moment(waveform, now)) is not None
    ]
    assert max(astray) > 1
