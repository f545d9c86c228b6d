"""The voices for training, and the voices held out for testing.

Two voices of the same speaker (flite's kal16 and festival's kal_diphone) are always on one side.
"""

import math
import random
from dataclasses import dataclass

from training.synthesis import Voice

PLAIN = tuple(Voice("espeak-ng", name) for name in ("en-us", "en-gb"))

ACCENTS = {  # espeak-ng's English accents and the weights of their drawing
    "en-us": 8,
    "en-gb": 4,
    "en-gb-x-rp": 2,
    "en-gb-scotland": 2,
    "en-gb-x-gbclan": 1,
    "en-gb-x-gbcwmd": 1,
    "en-029": 1,
    "en-us-nyc": 1,
}
VARIANTS = (
    "m1 m2 m3 m4 m5 m6 m7 m8 f1 f2 f3 f4 f5 Alex Alicia Andy Annie belinda benjamin boris "
    "caleb david Denis Diogo ed edward Gene gustave Henrique Hugo iven iven2 Jacky john Lee "
    "linda marcelo Marco mario max michel miguel mike norbert pablo paul pedro quincy rob "
    "robert sandro shelby steph steph2 travis victor zac grandpa klatt klatt2"
).split()

FLITE = {"slt": 1200, "rms": 1200, "kal16": 600, "kal": 200}
FESTIVAL = {"cmu_us_slt_arctic_hts": 700, "kal_diphone": 300}
PLAIN_COUNT, VARIANT_COUNT = 1400, 4400

# More utterances of voices that early runs had too few of, most of them at other speaker sizes.
# Below: more speakers, because a model trained on few speakers does not generalise to others.
MORE = {
    Voice("flite", "slt"): 800,
    Voice("flite", "rms"): 800,
    Voice("flite", "kal16"): 600,
    Voice("festival", "cmu_us_slt_arctic_hts"): 500,
    Voice("festival", "kal_diphone"): 1500,
}
RHVOICE = {  # Speakers of CMU ARCTIC. RHVoice's alan is flite's awb, who is held out.
    Voice("rhvoice", "bdl"): 1200,
    Voice("rhvoice", "clb"): 1200,
    Voice("rhvoice", "ksp"): 1200,
    Voice("rhvoice", "slt"): 400,
}
MIN_SIZE, MAX_SIZE = 0.82, 1.22

# The most natural voices: Kokoro's speakers and mixes of two of them, Piper and Pico.
AMERICANS = (
    "af_alloy af_aoede af_bella af_heart af_jessica af_kore af_nicole af_nova af_river af_sarah "
    "af_sky am_adam am_echo am_eric am_fenrir am_liam am_michael am_onyx am_puck am_santa"
).split()
BRITONS = "bf_alice bf_emma bf_isabella bf_lily bm_daniel bm_fable bm_george bm_lewis".split()
FOREIGNERS = (
    "em_alex pm_alex if_sara im_nicola jm_kumo hm_omega zf_xiaobei zm_yunjian zm_yunxi".split()
)
KOKORO_COUNT = 1000
MIXED = 0.5  # share of Kokoro's utterances that use a mix of two speakers
OTHERS = {
    Voice("piper", "joe"): 400,
    Voice("pico", "en-US"): 400,
    Voice("pico", "en-GB"): 400,
}

HELD_OUT = (
    Voice("espeak-ng", "en-us+Andrea"),
    Voice("espeak-ng", "en-us+steph3"),
    Voice("espeak-ng", "en-gb+antonio"),
    Voice("espeak-ng", "en-gb-x-rp+aunty"),
    Voice("flite", "awb"),
    Voice("festival", "ked_diphone"),
)
SEEN = (  # the training voices that are also tested
    *PLAIN,
    *(Voice("espeak-ng", f"en-us+{v}") for v in ("m3", "f2", "klatt")),
    Voice("espeak-ng", "en-gb-x-rp+f4"),
    Voice("espeak-ng", "en-gb-scotland"),
    *(Voice("flite", name) for name in ("slt", "rms", "kal16")),
    Voice("festival", "cmu_us_slt_arctic_hts"),
    Voice("festival", "kal_diphone"),
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A voice and how it speaks; see training.synthesis.speak for the units.

    Its repr is part of the cache's file names (training.prepare.Spoken): renaming a field would
    synthesize everything again.
    """

    voice: Voice
    rate: float
    pitch: int = 50
    size: float = 1.0


def usual(voice: Voice) -> Delivery:
    """The delivery for tests: an unhurried rate and the voice's own pitch."""
    return Delivery(voice, 145.0 if voice.synthesizer == "espeak-ng" else 1.1)


def kokoro(rng: random.Random) -> Voice:
    """One of Kokoro's speakers, or a mix of two; most are Americans."""
    people = rng.choices((AMERICANS, BRITONS, FOREIGNERS), (0.55, 0.25, 0.2))[0]
    one, other = rng.sample(people, 2)
    if rng.random() >= MIXED:
        return Voice("kokoro", one)
    share = rng.randrange(3, 8)
    return Voice("kokoro", f"{one}*0.{share}+{other}*0.{10 - share}")


def deliveries(
    seed: int, scale: float = 1.0, rhvoice: bool = True, neural: bool = True
) -> list[Delivery]:
    """One delivery for each training utterance; `scale` changes their number, for trials."""
    rng = random.Random(seed)
    drawn: list[Delivery] = []

    def many(count: int) -> range:
        return range(max(1, round(count * scale)))

    for _ in many(PLAIN_COUNT):
        drawn.append(Delivery(rng.choice(PLAIN), rng.uniform(120, 185), rng.randrange(40, 61)))
    for _ in many(VARIANT_COUNT):
        accent = rng.choices(list(ACCENTS), list(ACCENTS.values()))[0]
        name = rng.choices((accent, f"{accent}+{rng.choice(VARIANTS)}"), (0.15, 0.85))[0]
        pitch = rng.randrange(25, 76)
        drawn.append(Delivery(Voice("espeak-ng", name), rng.uniform(115, 190), pitch))
    for synthesizer, counts in (("flite", FLITE), ("festival", FESTIVAL)):
        for name, count in counts.items():
            for _ in many(count):
                drawn.append(Delivery(Voice(synthesizer, name), rng.uniform(0.9, 1.3)))
    rng.shuffle(drawn)

    more: list[Delivery] = []
    for voice, count in (MORE | RHVOICE if rhvoice else MORE).items():
        for _ in many(count):
            other = math.exp(rng.uniform(math.log(MIN_SIZE), math.log(MAX_SIZE)))
            size = rng.choices((1.0, other), (1, 2))[0]
            more.append(Delivery(voice, rng.uniform(0.9, 1.3), size=size))
    rng.shuffle(more)

    last: list[Delivery] = []
    if neural:
        for _ in many(KOKORO_COUNT):
            last.append(Delivery(kokoro(rng), rng.uniform(0.85, 1.15)))
        for voice, count in OTHERS.items():
            for _ in many(count):
                size = rng.uniform(0.9, 1.12) if rng.random() < 0.5 else 1.0
                last.append(Delivery(voice, rng.uniform(0.85, 1.2), size=size))
        rng.shuffle(last)
    return drawn + more + last
