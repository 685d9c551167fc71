from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from mlflow import MlflowClient

from features.settings import Settings
from features.tables import Records
from models.signing import load_or_create_key
from tests.training.conftest import hand_in
from training.gate.approvals import approve, approved, scope_of
from training.gate.commands import promote, rollback
from training.gate.policy import POLICY_FILE, read_policy
from training.gate.promotion import NotLetIn, crown, examine
from training.submission import Submission
from training.tracking.registry import CHAMPION, Registry


@pytest.fixture
def settings(registered: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The home of two registered versions, as if nobody had served yet."""
    for name in ("champions", "kept"):
        shutil.rmtree(registered.home / name, ignore_errors=True)
    (registered.home / "champions.json").unlink(missing_ok=True)
    registry = Registry(registered)
    for version in ("1", "2"):
        registry.note("visa", version, "approvals", [])
    monkeypatch.setenv("MIMAMORI_HOME", str(registered.home))
    return registered


def say(*words: str) -> Result:
    command = rollback if words[0] == "rollback" else promote
    return CliRunner().invoke(command, list(words[1:]))


def champion(settings: Settings) -> bytes | None:
    path = settings.home / "champions" / "visa" / "manifest.json"
    return path.read_bytes() if path.exists() else None


@pytest.fixture
def lenient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The delivered policy without the line that an equal model cannot pass, as if it had been delivered so."""
    head, *lines = POLICY_FILE.read_text(encoding="utf-8").split("[[line]]")
    kept = [line for line in lines if 'code = "better_than_champion"' not in line]
    path = tmp_path / "policy.toml"
    path.write_text("[[line]]".join([head, *kept]), encoding="utf-8")
    monkeypatch.setattr("training.gate.commands.looser", lambda policy, than: [])
    return str(path)


def stricter(place: Path, asked: str, instead: str) -> str:
    """Write the delivered policy with one limit changed and return where."""
    text = POLICY_FILE.read_text(encoding="utf-8")
    head, mark, tail = text.partition('code = "no_leak"')
    assert asked in tail
    path = place / f"{len(instead)}.toml"
    path.write_text(head + mark + tail.replace(asked, instead, 1), encoding="utf-8")
    return str(path)


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


@pytest.fixture
def synthetic(settings: Settings, made: Submission, small_records: Records, tmp_path: Path) -> str:
    """A version that was judged on records whose truth is known, as those of a synthetic world."""
    frame = made.part.frame.assign(truth=made.part.frame["label"], score=np.nan)
    part = replace(made.part, frame=frame)
    return hand_in(settings, replace(made, part=part), small_records, tmp_path)


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
