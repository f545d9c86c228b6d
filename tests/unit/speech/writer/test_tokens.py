"""From tokens to words that a person reads."""

import json
import math

import pytest

from earshot.errors import ModelError
from earshot.speech.writer.tokens import Tokens, read_tokens

PIECES = (b"", b" It", b"'", b"s", b" caf", b"\xc3", b"\xa9", b".", b" ", b"  ")


def written(*tokens: int, probabilities: list[float] | None = None) -> list[tuple[str, float]]:
    logs = [math.log(one) for one in probabilities or [1.0] * len(tokens)]
    return [(word.text, round(word.confidence, 3)) for word in Tokens(PIECES).words(tokens, logs)]


def test_pieces_become_words_with_punctuation_on_them():
    assert written(1, 2, 3, 4, 5, 6, 7) == [("It's", 1.0), ("café.", 1.0)]


def test_a_word_is_as_sure_as_its_least_sure_token():
    probabilities = [0.9, 0.5, 0.8, 0.7]
    assert written(1, 2, 3, 4, probabilities=probabilities) == [("It's", 0.5), ("caf", 0.7)]


def test_half_a_letter_and_spaces_are_no_words():
    assert written(4, 5, 8, 9) == [("caf", 1.0)]
    assert written(8, 0, 9) == []


def test_a_vocabulary_of_transformers_reads_as_ours(tmp_path):
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    for folder in (ours, theirs):
        folder.mkdir()
    (ours / "vocab.json").write_text(json.dumps({"<s>": 0, "<0x41>": 1, "▁the": 2, "<pad>": 3}))
    tokenizer = {
        "model": {"vocab": {"<0x41>": 1, "▁the": 2}},
        "added_tokens": [{"content": "<s>", "id": 0}, {"content": "<pad>", "id": 3}],
    }
    (theirs / "tokenizer.json").write_text(json.dumps(tokenizer))
    assert read_tokens(ours) == read_tokens(theirs) == Tokens((b"", b"A", b" the", b""))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("vocab.json", '{"a": 0, "b": 2}'),
        ("vocab.json", '{"a": "x"}'),
        ("vocab.json", "not JSON"),
        ("tokenizer.json", '{"model": {}}'),
        ("tokenizer.json", '{"model": {"vocab": {}}, "added_tokens": [{}]}'),
    ],
)
def test_a_vocabulary_that_is_none_is_said(tmp_path, name, content):
    (tmp_path / name).write_text(content)
    with pytest.raises(ModelError) as caught:
        read_tokens(tmp_path)
    assert name in caught.value.message
