import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from training import checkpoint, curves
from training.corpus import Corpus, read_corpus
from training.settings import TrainingSettings, read_settings
from training.trainer import Trainer, build

ROOT = Path(__file__).parents[3]
SETTINGS = TrainingSettings(
    steps=8, warm_up=2, batch_seconds=2.0, human_share=0.5, save_every=3, measure_every=4
)
KILLED = """
import os, pathlib, signal, sys, torch
from test_resuming import SETTINGS, trainer
from training.corpus import read_corpus

tones, tiny, run = map(pathlib.Path, sys.argv[1:])
made = trainer(read_corpus(tones), tiny, run)
step = made._take_step
def die_at_five(batch):
    if made.step == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    return step(batch)
made._take_step = die_at_five
made.train()
"""

STOPPED = """
import os, pathlib, signal, subprocess, sys, time
from test_resuming import SETTINGS, trainer
from training.corpus import read_corpus

tones, tiny, run = map(pathlib.Path, sys.argv[1:])
made = trainer(read_corpus(tones), tiny, run)
signal.signal(signal.SIGTERM, lambda *_: setattr(made, "stopping", True))
step = made._take_step
def stop_all_at_two(batch):
    if made.step == 2:
        subprocess.run(["kill", "-TERM", "--", f"-{os.getpgrp()}"])  # the sender matters to torch
        time.sleep(0.5)
    return step(batch)
made._take_step = stop_all_at_two
made.train(workers=1)
"""


def trainer(corpus: Corpus, tiny: Path, run: Path) -> Trainer:
    from tests.models.training.conftest import VOCABULARY

    torch.set_num_threads(1)
    model = build(tiny, SETTINGS)
    return Trainer(
        model, corpus, VOCABULARY, SETTINGS, run, torch.device("cpu"), log=lambda line: None
    )


def process(code: str, *arguments: Path) -> subprocess.CompletedProcess[bytes]:
    """What `code` does in a process, and a process group, of its own."""
    folders = [str(ROOT), str(ROOT / "lambdas"), str(Path(__file__).parent)]
    start = f"import sys; sys.path[:0] = {folders}\n{code}"
    command: list[str | Path] = [sys.executable, "-c", start, *arguments]
    return subprocess.run(command, check=False, capture_output=True, start_new_session=True)


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))


def test_a_run_killed_mid_way_ends_with_the_weights_of_one_that_was_not(
    tones: Path, tiny: Path, tmp_path: Path
) -> None:
    whole = trainer(read_corpus(tones), tiny, tmp_path / "whole")
    whole.train()

    killed = process(KILLED, tones, tiny, tmp_path / "killed")
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    resumed = trainer(read_corpus(tones), tiny, tmp_path / "killed")
    assert resumed.step == 3
    resumed.train()

    assert resumed.step == whole.step == 8
    assert resumed.seconds_heard == whole.seconds_heard
    for name, weights in whole.model.state_dict().items():
        assert torch.equal(weights, resumed.model.state_dict()[name]), name
    for name, weights in whole.averaged.items():
        assert torch.equal(weights, resumed.averaged[name]), name


def test_a_kill_while_a_checkpoint_is_written_leaves_the_one_before(
    corpus: Corpus, tiny: Path, tmp_path: Path
) -> None:
    trainer(corpus, tiny, tmp_path).train(until=2)
    (tmp_path / f"{checkpoint.NAME}.unfinished").write_bytes(b"half a checkp")
    assert trainer(corpus, tiny, tmp_path).step == 2


def test_training_waits_between_steps_while_a_pause_file_exists(
    corpus: Corpus, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pause = tmp_path / "PAUSE"
    pause.touch()
    waits = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            pause.unlink()

    monkeypatch.setattr("training.trainer.time.sleep", sleep)
    made = trainer(corpus, tiny, tmp_path / "run")
    made.train(until=1)
    assert len(waits) == 3
    assert made.step == 1


def test_a_run_that_is_asked_to_stop_saves_the_step_it_is_at(
    corpus: Corpus, tiny: Path, tmp_path: Path
) -> None:
    made = trainer(corpus, tiny, tmp_path)
    made.stopping = True
    made.train()
    assert made.step == 1
    assert trainer(corpus, tiny, tmp_path).step == 1


def test_a_signal_to_the_worker_processes_too_still_saves(
    tones: Path, tiny: Path, tmp_path: Path
) -> None:
    stopped = process(STOPPED, tones, tiny, tmp_path)
    assert stopped.returncode == 0, stopped.stderr.decode()
    assert trainer(read_corpus(tones), tiny, tmp_path).step == 3


def taken(made: Trainer, tiny: Path, half: bool = False) -> Path:
    """The model folder that comes of a run."""
    for name in ("config.json", "vocab.json"):
        (made.folder / name).write_bytes((tiny / name).read_bytes())
    out = made.folder.with_name("model")
    checkpoint.take(made.folder, out, half)
    return out


def test_a_run_becomes_a_model_folder_with_its_averaged_weights(
    corpus: Corpus, tiny: Path, tmp_path: Path
) -> None:
    from transformers import Wav2Vec2ForCTC

    made = trainer(corpus, tiny, tmp_path / "run")
    made.train(until=3)
    weights = Wav2Vec2ForCTC.from_pretrained(taken(made, tiny)).state_dict()
    for name, averaged in made.averaged.items():
        assert torch.equal(averaged, weights[name]), name


def test_a_model_that_was_taken_in_16_bits_is_trained_in_32(
    corpus: Corpus, tiny: Path, tmp_path: Path
) -> None:
    made = trainer(corpus, tiny, tmp_path / "run")
    made.train(until=1)
    next_run = trainer(corpus, taken(made, tiny, half=True), tmp_path / "next")
    assert {p.dtype for p in next_run.model.parameters()} == {torch.float32}
    next_run.train(until=1)
    assert next_run.step == 1


def test_checkpoints_and_settings_keep_the_names_that_earlier_runs_wrote(
    corpus: Corpus, tiny: Path, tmp_path: Path
) -> None:
    trainer(corpus, tiny, tmp_path).train(until=1)
    stored = torch.load(tmp_path / checkpoint.NAME, weights_only=True)
    assert list(stored) == ["step", "weights", "averaged", "optimizer", "seconds_heard", "history"]
    assert {"lr", "share", "weight_decay"} <= stored["optimizer"]["param_groups"][0].keys()
    assert read_settings(Path(__file__).with_name("earlier_settings.json")).steps == 5_000


def test_the_curves_of_an_earlier_run_show_its_distillation_loss(tmp_path: Path) -> None:
    plain = [{"step": 50, "loss": 3.0}, {"step": 100, "loss": 2.0}]
    taught = [entry | {"apart": 0.4} for entry in plain]
    for name, history in (("plain", plain), ("taught", taught)):
        curves.draw(history, tmp_path / f"{name}.svg")
    purple = "#9467bd"
    assert purple not in (tmp_path / "plain.svg").read_text()
    assert purple in (tmp_path / "taught.svg").read_text()
