from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from features.settings import Settings
from features.tables import Records
from models.signing import load_or_create_key
from tests.training.conftest import hand_in
from tests.training.gate.asked import champion, say, stricter
from training.gate.approvals import approve, approved, scope_of
from training.gate.policy import POLICY_FILE, read_policy
from training.submission import Submission
from training.tracking.registry import Registry


def test_a_waiver_with_name_and_reason_is_printed_on_the_model_card(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "strict.toml"
    text = POLICY_FILE.read_text(encoding="utf-8")
    path.write_text(text.replace('evidence = "leak.positives"\nleast_evidence = 10', 'evidence = "leak.positives"\nleast_evidence = 99999'), encoding="utf-8")  # fmt: skip
    words = ("visa@1", "--policy", str(path), "--approver", "A", "--approver", "B")
    assert "(no_leak, no_certainty)" in say("promote", *words).output
    passed = say("promote", *words, "--waiver", "Officer A: the first year has few findings")
    assert passed.exit_code == 0, passed.output
    place = Registry(settings).download("visa", "1", tmp_path, "gate")
    card = (place / "model_card.md").read_text(encoding="utf-8")
    assert card.startswith("Synthetic data; not validated on any real visa record.\n")
    assert "**Waiver** for `no_leak`, signed Officer A: the first year has few findings" in card
    assert "\nApproved by 2:\n\n- A\n- B\n" in card
    assert "- trained by: not recorded" in card


@pytest.mark.parametrize(
    "words",
    [
        ("both",),
        ("visa@1", "--waiver", "nobody"),
        ("visa@1", "--waive", "no_leak"),
        ("visa@1", "--waiver", "A: the first year", "--waive", "no_such_line"),
        ("visa@1", "--approver", " "),
        ("visa@1", "--approver", "\u041efficer A"),  # a Cyrillic letter in a Latin word
        ("visa@1", "--approver", "A\nApproved by 2:"),
        ("visa@1", "--waiver", "\u200b: \u200b"),
        ("visa@1", "--waiver", "...: the first year has few"),
        ("visa@1", "--waiver", "A: the first year\n\n# Approved by: B"),
        ("visa@1", "--waiver", "A: the first\u202e year has few"),
        ("visa@1", "--waiver", "A: ok"),
        ("visa@1", "--waiver", f"A: the first year {'x' * 300}"),
    ],
)
def test_words_that_make_no_sense_are_misuse(settings: Settings, words: tuple[str, ...]) -> None:
    assert say("promote", *words).exit_code == 2


def test_a_model_that_is_not_there_says_how_to_make_one(settings: Settings) -> None:
    said = say("promote", "entry")
    assert said.exit_code == 1
    assert "mimamori train" in said.output


@pytest.mark.parametrize("name", ["OFFICER A", "A, Officer", "Ｏfficer A", "Officer \u0410", "OfficerA", "O. A.", "A"])
def test_one_person_under_another_spelling_is_not_a_second_one(settings: Settings, name: str) -> None:
    say("promote", "visa@1", "--approver", "Officer A")
    assert say("promote", "visa@1", "--approver", name).exit_code == 1
    assert champion(settings) is None


def test_an_approval_with_a_narrow_waiver_does_not_count_for_a_wide_one(settings: Settings) -> None:
    narrow = ("--waiver", "Officer A: the first year", "--waive", "no_leak")
    assert say("promote", "visa@1", *narrow, "--approver", "Officer A").exit_code == 0
    wide = say("promote", "visa@1", "--waiver", "Officer B: the first year", "--approver", "Officer B")
    assert "and 1 did" in wide.output
    assert champion(settings) is None


def test_a_waiver_is_signed_by_an_approver_who_did_not_train_the_model(
    settings: Settings, made: Submission, small_records: Records, tmp_path: Path
) -> None:
    both = ("--approver", "Alice Smith", "--approver", "Bob Jones")
    refused = say("promote", "visa@1", *both, "--waiver", "Minister Suzuki: the first year")
    assert refused.exit_code == 1
    assert "signed by Minister Suzuki, who is none of its approvers (Alice Smith, Bob Jones)" in refused.output
    assert Registry(settings).notes("visa", "1")["approvals"] == "[]"
    authored = replace(made, about={**made.about, "trained_by": "Ann Lee"})
    version = hand_in(settings, authored, small_records, tmp_path)
    refused = say("promote", f"visa@{version}", *both, "--waiver", "A. Lee: the first year")
    assert refused.exit_code == 1
    assert "signed by A. Lee, who trained the model (Ann Lee)" in refused.output
    assert champion(settings) is None
    # in a later run the one who signed has approved already
    signed = ("--waiver", "A. Smith: the first year")
    assert "is none of its approvers (Bob Jones)" in say("promote", "visa@1", *both[2:], *signed).output
    assert say("promote", "visa@1", *both[:2], *signed).exit_code == 0
    assert say("promote", "visa@1", *both[2:], *signed).exit_code == 0
    assert champion(settings) is not None


def test_a_demonstrations_approval_does_not_count_in_service(settings: Settings) -> None:
    registry, key = Registry(settings), load_or_create_key(settings.signing_key_path)
    told = {"subject": "visa", "version": "1", "bundle": "b", "policy": "p", "champion": ""}
    shown, served = (scope_of(**told, waiver=None, demo=demo) for demo in (True, False))
    assert approve(registry, settings, shown, key, ["Officer A"]) == approved(registry, shown, key) == ["Officer A"]
    assert approved(registry, served, key) == []


def test_a_model_of_real_records_is_let_in_by_no_demonstration(settings: Settings) -> None:
    # nobody knows the truth of the records in this home, as with real ones
    refused = say("promote", "visa@1", "--demo", "--waiver", "Officer A: only a show")
    assert refused.exit_code == 1
    assert "no demonstration" in refused.output
    assert champion(settings) is None


def test_what_let_a_model_in_is_told_apart_by_tag_and_card(settings: Settings, synthetic: str, tmp_path: Path) -> None:
    strict = stricter(tmp_path, "at_most = 0.85", "at_most = 0.01")  # no_leak fails on evidence
    lacking = stricter(tmp_path, '"leak.positives"\nleast_evidence = 10', '"leak.positives"\nleast_evidence = 99999')
    waiver, demo = ("--waiver", "Officer A: the first year"), ("--demo", "--waiver", "Officer A: only a show")
    for words, verdict in (
        (("--policy", lacking, *waiver, "--approver", "A"), "waived"),
        (("--policy", strict, *waiver, "--approver", "A"), "refused"),
        (("--approver", "A"), "passed"),
        (("--policy", strict, *demo), "demonstration"),
    ):
        said = say("promote", f"visa@{synthetic}", *words)
        notes = Registry(settings).notes("visa", synthetic)
        assert notes["gate"] == verdict, said.output
        assert bool(notes.get("waiver")) == (verdict in {"waived", "demonstration"})
        place = Registry(settings).download("visa", synthetic, tmp_path / verdict, "gate")
        assert f"**{verdict.capitalize()}**" in (place / "model_card.md").read_text(encoding="utf-8")
        assert json.loads((place / "gate.json").read_bytes())["verdict"] == verdict
    assert champion(settings) is not None


def test_a_demonstration_without_a_waiver_says_that_it_needs_one(
    settings: Settings, synthetic: str, tmp_path: Path
) -> None:
    strict = stricter(tmp_path, "at_most = 0.85", "at_most = 0.01")
    refused = say("promote", f"visa@{synthetic}", "--policy", strict, "--demo")
    assert refused.exit_code == 1
    assert "add --waiver 'WHO: WHY'" in refused.output
    assert "--waiver" not in say("promote", f"visa@{synthetic}", "--policy", strict).output


def test_what_stands_in_the_way_is_printed_last_and_what_holds_in_a_line_each(
    settings: Settings, tmp_path: Path
) -> None:
    path = stricter(tmp_path, "at_most = 0.85", "at_most = 0.01")
    text = Path(path).read_text(encoding="utf-8")
    Path(path).write_text(text.replace('"trace.fewer"\nleast_evidence = 100', '"trace.fewer"\nleast_evidence = 99999'))
    printed = say("promote", "visa@1", "--policy", path).output.splitlines()
    begins = [line[:11].strip() for line in printed if ": " in line]
    order = [word for word in begins if word in {"holds", "no evidence", "fails"}]
    assert order == ["holds"] * (len(read_policy().lines) - 3) + ["no evidence"] * 2 + ["fails"]
    assert max(len(line) for line in printed if line.startswith("holds")) < 120
    [lacking] = [line for line in printed if line.startswith("no evidence no_trace")]
    assert "must be" not in lacking  # a figure that rests on too little is none
    assert printed[-1].startswith("Error: visa version 1 was not promoted")


def test_a_waiver_for_a_line_that_holds_or_fails_is_remarked_upon(settings: Settings, tmp_path: Path) -> None:
    signed = ("--waiver", "Officer A: the first year", "--waive", "no_leak")
    assert "--waive no_leak: it holds" in say("promote", "visa@1", *signed).output
    strict = stricter(tmp_path, "at_most = 0.85", "at_most = 0.01")
    assert "--waive no_leak: it was seen to fail" in say("promote", "visa@1", *signed, "--policy", strict).output


def test_faults_of_approvers_are_said_beside_failing_lines(
    settings: Settings, made: Submission, small_records: Records, tmp_path: Path
) -> None:
    authored = replace(made, about={**made.about, "trained_by": "Alice Smith"})
    version = hand_in(settings, authored, small_records, tmp_path)
    strict = stricter(tmp_path, "at_most = 0.85", "at_most = 0.01")
    people = ("--approver", "A. Smith", "--approver", "Officer B", "--approver", "officer b")
    refused = say("promote", f"visa@{version}", "--policy", strict, *people).output
    assert "not promoted (no_leak)" in refused
    assert "A. Smith cannot approve what Alice Smith trained" in refused
    assert "officer b and Officer B may be one person" in refused
