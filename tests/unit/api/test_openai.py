"""OpenAI's own client against /v1: what works with their base URL works with ours."""

import io
from typing import Any

import openai
import pytest
from fastapi.testclient import TestClient

from earshot.errors import AudioTooLong, CorruptAudio
from tests.unit.api.stage import AUTHORIZED, KEY, ToldRecogniser, transcript, written

SAID = transcript("hello there", "general kenobi", duration=2.25)


@pytest.fixture
def speech(client: TestClient, hears: ToldRecogniser) -> openai.OpenAI:
    hears.says = SAID
    return _client(client, KEY)


def _client(client: TestClient, key: str) -> openai.OpenAI:
    return openai.OpenAI(
        base_url="http://testserver/v1", api_key=key, http_client=client, max_retries=0
    )


def sound() -> io.BytesIO:
    file = io.BytesIO(b"mp3")
    file.name = "a.mp3"
    return file


def create(speech: openai.OpenAI, **options: Any) -> Any:
    return speech.audio.transcriptions.create(**{"model": "whisper-1", "file": sound()} | options)


def test_the_default_answer_is_the_text_and_what_was_used(
    speech: openai.OpenAI, hears: ToldRecogniser
) -> None:
    answer = create(speech)
    assert answer.text == "hello there general kenobi"
    assert (answer.usage.type, answer.usage.seconds) == ("duration", 3)
    assert hears.heard == [b"mp3"]


def test_text_and_subtitles_come_as_text(speech: openai.OpenAI) -> None:
    assert create(speech, response_format="text") == "hello there general kenobi\n"
    assert create(speech, response_format="srt").startswith("1\n00:00:00,000 --> 00:00:00,900\n")
    assert create(speech, response_format="vtt").startswith("WEBVTT\n\n00:00:00.000 --> ")


def test_verbose_json_has_segments(speech: openai.OpenAI) -> None:
    answer = create(speech, response_format="verbose_json")
    assert isinstance(answer, openai.types.audio.TranscriptionVerbose)
    assert (answer.duration, answer.language) == (2.25, "english")
    first, second = answer.segments
    assert (first.id, first.start, first.end, first.text) == (0, 0.0, 0.9, "hello there")
    assert (second.id, second.seek, second.text) == (1, 100, "general kenobi")
    assert first.avg_logprob == pytest.approx(-0.105, abs=0.001)
    assert first.compression_ratio > 0
    assert answer.words is None


def test_verbose_json_has_words_when_asked(speech: openai.OpenAI) -> None:
    both = create(
        speech, response_format="verbose_json", timestamp_granularities=["word", "segment"]
    )
    assert [(word.word, word.start, word.end) for word in both.words][1] == ("there", 0.5, 0.9)
    assert len(both.segments) == 2
    words = create(speech, response_format="verbose_json", timestamp_granularities=["word"])
    assert words.segments is None


def test_sentences_are_segments_with_their_marks(
    speech: openai.OpenAI, hears: ToldRecogniser
) -> None:
    hears.says = written("It's late, Tom.", "Let's go!")
    answer = create(
        speech, response_format="verbose_json", timestamp_granularities=["word", "segment"]
    )
    assert answer.text == "It's late, Tom. Let's go!"
    assert [one.text for one in answer.segments] == ["It's late, Tom.", "Let's go!"]
    assert [one.word for one in answer.words] == ["It's", "late,", "Tom.", "Let's", "go!"]


@pytest.mark.parametrize("form", ["json", "text", "srt", "vtt", "verbose_json"])
def test_without_a_writer_no_form_shouts(
    speech: openai.OpenAI, hears: ToldRecogniser, form: str
) -> None:
    hears.says = transcript("HELLO THERE", "GENERAL KENOBI")
    answer = create(speech, response_format=form)
    text = answer if isinstance(answer, str) else answer.text
    assert "Hello there" in text
    assert "General kenobi" in text


def test_hints_that_a_ctc_model_cannot_use_do_no_harm(speech: openai.OpenAI) -> None:
    answer = create(
        speech, response_format="verbose_json", language="en", prompt="names", temperature=0.2
    )
    assert answer.text == "hello there general kenobi"
    assert answer.language == "en"


def test_a_stream_tells_the_segments_and_then_the_whole(speech: openai.OpenAI) -> None:
    events = list(create(speech, stream=True))
    assert [event.type for event in events] == [
        "transcript.text.delta",
        "transcript.text.delta",
        "transcript.text.done",
    ]
    assert "".join(event.delta for event in events[:-1]) == events[-1].text
    assert events[-1].text == "hello there general kenobi"


def test_no_speech_is_an_empty_text_in_every_form(
    speech: openai.OpenAI, hears: ToldRecogniser
) -> None:
    hears.says = transcript()
    assert create(speech).text == ""
    assert create(speech, response_format="srt") == ""
    assert create(speech, response_format="verbose_json").segments == []
    assert [event.type for event in create(speech, stream=True)] == ["transcript.text.done"]


def test_the_served_model_is_listed_and_may_be_asked_for(speech: openai.OpenAI) -> None:
    (model,) = speech.models.list()
    assert model.id == "demo"
    assert create(speech, model=model.id).text == "hello there general kenobi"


def test_another_model_is_not_quietly_replaced(
    speech: openai.OpenAI, hears: ToldRecogniser
) -> None:
    with pytest.raises(openai.NotFoundError) as caught:
        create(speech, model="gpt-4o-transcribe")
    assert (caught.value.code, caught.value.param) == ("model_not_found", "model")
    assert hears.heard == []


def test_a_wrong_key_is_an_authentication_error(client: TestClient) -> None:
    with pytest.raises(openai.AuthenticationError) as caught:
        create(_client(client, "wrong"))
    assert caught.value.code == "invalid_api_key"
    assert caught.value.request_id


def test_a_bad_file_is_a_bad_request(speech: openai.OpenAI, hears: ToldRecogniser) -> None:
    hears.says = CorruptAudio("The file ends in the middle of a frame.")
    with pytest.raises(openai.BadRequestError, match="middle of a frame") as caught:
        create(speech)
    assert caught.value.code == "corrupt"
    assert caught.value.type == "invalid_request_error"


def test_too_long_a_file_is_a_413(speech: openai.OpenAI, hears: ToldRecogniser) -> None:
    hears.says = AudioTooLong("At most 300 seconds.")
    with pytest.raises(openai.APIStatusError) as caught:
        create(speech)
    assert caught.value.status_code == 413


def test_a_wrong_option_is_named(client: TestClient) -> None:
    answer = client.post(
        "/v1/audio/transcriptions",
        headers=AUTHORIZED,
        files={"file": b"mp3"},
        data={"response_format": "docx"},
    )
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "response_format"


def test_what_went_wrong_here_is_a_server_error(
    speech: openai.OpenAI, hears: ToldRecogniser
) -> None:
    hears.says = RuntimeError("hidden-table")
    with pytest.raises(openai.InternalServerError) as caught:
        create(speech)
    assert "hidden" not in str(caught.value)
