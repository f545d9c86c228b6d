"""Greedy CTC transcripts of a corpus' utterances, by a model in training."""

from collections.abc import Sequence

import torch
from torch import nn

from training.batches import standardise
from training.corpus import Corpus, Utterance


def collapse(ids: Sequence[int], letters: dict[int, str]) -> str:
    """Merges repeats, then drops blanks, which are all ids without a letter; "|" is a space."""
    merged = [i for n, i in enumerate(ids) if n == 0 or i != ids[n - 1]]
    return " ".join("".join(letters.get(i, "") for i in merged).replace("|", " ").split())


def transcribe(
    model: nn.Module, corpus: Corpus, utterances: list[Utterance], vocabulary: dict[str, int]
) -> list[str]:
    """The utterances' texts, in order. Each is run alone, so padding can't change its text."""
    letters = {i: token for token, i in vocabulary.items() if len(token) == 1}
    device = next(model.parameters()).device
    was_training = model.training
    model.eval()
    texts = []
    with torch.inference_mode():
        for utterance in utterances:
            waveform = torch.from_numpy(standardise(corpus.waveform(utterance)))
            logits = model(waveform[None].to(device)).logits
            texts.append(collapse(logits[0].argmax(-1).tolist(), letters))
    model.train(was_training)
    return texts
