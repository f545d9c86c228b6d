"""Sentences for training, and sentences held out for testing.

For training: usage examples and definitions of WordNet (Debian's wordnet-base), the texts of human
recordings in the training set, and phrases with numbers that are made here. For testing: sentences
written for this purpose (held_out_sentences.txt), which no training text may contain.
"""

import hashlib
import random
import re
from collections.abc import Iterator
from pathlib import Path

WORDNET = Path("/usr/share/wordnet")
HELD_OUT = Path(__file__).parent / "held_out_sentences.txt"
MIN_WORDS, MAX_WORDS = 3, 18

ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
).split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = (
    "January February March April May June July August September October November December"
).split()
THINGS = (
    "dollars pounds metres miles people pages bottles letters horses tickets minutes degrees "
    "students windows cars apples litres steps"
).split()


def normalise(text: str) -> str:
    """Text in the form of a reference: upper case letters, apostrophes and single spaces."""
    text = text.upper().replace("’", "'")
    kept = "".join(c if "A" <= c <= "Z" or c == "'" else " " for c in text)
    return " ".join(word for word in (w.strip("'") for w in kept.split()) if word)


def bucket(text: str, seed: int) -> float:
    """A number in [0, 1) from a hash of words and seed, for splitting by sentence."""
    digest = hashlib.blake2b(f"{seed} {normalise(text)}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64


def speakable(text: str) -> bool:
    """Whether all synthesizers read the text alike: no digits, abbreviations or symbols."""
    plain = re.fullmatch(r"[A-Za-z][A-Za-z',;:\- ]*[.!?]?", text) is not None
    shouted = re.search(r"\b[A-Z]{2,}\b|\b[B-HJ-Zb-hj-z]\b", text) is not None
    return plain and not shouted and MIN_WORDS <= len(text.split()) <= MAX_WORDS


def wordnet(folder: Path = WORDNET) -> tuple[list[str], list[str]]:
    """The distinct usage examples and definitions."""
    examples: dict[str, None] = {}
    definitions: dict[str, None] = {}
    for path in sorted(folder.glob("data.*")):
        for line in path.read_text("latin-1").splitlines():
            _, found, gloss = line.partition(" | ")
            if not found:
                continue
            for example in re.findall(r'"([^"]+)"', gloss):
                if speakable(example.strip()):
                    examples[example.strip()] = None
            definition = re.sub(r"\([^)]*\)", "", gloss.partition('"')[0]).split(";")[0].strip()
            if speakable(definition):
                definitions[definition] = None
    return list(examples), list(definitions)


def number(n: int) -> str:
    """Cardinal words for 0 <= n < 10,000."""
    if n < 20:
        return ONES[n]
    if n < 100:
        return TENS[n // 10 - 2] + (f" {ONES[n % 10]}" if n % 10 else "")
    if n < 1000:
        rest = f" and {number(n % 100)}" if n % 100 else ""
        return f"{ONES[n // 100]} hundred{rest}"
    return f"{number(n // 1000)} thousand" + (f" {number(n % 1000)}" if n % 1000 else "")


def year(n: int) -> str:
    """A year in words, as it is spoken: nineteen fifty six."""
    century, rest = number(n // 100), n % 100
    if rest == 0:
        return f"{century} hundred"
    return f"{century} oh {number(rest)}" if rest < 10 else f"{century} {number(rest)}"


def numbered(rng: random.Random) -> str:
    """A phrase with a number in it: a year, a time, a date, an amount or a telephone number."""
    patterns = (
        lambda: f"it happened in {year(rng.randrange(1100, 2000))}",
        lambda: f"it starts at {number(rng.randrange(1, 13))} {number(rng.randrange(10, 60))}",
        lambda: (
            f"the {rng.choice(DAYS)} before the {number(rng.randrange(2, 29))} of "
            f"{rng.choice(MONTHS)}"
        ),
        lambda: f"there were {number(rng.randrange(2, 100))} {rng.choice(THINGS)}",
        lambda: (
            f"about {number(rng.randrange(100, 10_000))} {rng.choice(THINGS)} in "
            f"{rng.choice(MONTHS)}"
        ),
        lambda: "the number is " + " ".join(rng.choice(ONES[:10]) for _ in range(6)),
    )
    return rng.choice(patterns)()


def held_out(path: Path = HELD_OUT) -> list[str]:
    """The sentences for testing."""
    lines = (line.strip() for line in path.read_text().splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def utterances(
    human_texts: list[str], count: int, seed: int, forbidden: frozenset[str] = frozenset()
) -> Iterator[str]:
    """`count` texts of one to three sentences, shuffled by `seed`.

    Texts with a sentence in `forbidden` (normalised; held out, or the demo's) are dropped.
    """
    rng = random.Random(seed)
    examples, definitions = wordnet()
    sources = [
        (0.5, examples),
        (0.2, definitions),
        (0.2, [t for t in human_texts if len(t.split()) >= MIN_WORDS]),
    ]
    made = 0
    while made < count:
        parts = []
        for _ in range(rng.choices((1, 2, 3), (0.5, 0.3, 0.2))[0]):
            pool = rng.choices([*sources, (0.1, [])], [*(w for w, _ in sources), 0.1])[0][1]
            parts.append(rng.choice(pool) if pool else numbered(rng))
        if any(normalise(part) in forbidden for part in parts):
            continue
        made += 1
        yield " ".join(part if part[-1] in ".!?" else f"{part}." for part in parts)
