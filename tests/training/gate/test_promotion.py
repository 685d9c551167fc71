from __future__ import annotations

import datetime as dt
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from mlflow import MlflowClient

from features.settings import Settings
from features.tables import Records
from models.approval import FULL, Approval, Stage, Terms
from tests.training.conftest import hand_in
from tests.training.gate.asked import champion, run_command, stricter
from training.gate.champions import champion_hash
from training.gate.policy import POLICY_FILE, read_policy
from training.gate.promotion import NotPromoted, approval_in_force, examine, set_champion
from training.submission import Submission
from training.tracking.registry import CHAMPION, Registry


def test_two_different_people_must_approve(settings: Settings) -> None:
    for words, code in (((), 1), (("--approver", "Officer A"), 0), (("--approver", "officer  a"), 1)):
        refused = run_command("promote", "visa@1", *words)
        assert refused.exit_code == code  # only what changed nothing is a problem
        assert "2 different people must approve" in refused.output
        assert champion(settings) is None
    passed = run_command("promote", "visa@1", "--approver", "Officer B")
    assert passed.exit_code == 0, passed.output
    assert "approved by Officer A, Officer B" in passed.output
    assert champion(settings) is not None
    assert Registry(settings).find("visa", CHAMPION)[0] == "1"


def test_an_approval_under_another_policy_does_not_count(settings: Settings, lenient: str) -> None:
    run_command("promote", "visa@1", "--approver", "Officer A")
    other = run_command("promote", "visa@1", "--approver", "Officer B", "--policy", lenient)
    assert "1 did" in other.output
    assert champion(settings) is None


def test_an_equal_challenger_is_refused_with_the_line_and_its_figures(settings: Settings) -> None:
    assert run_command("promote", "visa@1", "--approver", "A", "--approver", "B").exit_code == 0
    before = champion(settings)
    refused = run_command("promote", "visa@2", "--approver", "A", "--approver", "B")
    assert refused.exit_code == 1
    assert "not promoted (better_than_champion)" in refused.output
    assert "0, must be above 0" in refused.output
    assert champion(settings) == before


def test_the_champion_is_not_compared_with_itself(settings: Settings) -> None:
    assert run_command("promote", "visa@1", "--approver", "A", "--approver", "B").exit_code == 0
    again = run_command("promote", "visa@1", "--approver", "A", "--approver", "B")
    assert again.exit_code == 1
    assert "visa v1 is the champion already; nothing to promote" in again.output
    assert "better_than_champion" not in again.output


@pytest.mark.parametrize("other", [False, True])
def test_a_champion_whose_files_are_gone_is_still_the_champion_to_beat(settings: Settings, other: bool) -> None:
    people = ("--approver", "A", "--approver", "B")
    assert run_command("promote", "visa@1", *people).exit_code == 0
    serving, folder = champion(settings), settings.home / "champions" / "visa"
    folder.unlink()  # a link to the files
    if other:
        folder.mkdir()
        (folder / "manifest.json").write_text("{}", encoding="utf-8")
    refused = run_command("promote", "visa@2", *people)
    assert refused.exit_code == 1
    assert "v1 is champion on record, but" in refused.output
    assert "`mimamori rollback visa` restores its files" in refused.output
    assert run_command("rollback", "visa").exit_code == 0
    assert champion(settings) == serving
    assert "not promoted (better_than_champion)" in run_command("promote", "visa@2", *people).output
    assert "no earlier champion" in run_command("rollback", "visa").output


def test_a_champion_whose_alias_mlflow_did_not_take_gets_it_by_the_same_command(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: object) -> None:
        raise ConnectionError("no answer")

    registry, people = Registry(settings), ("--approver", "A", "--approver", "B")
    registry.set_champion("visa", "2")  # as an earlier reign left it
    with monkeypatch.context() as patch:
        patch.setattr(Registry, "set_champion", down)
        text = [run_command("promote", "visa@1", *people) for _ in range(2)]
    for item in text:
        assert item.exit_code == 1
        assert "MLflow's alias could not be moved (ConnectionError)" in item.output
        assert "mimamori promote visa@1" in item.output
    assert champion(settings) is not None
    assert registry.find("visa", CHAMPION)[0] == "2"
    mended = run_command("promote", "visa@1", *people)
    assert mended.exit_code == 0, mended.output
    assert registry.find("visa", CHAMPION)[0] == "1"
    assert "nothing to promote" in run_command("promote", "visa@1", *people).output


def test_who_trained_a_model_cannot_approve_it(
    settings: Settings, built: Submission, small_records: Records, tmp_path: Path
) -> None:
    authored = replace(built, about={**built.about, "trained_by": "E104233"})
    version = hand_in(settings, authored, small_records, tmp_path)
    for people in (("Officer A", "e104233"), ("Ｅ104233",)):
        refused = run_command("promote", f"visa@{version}", *(word for item in people for word in ("--approver", item)))
        assert refused.exit_code == 1
        assert "who trained a model cannot approve it" in refused.output
    assert champion(settings) is None
    assert (
        run_command("promote", f"visa@{version}", "--approver", "Officer A", "--approver", "Officer B").exit_code == 0
    )


def test_rollback_brings_the_champion_before_back_byte_for_byte(settings: Settings, lenient: str) -> None:
    people = ("--approver", "A", "--approver", "B", "--policy", lenient)
    assert run_command("promote", "visa@1", *people).exit_code == 0
    first = champion(settings)
    assert run_command("promote", "visa@2", *people).exit_code == 0
    assert champion(settings) != first
    back = run_command("rollback", "visa")
    assert back.exit_code == 0
    assert champion(settings) == first
    assert Registry(settings).find("visa", CHAMPION)[0] == "1"
    again = run_command("rollback", "visa")
    assert again.exit_code == 1
    assert "no earlier champion" in again.output


def test_rollback_refuses_a_kept_model_that_was_changed(settings: Settings, lenient: str) -> None:
    people = ("--approver", "A", "--approver", "B", "--policy", lenient)
    run_command("promote", "visa@1", *people)
    first = json.loads((settings.home / "champions.json").read_text(encoding="utf-8"))["visa"][0]["sha256"]
    run_command("promote", "visa@2", *people)
    serving = champion(settings)
    model = settings.home / "kept" / first / "model.txt"
    model.write_text(model.read_text(encoding="ascii").replace("leaf_value=", "leaf_value=9", 1), encoding="ascii")
    assert run_command("rollback", "visa").exit_code == 1
    assert champion(settings) == serving


@pytest.mark.parametrize("name", ["evidence.json", "evaluation.sealed"])
def test_evidence_that_was_bettered_afterwards_is_not_evaluated(settings: Settings, name: str) -> None:
    Registry(settings)  # says where MLflow keeps its runs
    run = MlflowClient().get_model_version("visa", "2").run_id
    artifacts = settings.home / "mlflow-artifacts"
    [path] = [item for item in artifacts.rglob(name) if item.parent.name == "evidence" and run in item.parts]
    content = path.read_bytes()
    # of the two, the one whose file was changed must be refused and the other not
    try:
        path.write_bytes(content.replace(b'"alarms":0', b'"alarms":9') if name == "evidence.json" else content + b" ")
        text = [run_command("promote", f"visa@{version}") for version in (1, 2)]
    finally:
        path.write_bytes(content)
    assert ["not the one that was signed" in item.output for item in text] == [False, True]
    assert champion(settings) is None


def test_an_approval_written_into_mlflow_by_hand_does_not_count(settings: Settings) -> None:
    run_command("promote", "visa@1", "--approver", "Officer A")
    registry = Registry(settings)
    [item] = json.loads(registry.notes("visa", "1")["approvals"])
    # the seal of another person's approval, and one taken over from another version
    registry.note("visa", "1", "approvals", [item, {"who": "Officer B", "seal": item["seal"]}])
    registry.note("visa", "2", "approvals", [item])
    assert "and 1 did" in run_command("promote", "visa@1").output
    assert "and 0 did" in run_command("promote", "visa@2").output
    assert champion(settings) is None


def test_approvals_given_against_a_champion_do_not_count_against_the_next(settings: Settings, lenient: str) -> None:
    first = ("--approver", "A", "--policy", lenient)
    assert run_command("promote", "visa@2", *first).exit_code == 0
    assert run_command("promote", "visa@1", *first, "--approver", "B").exit_code == 0
    later = run_command("promote", "visa@2", "--approver", "B", "--policy", lenient)
    assert "and 1 did" in later.output
    assert Registry(settings).find("visa", CHAMPION)[0] == "1"


def test_a_looser_policy_than_the_delivered_policy_promotes_nobody(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "loose.toml"
    path.write_text(POLICY_FILE.read_text(encoding="utf-8").replace("approvers = 2", "approvers = 1"), encoding="utf-8")
    refused = run_command("promote", "visa@1", "--policy", str(path), "--approver", "A", "--approver", "B")
    assert refused.exit_code == 1
    assert "looser than the delivered one (approvers)" in refused.output
    assert champion(settings) is None


def test_a_champion_that_changed_meanwhile_stops_the_slower_of_two(settings: Settings, tmp_path: Path) -> None:
    registry, policy = Registry(settings), read_policy()
    slow = [
        examine(registry, settings, policy, subject="visa", version=item, folder=tmp_path / item, waiver=None)
        for item in ("1", "2")
    ]
    set_champion(settings, slow[1], ("A", "B"), dt.date(2013, 1, 1))
    serving = champion(settings)
    with pytest.raises(NotPromoted, match="another champion"):
        set_champion(settings, slow[0], ("A", "B"), dt.date(2013, 1, 1))
    assert champion(settings) == serving


def test_evidence_whose_figures_meant_something_else_is_not_evaluated(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.gate.promotion.EVIDENCE_VERSION", 99)
    refused = run_command("promote", "visa@1", "--approver", "A", "--approver", "B")
    assert refused.exit_code == 1
    assert "gathered by another version of Mimamori" in refused.output
    assert champion(settings) is None


BOTH = ("--approver", "A", "--approver", "B")


def approval(settings: Settings) -> Approval:
    """The approval of the present champion, which must be in force."""
    return approval_in_force(settings, "visa", champion_hash(settings, "visa"), dt.datetime.now(dt.UTC).date())


def of_a_first_year(settings: Settings, built: Submission, records: Records, folder: Path) -> str:
    """A version whose evidence has too few confirmed case groups for full, and no loss."""
    few = built.part.frame["case_group"].where(
        built.part.frame["case_group"].rank(method="first") > len(built.part.frame) - 5, -1
    )
    return hand_in(
        settings,
        replace(built, part=replace(built.part, frame=built.part.frame.assign(case_group=few))),
        records,
        folder,
    )


def test_a_promotion_signs_the_approval_of_the_very_bundle(settings: Settings) -> None:
    assert run_command("promote", "visa@1", *BOTH, "--waiver", "A: the first year").exit_code == 0
    policy, signed = read_policy(), approval(settings)
    assert signed.bundle_sha256 == champion_hash(settings, "visa")
    assert (signed.subject, signed.version, signed.terms, signed.mode) == ("visa", "1", FULL, "service")
    assert (signed.policy_version, signed.policy_sha256) == (policy.version, policy.sha256)
    assert (signed.approvers, signed.waiver) == (("A", "B"), "A: the first year (any line)")


def test_a_model_without_evidence_for_full_may_be_tried_until_a_date(
    settings: Settings, built: Submission, small_records: Records, tmp_path: Path
) -> None:
    version = of_a_first_year(settings, built, small_records, tmp_path)
    refused = run_command("promote", f"visa@{version}", *BOTH)
    assert refused.exit_code == 1
    assert f"it may be tried: mimamori promote visa@{version} --stage trial" in refused.output
    assert "more interviews: better_than_checklist (case groups of confirmed positives: 5 of 10)" in refused.output
    assert not (settings.home / "approvals").exists()
    until = (dt.datetime.now(dt.UTC) + dt.timedelta(days=90)).date()
    words = ("promote", f"visa@{version}", "--stage", "trial", "--until", str(until), "--random-share", "0.25")
    first = run_command(*words, "--approver", "A")
    assert f"Next: mimamori promote visa@{version} --stage trial --random-share 0.25 --until {until}" in first.output
    # other declarations are another approval
    assert "and 1 did" in run_command(*words[:-1], "0.3", "--approver", "B").output
    tried = run_command(*words, *BOTH)
    assert f"champion is v{version} on trial until {until}, approved by A, B" in tried.output
    assert "lines lack evidence for full" in tried.output
    assert approval(settings).terms == Terms(Stage.TRIAL, 0.25, until)
    assert Registry(settings).notes("visa", version)["gate"] == "trial"
    again = run_command("promote", f"visa@{version}", "--stage", "trial")
    assert f"is the champion already on trial until {until}; nothing to promote" in again.output


def test_a_trial_of_a_model_with_all_evidence_becomes_full_without_a_change_of_files(settings: Settings) -> None:
    assert run_command("promote", "visa@1", *BOTH, "--stage", "trial").exit_code == 0
    serving, terms = champion(settings), approval(settings).terms
    assert (terms.random_share, terms.until) == (0.2, dt.datetime.now(dt.UTC).date() + dt.timedelta(days=180))
    history = (settings.home / "champions.json").read_bytes()
    assert run_command("promote", "visa@1", *BOTH).exit_code == 0
    assert approval(settings).terms == FULL
    assert (champion(settings), (settings.home / "champions.json").read_bytes()) == (serving, history)
    # and no trial replaces the approval in full
    assert (
        "nothing to promote"
        in run_command("promote", "visa@1", *BOTH, "--stage", "trial", "--until", str(terms.until)).output
    )


def test_a_trial_is_no_way_past_the_comparison_with_the_champion_it_replaced(settings: Settings) -> None:
    assert run_command("promote", "visa@1", *BOTH).exit_code == 0
    assert run_command("promote", "visa@2", *BOTH, "--stage", "trial").exit_code == 0  # equal: not shown to be worse
    refused = run_command("promote", "visa@2", *BOTH)
    assert "not promoted (better_than_champion)" in refused.output
    assert approval(settings).terms.stage is Stage.TRIAL
    assert run_command("rollback", "visa").exit_code == 0
    assert approval(settings).version == "1"


def test_a_line_of_the_trial_that_fails_refuses_it(settings: Settings, tmp_path: Path) -> None:
    strict = stricter(tmp_path, "at_most = 0.85", "at_most = 0.01")
    refused = run_command("promote", "visa@1", *BOTH, "--stage", "trial", "--policy", strict)
    assert refused.exit_code == 1
    assert "not promoted (no_leak)" in refused.output
    assert "may be tried" not in refused.output
    assert champion(settings) is None


def test_a_champion_without_an_approval_gets_it_by_the_gate(settings: Settings) -> None:
    assert run_command("promote", "visa@1", *BOTH).exit_code == 0
    shutil.rmtree(settings.home / "approvals")  # as a version before approvals left it
    assert run_command("promote", "visa@1", *BOTH).exit_code == 0
    assert approval(settings).version == "1"


def test_a_rollback_to_a_model_without_an_approval_says_that_no_model_serves(settings: Settings, lenient: str) -> None:
    for version in ("1", "2"):
        assert run_command("promote", f"visa@{version}", *BOTH, "--policy", lenient).exit_code == 0
    shutil.rmtree(settings.home / "approvals")
    back = run_command("rollback", "visa")
    assert "no model serves, cases stand in order of arrival: signed but not approved" in back.output
