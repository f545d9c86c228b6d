"""The functions as Lambda runs them: from their image or archive, with nothing else on the path."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto.server import ThreadedMotoServer

from earshot.recordings.ids import recording_id
from earshot.transcription import open_transcriber, transcribe
from infra.choices_core import DEFAULT_MODEL
from infra.code import LAMBDAS
from infra.settings import DEFAULT_REVISION
from scripts.lambda_runtime import LambdaRuntime
from tests.infra import image
from tests.infra.cloud import KEY, Cloud
from tests.infra.conftest import ROOT
from tests.infra.http_events import get, request, upload
from tests.infra.template import Template
from tests.unit.speech.hub import Hub, folder_files, serve

SAMPLE = ROOT / "samples" / "morning-bread.mp3"
EVENT = ROOT / "tests" / "events" / "s3_put_in_sqs.json"


@pytest.fixture(scope="module")
def context(aws: Template) -> Path:
    """The folder that the CDK hands to `docker build`."""
    assets = json.loads((aws.assembly / "Earshot.assets.json").read_text())["dockerImages"]
    (source,) = [one["source"] for one in assets.values()]
    assert source["dockerFile"] == "containers/transcribe/Dockerfile"
    assert source["platform"] == "linux/amd64"
    folder: Path = aws.assembly / source["directory"]
    return folder


@pytest.fixture(scope="module")
def built(context: Path, tmp_path_factory: pytest.TempPathFactory) -> image.Stage:
    root = tmp_path_factory.mktemp("image")
    return image.build(context, root, {"MODEL": "models/demo"})


@pytest.fixture(scope="module")
def cloud(aws: Template) -> Iterator[Cloud]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    try:
        host, port = server.get_host_and_port()
        made = Cloud(f"http://{host}:{port}", aws)
        made.create()
        yield made
    finally:
        server.stop()


def running(
    built: image.Stage, cloud: Cloud, function: str, folder: Path, handler: str
) -> LambdaRuntime:
    """The image as the function runs it."""
    ours = {name: value for name, value in built.variables.items() if name != "LAMBDA_TASK_ROOT"}
    ours["EARSHOT_MODEL"] = str(built.path(ours["EARSHOT_MODEL"]))
    return LambdaRuntime(
        handler,
        built.path(image.TASK_ROOT),
        ours | cloud.environment(function),
        path=[image.lend(built.packages | {*image.BASE_PACKAGES}, folder / "packages")],
        python=image.INTERPRETER,
    )


def test_everything_that_is_copied_is_there_to_be_copied(context: Path) -> None:
    assert (context / "containers/transcribe/Dockerfile").is_file()
    for stage in image.stages(ROOT / "containers/transcribe/Dockerfile"):
        for other, sources, _ in image.copies(stage):
            for source in sources:
                assert other or (context / source).exists(), source


def test_nothing_is_handed_to_the_build_that_it_does_not_use(context: Path) -> None:
    assert {one.name for one in context.iterdir()} <= {
        ".dockerignore",
        "constraints.txt",
        "containers",
        "lambdas",
        "models",
        "requirements-model.txt",
    }
    assert not list(context.rglob("*.pyc"))


def test_every_stage_stands_on_one_pinned_base() -> None:
    stages = image.stages(ROOT / "containers/transcribe/Dockerfile")
    assert {stage.base for stage in stages} == {"${BASE}"}
    text = (ROOT / "containers/transcribe/Dockerfile").read_text()
    (base,) = [line for line in text.splitlines() if line.startswith("ARG BASE=")]
    repository, _, tag = base.removeprefix("ARG BASE=").partition(":")
    assert repository == "public.ecr.aws/lambda/python"
    assert tag.startswith("3.12.20")


def test_the_image_carries_the_writer_that_ships(built: image.Stage) -> None:
    assert built.variables["EARSHOT_WRITER"] == "moonshine-tiny"
    folder = built.path(image.TASK_ROOT) / "earshot" / "models" / "moonshine-tiny"
    assert (folder / "onnx" / "decoder_quantized.onnx").is_file()
    assert (folder / "LICENSE.txt").is_file()


def test_both_images_are_built_with_the_writer_of_the_settings(aws: Template) -> None:
    for stack in ("Earshot", "EarshotBulk"):
        assets = json.loads((aws.assembly / f"{stack}.assets.json").read_text())["dockerImages"]
        (source,) = [one["source"] for one in assets.values()]
        given = source["dockerBuildArgs"]["WRITER"]
        assert given == "models/moonshine-tiny", "as the context of these tests says"


def test_torch_stays_in_the_stage_that_exports(built: image.Stage) -> None:
    assert "torch" not in built.packages
    assert "onnxruntime" in built.packages
    assert {one.name for one in built.path(image.TASK_ROOT).iterdir()} == {
        "api",
        "earshot",
        "transcribe",
    }


def test_anyone_may_read_what_the_image_holds(built: image.Stage) -> None:
    for root in (built.path(image.TASK_ROOT), built.path("/opt/models")):
        for path in (root, *root.rglob("*")):
            wanted = 0o555 if path.is_dir() else 0o444
            assert path.stat().st_mode & wanted == wanted, path


KEY_OF_OBJECT = "interviews/Anna + Ben é.mp3"  # the one in EVENT


def notification(audio: str, etag: str, size: int) -> dict[str, Any]:
    """A recorded S3 event in its SQS message, about the given object."""
    event: dict[str, Any] = json.loads(EVENT.read_text())
    told = json.loads(event["Records"][0]["body"])
    told["Records"][0]["s3"]["bucket"]["name"] = audio
    told["Records"][0]["s3"]["object"] |= {"eTag": etag, "size": size}
    event["Records"][0]["body"] = json.dumps(told)
    return event


def test_the_image_writes_what_it_hears_and_the_api_reads_it_with_their_grants_alone(
    built: image.Stage, cloud: Cloud, tmp_path: Path
) -> None:
    audio = cloud.environment("IngestionTranscribe")["EARSHOT_AUDIO_BUCKET"]
    body = SAMPLE.read_bytes()
    stored = cloud.client("s3").put_object(Bucket=audio, Key=KEY_OF_OBJECT, Body=body)
    event = notification(audio, stored["ETag"].strip('"'), len(body))

    (handler,) = built.command
    with running(built, cloud, "IngestionTranscribe", tmp_path, handler) as function:
        with cloud.enforced():
            answer = function.invoke(event)
        assert answer == {"batchItemFailures": []}, function.printed
    identity = recording_id(KEY_OF_OBJECT)
    item = cloud.client("dynamodb").get_item(
        TableName="RecordsTable", Key={"recording_id": {"S": identity}}
    )["Item"]
    assert item["status"] == {"S": "done"}
    assert item["model"] == {"S": "demo"}
    assert len(item["text"]["S"].split()) > 20
    assert "." in item["text"]["S"], "the writer's marks"
    assert "+" in item["fingerprint"]["S"], "both models' weights"

    with zipped(cloud, "api", "Api", tmp_path) as function, cloud.enforced():
        (listed,) = json.loads(get(function, "/recordings"))["recordings"]
        assert listed["key"] == KEY_OF_OBJECT
        assert json.loads(get(function, f"/recordings/{identity}"))["status"] == "done"
        assert " --> " in get(function, f"/recordings/{identity}.srt")
    removal = request(
        "DELETE", f"/recordings/{identity}", headers={"authorization": f"Bearer {KEY}"}
    )
    (keyed := tmp_path / "keyed").mkdir()
    with zipped(cloud, "api", "ApiKeyed", keyed) as function, cloud.enforced():
        wrong = removal | {"headers": {"authorization": "Bearer wrong"}}
        assert function.invoke(wrong)["statusCode"] == 401
        assert function.invoke(removal)["statusCode"] == 202
    assert "Contents" not in cloud.client("s3").list_objects_v2(Bucket=audio)


def test_what_was_not_granted_is_refused_here_too(cloud: Cloud) -> None:
    """Otherwise the test above would show nothing."""
    environment = cloud.environment("ApiSpeech")
    client = boto3.client(
        "s3",
        endpoint_url=cloud.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
    )
    with cloud.enforced(), pytest.raises(ClientError, match="AccessDenied"):
        client.get_object(Bucket=environment["EARSHOT_AUDIO_BUCKET"], Key="a.mp3")


def test_the_same_image_answers_the_apis_speech_routes(
    built: image.Stage, cloud: Cloud, aws: Template, tmp_path: Path
) -> None:
    (handler,) = aws.functions["ApiSpeech"]["ImageConfig"]["Command"]
    with running(built, cloud, "ApiSpeech", tmp_path, handler) as function, cloud.enforced():
        # The function that checked the key has handed the event on.
        answer = function.invoke(upload("/asr", SAMPLE, key=KEY))
        assert answer["statusCode"] == 200, answer
        said = json.loads(answer["body"])
        assert len(said["transcription"].split()) > 20
        assert "." in said["transcription"], "the writer's marks"
        assert said["heard"].isupper()
        assert float(said["duration"]) == pytest.approx(17.0, abs=0.1)


def zipped(cloud: Cloud, name: str, function: str, folder: Path) -> LambdaRuntime:
    """A zip function: its code, and the packages of its requirements."""
    root = folder / f"{name}-task"
    root.mkdir()
    for part in ("earshot", name):
        (root / part).symlink_to(LAMBDAS / part)
    packages = image.required(LAMBDAS / name / "requirements.txt") | {*image.BASE_PACKAGES}
    return LambdaRuntime(
        f"{name}.handler.handler",
        root,
        cloud.environment(function),
        path=[image.lend(packages, folder / f"{name}-packages")],
        python=image.INTERPRETER,
    )


@pytest.mark.parametrize(
    ("name", "function"), [("api", "Api"), ("api", "ApiKeyed"), ("index", "ProjectionIndex")]
)
def test_a_zip_function_starts_with_what_its_requirements_name(
    cloud: Cloud, tmp_path: Path, name: str, function: str
) -> None:
    with zipped(cloud, name, function, tmp_path) as running:
        if name == "api":
            assert json.loads(get(running, "/ping")) == {"message": "pong"}


def with_models(context: Path, folder: Path) -> Path:
    """A copy of the build's context whose models/ is empty, for models of one's own."""
    copy = folder / "context"
    copy.mkdir()
    for part in context.iterdir():
        (copy / part.name).symlink_to(part)
    (copy / "models").unlink()
    (copy / "models").mkdir()
    return copy


# What the pinned commit of facebook/wav2vec2-large-960h holds, besides its card: no safetensors.
PUBLISHED = {
    "config.json",
    "preprocessor_config.json",
    "pytorch_model.bin",
    "special_tokens_map.json",
    "tokenizer_config.json",
    "vocab.json",
}


def as_published(folder: Path) -> dict[str, bytes]:
    """A model with random weights as the files of 2021 are, their old names included."""
    import torch
    from safetensors.torch import load_file

    from scripts.model.random import write

    write("tiny-group", folder)
    weights = load_file(folder / "model.safetensors")
    position = "wav2vec2.encoder.pos_conv_embed.conv"
    for new, old in (("original0", "weight_g"), ("original1", "weight_v")):
        weights[f"{position}.{old}"] = weights.pop(f"{position}.parametrizations.weight.{new}")
    torch.save(weights, folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    (folder / "special_tokens_map.json").write_text(
        '{"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}'
    )
    files = folder_files(folder)
    return {name: files[name] for name in PUBLISHED}


def test_the_default_models_files_become_an_image_that_transcribes(
    context: Path, tmp_path: Path
) -> None:
    """The hub's listener from a stand-in hub, and a writer of one's own from its checkpoint."""
    pytest.importorskip("torch", reason="exporting needs requirements-model.txt")
    from scripts.model.random_writer import write as write_writer

    copy = with_models(context, tmp_path)
    write_writer(copy / "models" / "scribe")
    published = as_published(tmp_path / "published")
    # As hub.py checks: another commit than the pinned one is not found.
    with serve(Hub(published, name=DEFAULT_MODEL, commit=DEFAULT_REVISION)) as hub:
        exported = image.build(
            copy,
            tmp_path / "image",
            {"MODEL": DEFAULT_MODEL, "REVISION": DEFAULT_REVISION, "WRITER": "models/scribe"},
            {"HF_ENDPOINT": hub.url, "HF_HUB_OFFLINE": "0", "HF_HOME": str(tmp_path / "home")},
        )
    folder = exported.path(exported.variables["EARSHOT_MODEL"])
    assert (folder / "onnx" / "model_quantized.onnx").is_file()
    assert (folder / "vocab.json").is_file()
    assert opened(exported) == "scribe"
    transcript = transcribe(SAMPLE, open_transcriber(str(folder), writer="none"))
    assert transcript.provenance.model == DEFAULT_MODEL
    assert transcript.duration == pytest.approx(17.0, abs=0.1)


def test_a_writer_of_the_hub_is_the_commit_that_is_named(context: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="exporting needs requirements-model.txt")
    from scripts.model.random_writer import write as write_writer

    write_writer(tmp_path / "published")
    commit = "b" * 40
    with serve(Hub(folder_files(tmp_path / "published"), name="them/scribe", commit=commit)) as hub:
        built = image.build(
            context,
            tmp_path / "image",
            {"MODEL": "models/demo", "WRITER": "them/scribe", "WRITER_REVISION": commit},
            {"HF_ENDPOINT": hub.url, "HF_HUB_OFFLINE": "0", "HF_HOME": str(tmp_path / "home")},
        )
    assert opened(built) == "them/scribe"


def test_an_image_without_a_writer_shows_the_listeners_own_words(
    context: Path, tmp_path: Path
) -> None:
    without = image.build(context, tmp_path, {"MODEL": "models/demo", "WRITER": "none"})
    assert opened(without) == "none"
    assert not list(without.path(image.TASK_ROOT).rglob("decoder*.onnx"))


def opened(built: image.Stage) -> str:
    """What the image's own code calls the writer that its environment names."""
    code = (
        "import os; from earshot.speech.writer.model import open_writer;"
        "writer = open_writer(os.environ['EARSHOT_WRITER']);"
        "print(writer.name if writer else 'none')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd="/", env={
            "PYTHONPATH": str(built.path(image.TASK_ROOT)), "HF_HUB_OFFLINE": "1",
            "EARSHOT_WRITER": built.variables["EARSHOT_WRITER"],
        },
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.strip()
