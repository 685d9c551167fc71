"""Covers: gate.commands, gate.arguments, gate.line_output."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from features.command_line import Problem
from features.settings import Settings
from features.tables import Records
from models.approval import FULL, Stage
from models.signatures import load_or_create_key
from tests.training.conftest import hand_in
from tests.training.gate.asked import champion, run_command, stricter
from training.gate.approvals import approve, approved, scope_of
from training.gate.policy import POLICY_FILE, read_policy
from training.submission import Submission
from training.tracking.registry import Registry


def test_a_waiver_with_name_and_reason_is_printed_on_the_model_card(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "strict.toml"
    text = POLICY_FILE.read_text(encoding="utf-8")
    path.write_text(text.replace('evidence = "leak.positives"\nmin_evidence = 10', 'evidence = "leak.positives"\nmin_evidence = 99999'), encoding="utf-8")  # fmt: skip
    words = ("visa@1", "--policy", str(path), "--approver", "Officer A", "--approver", "B")
    assert "(no_leak, no_certainty)" in run_command("promote", *words).output
    passed = run_command("promote", *words, "--waiver", "Officer A: the first year has few findings")
    assert passed.exit_code == 0, passed.output
    folder = Registry(settings).download("visa", "1", tmp_path, "gate")
    card = (folder / "model_card.md").read_text(encoding="utf-8")
    assert card.startswith("Synthetic data; not validated on any real visa record.\n")
    assert "**Waiver** for `no_leak`, signed Officer A: the first year has few findings" in card
    assert "\nApproved by 2:\n\n- Officer A\n- B\n" in card
    assert "- trained by: not recorded" in card


@pytest.mark.parametrize(
    "words",
    [
        ("both",),
        ("visa@1", "--waiver", "nobody"),
        ("visa@1", "--waive", "no_leak"),
        ("visa@1", "--waiver", "A: the first year", "--waive", "no_such_line"),
        ("visa@1", "--approver", " "),
        ("visa@1", "--approver", "A\nApproved by 2:"),
        ("visa@1", "--waiver", "\u200b: \u200b"),
        ("visa@1", "--waiver", "...: the first year has few"),
        ("visa@1", "--waiver", "A: the first year\n\n# Approved by: B"),
        ("visa@1", "--waiver", "A: the first\u202e year has few"),
        ("visa@1", "--waiver", "A: ok"),
        ("visa@1", "--stage", "shadow"),
        ("visa@1", "--stage", "trial", "--random-share", "0.1"),
        ("visa@1", "--stage", "trial", "--random-share", "nan"),
        ("visa@1", "--stage", "trial", "--until", "2013-01-01"),
        ("visa@1", "--stage", "trial", "--until", "2999-01-01"),
        ("visa@1", "--stage", "trial", "--until", "soon"),
        ("visa@1", "--until", "2999-01-01"),
        ("visa@1", "--random-share", "0.2"),
        ("visa@1", "--waiver", f"A: the first year {'x' * 300}"),
    ],
)
def test_words_that_make_no_sense_are_misuse(settings: Settings, words: tuple[str, ...]) -> None:
    assert run_command("promote", *words).exit_code == 2


def test_a_model_that_is_not_there_says_the_next_command(settings: Settings) -> None:
    said = run_command("promote", "entry")
    assert said.exit_code == 1
    assert "mimamori train" in said.output


@pytest.mark.parametrize("name", ["OFFICER A", "Ｏfficer A", " officer  a "])
def test_an_id_in_other_case_width_or_spaces_is_the_same_person(settings: Settings, name: str) -> None:
    run_command("promote", "visa@1", "--approver", "Officer A")
    assert run_command("promote", "visa@1", "--approver", name).exit_code == 1
    assert champion(settings) is None


def test_an_approval_with_a_narrow_waiver_does_not_count_for_a_wide_waiver(settings: Settings) -> None:
    narrow = ("--waiver", "Officer A: the first year", "--waive", "no_leak")
    assert run_command("promote", "visa@1", *narrow, "--approver", "Officer A").exit_code == 0
    wide = run_command("promote", "visa@1", "--waiver", "Officer B: the first year", "--approver", "Officer B")
    assert "and 1 did" in wide.output
    assert champion(settings) is None


def test_a_waiver_is_signed_by_an_approver_who_did_not_train_the_model(
    settings: Settings, built: Submission, small_records: Records, tmp_path: Path
) -> None:
    both = ("--approver", "E1", "--approver", "E2")
    refused = run_command("promote", "visa@1", *both, "--waiver", "E9: the first year")
    assert refused.exit_code == 1
    assert "signed by E9, who is none of its approvers (E1, E2)" in refused.output
    assert Registry(settings).notes("visa", "1")["approvals"] == "[]"
    authored = replace(built, about={**built.about, "trained_by": "E3"})
    version = hand_in(settings, authored, small_records, tmp_path)
    refused = run_command("promote", f"visa@{version}", *both, "--waiver", "e3: the first year")
    assert refused.exit_code == 1
    assert "signed by e3, who trained the model" in refused.output
    assert champion(settings) is None
    # in a later run the one who signed has approved already
    signed = ("--waiver", "e1: the first year")
    assert "is none of its approvers (E2)" in run_command("promote", "visa@1", *both[2:], *signed).output
    assert run_command("promote", "visa@1", *both[:2], *signed).exit_code == 0
    assert run_command("promote", "visa@1", *both[2:], *signed).exit_code == 0
    assert champion(settings) is not None


def test_a_demonstrations_approval_does_not_count_in_service(settings: Settings) -> None:
    registry, key = Registry(settings), load_or_create_key(settings.signing_key_path)
    result = {"subject": "visa", "version": "1", "bundle": "b", "policy": "p", "champion": ""}
    shown, served = (scope_of(**result, waiver=None, demo=demo, terms=FULL) for demo in (True, False))
    assert approve(registry, settings, shown, key, ["Officer A"]) == approved(registry, shown, key) == ["Officer A"]
    assert approved(registry, served, key) == []


def test_a_model_of_real_records_is_let_in_by_no_demonstration(settings: Settings) -> None:
    # nobody knows the truth of the records in this home, as with real ones
    refused = run_command("promote", "visa@1", "--demo", "--waiver", "Officer A: only a show")
    assert refused.exit_code == 1
    assert "no demonstration" in refused.output
    assert champion(settings) is None


def test_what_let_a_model_in_is_shown_apart_by_tag_and_card(settings: Settings, synthetic: str, tmp_path: Path) -> None:
    strict = stricter(tmp_path, "at_most = 0.85", "at_most = 0.01")  # no_leak fails on evidence
    lacking = stricter(tmp_path, '"leak.positives"\nmin_evidence = 10', '"leak.positives"\nmin_evidence = 99999')
    waiver, demo = ("--waiver", "Officer A: the first year"), ("--demo", "--waiver", "Officer A: only a show")
    for words, verdict in (
        (("--policy", lacking, *waiver, "--approver", "Officer A"), "waived"),
        (("--policy", strict, *waiver, "--approver", "Officer A"), "refused"),
        (("--approver", "A"), "passed"),
        (("--policy", strict, *demo), "demonstration"),
    ):
        said = run_command("promote", f"visa@{synthetic}", *words)
        notes = Registry(settings).notes("visa", synthetic)
        assert notes["gate"] == verdict, said.output
        assert bool(notes.get("waiver")) == (verdict in {"waived", "demonstration"})
        folder = Registry(settings).download("visa", synthetic, tmp_path / verdict, "gate")
        assert f"**{verdict.capitalize()}**" in (folder / "model_card.md").read_text(encoding="utf-8")
        assert json.loads((folder / "gate.json").read_bytes())["verdict"] == verdict
    assert champion(settings) is not None


def test_a_demonstration_without_a_waiver_says_that_it_needs_a_waiver(
    settings: Settings, synthetic: str, tmp_path: Path
) -> None:
    strict = stricter(tmp_path, "at_most = 0.85", "at_most = 0.01")
    refused = run_command("promote", f"visa@{synthetic}", "--policy", strict, "--demo")
    assert refused.exit_code == 1
    assert "add --waiver 'PERSON_ID: WHY'" in refused.output
    assert "--waiver" not in run_command("promote", f"visa@{synthetic}", "--policy", strict).output


def test_what_stands_in_the_way_is_printed_last_and_what_holds_in_a_line_each(
    settings: Settings, tmp_path: Path
) -> None:
    path = stricter(tmp_path, "at_most = 0.85", "at_most = 0.01")
    text = Path(path).read_text(encoding="utf-8")
    Path(path).write_text(text.replace('"trace.fewer"\nmin_evidence = 100', '"trace.fewer"\nmin_evidence = 99999'))
    printed = run_command("promote", "visa@1", "--policy", path).output.splitlines()
    begins = [line[:11].strip() for line in printed if ": " in line]
    order = [word for word in begins if word in {"holds", "no evidence", "fails"}]
    assert order == ["holds"] * (len(read_policy().for_stage(Stage.FULL)) - 3) + ["no evidence"] * 2 + ["fails"]
    assert max(len(line) for line in printed if line.startswith("holds")) < 120
    [lacking] = [line for line in printed if line.startswith("no evidence no_trace")]
    assert "must be" not in lacking  # a figure that rests on too little is none
    assert printed[-1].startswith("Error: visa v1 was not promoted")


def test_a_waiver_for_a_line_that_holds_or_fails_is_remarked_upon(settings: Settings, tmp_path: Path) -> None:
    signed = ("--waiver", "Officer A: the first year", "--waive", "no_leak")
    assert "--waive no_leak: it holds" in run_command("promote", "visa@1", *signed).output
    strict = stricter(tmp_path, "at_most = 0.85", "at_most = 0.01")
    assert (
        "--waive no_leak: it fails on evidence" in run_command("promote", "visa@1", *signed, "--policy", strict).output
    )


def test_faults_of_approvers_are_stated_beside_failing_lines(
    settings: Settings, built: Submission, small_records: Records, tmp_path: Path
) -> None:
    authored = replace(built, about={**built.about, "trained_by": "E1"})
    version = hand_in(settings, authored, small_records, tmp_path)
    strict = stricter(tmp_path, "at_most = 0.85", "at_most = 0.01")
    people = ("--approver", "e1", "--approver", "E2", "--approver", "e2")
    refused = run_command("promote", f"visa@{version}", "--policy", strict, *people).output
    assert "not promoted (no_leak)" in refused
    assert "e1 cannot approve" in refused
    assert "e2 is given twice" in refused


def confirmed_as(monkeypatch: pytest.MonkeyPatch, accounts: dict[str, str]) -> list[tuple[str, str]]:
    """Let approvers be known by the accounts given, as the service does."""
    confirmed = []

    def confirm(_: Settings, name: str, model: str) -> str:
        if name not in accounts:
            raise Problem("no account")
        confirmed.append((name, model))
        return accounts[name]

    point = SimpleNamespace(load=lambda: confirm)
    monkeypatch.setattr(
        "training.gate.commands.entry_points", lambda group: [point] if group == "mimamori.approvers" else []
    )
    return confirmed


def test_two_spellings_of_an_account_are_a_single_approver(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    confirmed = confirmed_as(monkeypatch, {"Officer A": "a", "Officer Alpha": "a", "B": "b"})
    assert run_command("promote", "visa@1", "--approver", "Officer A").exit_code == 0
    assert run_command("promote", "visa@1", "--approver", "Officer Alpha").exit_code == 1
    assert champion(settings) is None
    assert run_command("promote", "visa@1", "--approver", "C").exit_code == 1
    assert champion(settings) is None
    done = run_command("promote", "visa@1", "--approver", "B")
    assert done.exit_code == 0, done.output
    assert "approved by a, b" in done.output
    assert confirmed == [("Officer A", "visa@1"), ("Officer Alpha", "visa@1"), ("B", "visa@1")]
