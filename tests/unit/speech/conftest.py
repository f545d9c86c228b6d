"""The bundled model, loaded once."""

import pytest

from earshot.speech.model import SpeechModel, load
from earshot.speech.transcriber import Transcriber
from tests.unit.speech.models import DEMO


@pytest.fixture(scope="session")
def demo() -> SpeechModel:
    return load(str(DEMO))


@pytest.fixture(scope="session")
def transcriber(demo) -> Transcriber:
    return Transcriber(demo)
