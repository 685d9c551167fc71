from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from mlflow import MlflowClient

from features.settings import Settings
from features.tables import Records
from tests.training.conftest import hand_in
from tests.training.gate.asked import champion, say
from training.gate.policy import POLICY_FILE, read_policy
from training.gate.promotion import NotLetIn, crown, examine
from training.submission import Submission
from training.tracking.registry import CHAMPION, Registry


def test_two_different_people_must_approve(settings: Settings) -> None:
    for words, code in (((), 1), (("--approver", "Officer A"), 0), (("--approver", "officer  a"), 1)):
        refused = say("promote", "visa@1", *words)
        assert refused.exit_code == code  # only what changed nothing is a problem
        assert "2 different people must approve" in refused.output
        assert champion(settings) is None
    passed = say("promote", "visa@1", "--approver", "Officer B")
    assert passed.exit_code == 0, passed.output
    assert "approved by Officer A, Officer B" in passed.output
    assert champion(settings) is not None
    assert Registry(settings).find("visa", CHAMPION)[0] == "1"


def test_an_approval_under_another_policy_does_not_count(settings: Settings, lenient: str) -> None:
    say("promote", "visa@1", "--approver", "Officer A")
    other = say("promote", "visa@1", "--approver", "Officer B", "--policy", lenient)
    assert "1 did" in other.output
    assert champion(settings) is None


def test_an_equal_challenger_is_refused_with_the_line_and_its_figures(settings: Settings) -> None:
    assert say("promote", "visa@1", "--approver", "A", "--approver", "B").exit_code == 0
    before = champion(settings)
    refused = say("promote", "visa@2", "--approver", "A", "--approver", "B")
    assert refused.exit_code == 1
    assert "not promoted (better_than_champion)" in refused.output
    assert "0, must be above 0" in refused.output
    assert champion(settings) == before


def test_the_champion_is_not_compared_with_itself(settings: Settings) -> None:
    assert say("promote", "visa@1", "--approver", "A", "--approver", "B").exit_code == 0
    again = say("promote", "visa@1", "--approver", "A", "--approver", "B")
    assert again.exit_code == 1
    assert "visa version 1 is the champion already; nothing to promote" in again.output
    assert "better_than_champion" not in again.output


@pytest.mark.parametrize("other", [False, True])
def test_a_champion_whose_files_are_gone_is_still_the_one_to_beat(settings: Settings, other: bool) -> None:
    people = ("--approver", "A", "--approver", "B")
    assert say("promote", "visa@1", *people).exit_code == 0
    serving, place = champion(settings), settings.home / "champions" / "visa"
    place.unlink()  # a link to the files
    if other:
        place.mkdir()
        (place / "manifest.json").write_text("{}", encoding="utf-8")
    refused = say("promote", "visa@2", *people)
    assert refused.exit_code == 1
    assert "version 1 is champion on record, but" in refused.output
    assert "`mimamori rollback visa` brings its files back" in refused.output
    assert say("rollback", "visa").exit_code == 0
    assert champion(settings) == serving
    assert "not promoted (better_than_champion)" in say("promote", "visa@2", *people).output
    assert "no earlier champion" in say("rollback", "visa").output


def test_a_champion_whose_alias_mlflow_did_not_take_gets_it_by_the_same_command(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: object) -> None:
        raise ConnectionError("no answer")

    registry, people = Registry(settings), ("--approver", "A", "--approver", "B")
    registry.crown("visa", "2")  # as an earlier reign left it
    with monkeypatch.context() as patch:
        patch.setattr(Registry, "crown", down)
        said = [say("promote", "visa@1", *people) for _ in range(2)]
    for one in said:
        assert one.exit_code == 1
        assert "MLflow's alias could not be moved (ConnectionError)" in one.output
        assert "say: mimamori promote visa@1" in one.output
    assert champion(settings) is not None
    assert registry.find("visa", CHAMPION)[0] == "2"
    mended = say("promote", "visa@1", *people)
    assert mended.exit_code == 0, mended.output
    assert registry.find("visa", CHAMPION)[0] == "1"
    assert "nothing to promote" in say("promote", "visa@1", *people).output


def test_who_trained_a_model_cannot_approve_it(
    settings: Settings, made: Submission, small_records: Records, tmp_path: Path
) -> None:
    authored = replace(made, about={**made.about, "trained_by": "Alice Smith"})
    version = hand_in(settings, authored, small_records, tmp_path)
    for people in (("Officer A", "A. Smith"), ("Smith, Alice",)):
        refused = say("promote", f"visa@{version}", *(word for one in people for word in ("--approver", one)))
        assert refused.exit_code == 1
        assert "who trained a model cannot approve it" in refused.output
    assert champion(settings) is None
    assert say("promote", f"visa@{version}", "--approver", "Officer A", "--approver", "Officer B").exit_code == 0


def test_rollback_brings_the_champion_before_back_byte_for_byte(settings: Settings, lenient: str) -> None:
    people = ("--approver", "A", "--approver", "B", "--policy", lenient)
    assert say("promote", "visa@1", *people).exit_code == 0
    first = champion(settings)
    assert say("promote", "visa@2", *people).exit_code == 0
    assert champion(settings) != first
    back = say("rollback", "visa")
    assert back.exit_code == 0
    assert champion(settings) == first
    assert Registry(settings).find("visa", CHAMPION)[0] == "1"
    again = say("rollback", "visa")
    assert again.exit_code == 1
    assert "no earlier champion" in again.output


def test_rollback_refuses_a_kept_model_that_was_changed(settings: Settings, lenient: str) -> None:
    people = ("--approver", "A", "--approver", "B", "--policy", lenient)
    say("promote", "visa@1", *people)
    first = json.loads((settings.home / "champions.json").read_text(encoding="utf-8"))["visa"][0]["sha256"]
    say("promote", "visa@2", *people)
    serving = champion(settings)
    model = settings.home / "kept" / first / "model.txt"
    model.write_text(model.read_text(encoding="ascii").replace("leaf_value=", "leaf_value=9", 1), encoding="ascii")
    assert say("rollback", "visa").exit_code == 1
    assert champion(settings) == serving


@pytest.mark.parametrize("name", ["evidence.json", "judged.sealed"])
def test_evidence_that_was_bettered_afterwards_is_not_judged(settings: Settings, name: str) -> None:
    Registry(settings)  # says where MLflow keeps its runs
    run = MlflowClient().get_model_version("visa", "2").run_id
    artifacts = settings.home / "mlflow-artifacts"
    [path] = [one for one in artifacts.rglob(name) if one.parent.name == "evidence" and run in one.parts]
    content = path.read_bytes()
    # of the two, the one whose file was changed must be refused and the other not
    try:
        path.write_bytes(content.replace(b'"alarms":0', b'"alarms":9') if name == "evidence.json" else content + b" ")
        said = [say("promote", f"visa@{version}") for version in (1, 2)]
    finally:
        path.write_bytes(content)
    assert ["not the one that was signed" in one.output for one in said] == [False, True]
    assert champion(settings) is None


def test_an_approval_written_into_mlflow_by_hand_does_not_count(settings: Settings) -> None:
    say("promote", "visa@1", "--approver", "Officer A")
    registry = Registry(settings)
    [one] = json.loads(registry.notes("visa", "1")["approvals"])
    # the seal of another person's approval, and one taken over from another version
    registry.note("visa", "1", "approvals", [one, {"who": "Officer B", "seal": one["seal"]}])
    registry.note("visa", "2", "approvals", [one])
    assert "and 1 did" in say("promote", "visa@1").output
    assert "and 0 did" in say("promote", "visa@2").output
    assert champion(settings) is None


def test_approvals_given_against_one_champion_do_not_count_against_the_next(settings: Settings, lenient: str) -> None:
    first = ("--approver", "A", "--policy", lenient)
    assert say("promote", "visa@2", *first).exit_code == 0
    assert say("promote", "visa@1", *first, "--approver", "B").exit_code == 0
    later = say("promote", "visa@2", "--approver", "B", "--policy", lenient)
    assert "and 1 did" in later.output
    assert Registry(settings).find("visa", CHAMPION)[0] == "1"


def test_a_looser_policy_than_the_delivered_one_lets_nobody_in(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "loose.toml"
    path.write_text(POLICY_FILE.read_text(encoding="utf-8").replace("approvers = 2", "approvers = 1"), encoding="utf-8")
    refused = say("promote", "visa@1", "--policy", str(path), "--approver", "A", "--approver", "B")
    assert refused.exit_code == 1
    assert "asks for less than the delivered one (approvers)" in refused.output
    assert champion(settings) is None


def test_a_champion_that_changed_meanwhile_stops_the_slower_of_two(settings: Settings, tmp_path: Path) -> None:
    registry, policy = Registry(settings), read_policy()
    slow = [
        examine(registry, settings, policy, subject="visa", version=one, place=tmp_path / one, waiver=None)
        for one in ("1", "2")
    ]
    crown(settings, slow[1])
    serving = champion(settings)
    with pytest.raises(NotLetIn, match="another champion"):
        crown(settings, slow[0])
    assert champion(settings) == serving


def test_evidence_whose_figures_meant_something_else_is_not_judged(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.gate.promotion.EVIDENCE_VERSION", 99)
    refused = say("promote", "visa@1", "--approver", "A", "--approver", "B")
    assert refused.exit_code == 1
    assert "gathered by another version of Mimamori" in refused.output
    assert champion(settings) is None
