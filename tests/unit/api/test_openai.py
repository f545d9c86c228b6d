"""OpenAI's own client against /v1: what works with their base URL works with ours."""

import io
from typing import Any

import openai
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api import services
from api.settings import ApiSettings
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
    asked: dict[str, Any] = {"model": "whisper-1", "file": sound()} | options
    return speech.audio.transcriptions.create(**asked)


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
    assert answer.segments
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
    assert answer.language == "english"


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


@pytest.mark.parametrize("language", ["en", "en-GB", "EN_us", "English", "auto", ""])
def test_the_models_own_language_may_be_asked_for_in_any_way(
    speech: openai.OpenAI, language: str
) -> None:
    answer = create(speech, response_format="verbose_json", language=language)
    assert answer.language == "english"


def test_a_language_that_the_model_does_not_speak_is_answered_as_such(
    speech: openai.OpenAI, hears: ToldRecogniser
) -> None:
    with pytest.raises(openai.BadRequestError, match="English only") as caught:
        create(speech, language="de")
    assert (caught.value.code, caught.value.param) == ("unsupported_language", "language")
    assert hears.heard == [], "it is refused before any work"


def test_a_model_of_another_language_says_so(
    app: FastAPI, client: TestClient, settings: ApiSettings, hears: ToldRecogniser
) -> None:
    app.dependency_overrides[services.settings] = lambda: settings.model_copy(
        update={"language": "de"}
    )
    german = _client(client, KEY)
    answer = create(german, response_format="verbose_json", language="de-AT")
    assert answer.language == "german"
    with pytest.raises(openai.BadRequestError, match="German only"):
        german.audio.translations.create(model="whisper-1", file=sound())


def test_the_served_model_and_the_usual_name_are_listed_and_may_be_asked_for(
    speech: openai.OpenAI,
) -> None:
    names = [model.id for model in speech.models.list()]
    assert names == ["demo", "whisper-1"]
    for name in names:
        assert speech.models.retrieve(name).id == name
        assert create(speech, model=name).text == "hello there general kenobi"


@pytest.mark.parametrize(
    "name", ["gpt-4o-mini-transcribe", "gpt-4o-transcribe", "whisper-large-v3", "whisper-small"]
)
def test_the_defaults_of_popular_clients_are_taken(speech: openai.OpenAI, name: str) -> None:
    assert create(speech, model=name).text == "hello there general kenobi"
    assert speech.models.retrieve(name).id == name
    assert speech.models.retrieve(f"Systran/{name}").id == f"Systran/{name}"


def test_a_strict_deployment_does_not_quietly_replace_a_model(
    app: FastAPI, client: TestClient, settings: ApiSettings, hears: ToldRecogniser
) -> None:
    app.dependency_overrides[services.settings] = lambda: settings.model_copy(
        update={"strict_model_names": True}
    )
    strict = _client(client, KEY)
    with pytest.raises(openai.NotFoundError) as caught:
        create(strict, model="gpt-4o-transcribe")
    assert (caught.value.code, caught.value.param) == ("model_not_found", "model")
    with pytest.raises(openai.NotFoundError):
        strict.models.retrieve("gpt-4o-transcribe")
    assert hears.heard == []
    assert create(strict, model="demo").text == "hello there"


def test_probes_may_ask_for_the_head_of_the_models(client: TestClient) -> None:
    answer = client.head("/v1/models")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize("form", ["json", "text", "srt", "vtt", "verbose_json"])
def test_english_is_translated_into_itself(speech: openai.OpenAI, form: Any) -> None:
    answer = speech.audio.translations.create(model="whisper-1", file=sound(), response_format=form)
    text = answer if isinstance(answer, str) else answer.text
    assert "general kenobi" in text
    if form == "verbose_json":
        assert (answer.task, answer.language) == ("translate", "english")


def test_a_wrong_key_is_an_authentication_error(client: TestClient) -> None:
    with pytest.raises(openai.AuthenticationError) as caught:
        create(_client(client, "wrong"))
    assert caught.value.code == "invalid_api_key"
    assert caught.value.request_id


def test_a_client_that_tries_its_key_by_the_models_learns_that_it_is_wrong(
    client: TestClient,
) -> None:
    with pytest.raises(openai.AuthenticationError):
        _client(client, "wrong").models.list()
    with pytest.raises(openai.AuthenticationError):
        _client(client, "wrong").models.retrieve("whisper-1")
    assert client.get("/v1/models").status_code == 200, "without a key they are public"


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
