"""What a listener hears in a whole recording, kept small enough to lay a text of hours on it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt

from earshot.audio.limits import SAMPLE_RATE
from earshot.speech import ctc
from earshot.speech.alignment.viterbi import MIN_LOG_PROBABILITY
from earshot.speech.audible import audible
from earshot.speech.engine import Emission, Waveform
from earshot.speech.model import SpeechModel
from earshot.speech.transcriber import WORD_PAUSE_S
from earshot.speech.transcript import Word
from earshot.speech.vocabulary import Vocabulary
from earshot.speech.windows import Window, windows


@dataclass(frozen=True, slots=True)
class Listened:
    """`emission` (frames, vocabulary) of a recording in half precision: 12 MB an hour.

    `words` are the listener's own by greedy decoding, which is right often enough to cut a text
    by, and six times as fast as with a language. `frame_s` is the time between two frames,
    `duration` the recording's, in seconds.
    """

    emission: npt.NDArray[np.float16]
    words: tuple[Word, ...]
    vocabulary: Vocabulary
    frame_s: float
    duration: float


def listen(blocks: Iterable[Waveform], model: SpeechModel) -> Listened:
    """Hears a recording that comes in blocks of shape (n,), window by window."""
    samples = 0

    def counted() -> Iterable[Waveform]:
        nonlocal samples
        for block in blocks:
            samples += len(block)
            yield block

    emissions: list[npt.NDArray[np.float16]] = []
    paths: list[ctc.BestPath] = []
    stream = windows(counted(), model.acoustics.hop)
    while group := list(islice(stream, model.engine.batch)):
        for emission in _emissions(group, model):
            paths.append(ctc.best_path(emission))
            emissions.append(emission.astype(np.float16))
    frame_s = model.acoustics.hop / SAMPLE_RATE
    words: tuple[Word, ...] = ()
    if paths:
        words = ctc.words(ctc.join(paths), model.vocabulary, frame_s, WORD_PAUSE_S)
    nothing = np.zeros((0, len(model.vocabulary.tokens)), np.float16)
    return Listened(
        emission=np.concatenate([nothing, *emissions]),
        words=words,
        vocabulary=model.vocabulary,
        frame_s=frame_s,
        duration=round(samples / SAMPLE_RATE, 3),
    )


def _emissions(group: Sequence[Window], model: SpeechModel) -> list[Emission]:
    """Of each window, the frames that it keeps; what can't be heard is blank."""
    hop = model.acoustics.hop
    sounding = [audible(window, hop) for window in group]
    loud = [at for at, samples in enumerate(sounding) if samples.start < samples.stop]
    inputs = [model.acoustics.prepare(group[at].waveform[sounding[at]]) for at in loud]
    heard = dict(zip(loud, model.engine.emissions(inputs) if loud else [], strict=True))
    found: list[Emission] = []
    for at, window in enumerate(group):
        # One frame less than hops: a blank fills that gap, as in a transcript's best path.
        whole = np.full(
            (-(-len(window.waveform) // hop), len(model.vocabulary.tokens)),
            MIN_LOG_PROBABILITY,
            np.float32,
        )
        whole[:, model.vocabulary.blank] = 0.0
        if at in heard:
            begin = sounding[at].start // hop
            reach = min(len(heard[at]), len(whole) - begin)
            whole[begin : begin + reach] = heard[at][:reach]
        first = (window.keep_from - window.start) // hop
        found.append(whole[first : -(-(window.keep_to - window.start) // hop)])
    return found
