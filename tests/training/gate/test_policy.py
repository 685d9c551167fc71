from __future__ import annotations

from pathlib import Path

import pytest

from training.gate.policy import POLICY_FILE, PolicyRejected, looser, read_policy

LINE = '[[line]]\ncode="a"\ntext="s"\nfigure="x.y"\nreason="r"\n'
HEAD = 'version="1"\ncapacity=0.02\napprovers=2\n'


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "policy.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_delivered_policy_gives_every_line_a_reason_and_asks_for_two_approvers() -> None:
    policy = read_policy()
    assert policy.approvers == 2
    assert all(len(line.reason) > 10 for line in policy.lines)


@pytest.mark.parametrize(
    ("text", "output"),
    [
        ("not = [toml", "not TOML"),
        (HEAD, "line"),
        (HEAD + LINE, "exactly one of"),
        (HEAD + LINE + "at_most=1\nat_least=0\n", "exactly one of"),
        (HEAD + LINE + "at_most=1\nat_moist=1\n", "at_moist"),
        (HEAD + LINE + 'at_most=1\nevidence="n"\n', "together"),
        (HEAD + LINE + 'at_most=1\nabsent="maybe"\n', "fails or holds"),
        (HEAD + LINE + "at_most=1\n" + LINE + "at_most=1\n", "code of its own"),
        (HEAD.replace("0.02", "2.0") + LINE + "at_most=1\n", "capacity"),
        (HEAD + "line=[1]\n", "no table"),
        (HEAD + 'line="abc"\n', "no list"),
        (HEAD.replace("=2", "=inf") + LINE + "at_most=1\n", "whole number"),
        (HEAD.replace("=2", "=1.5") + LINE + "at_most=1\n", "whole number"),
        (HEAD + LINE + f"at_most={'9' * 400}\n", "too large"),
        (HEAD + LINE + "at_most=nan\n", "not finite"),
        (HEAD + LINE + "at_most=true\n", "a number"),
        (HEAD + LINE + "at_most=1\nnames=3\n", "names is not a text"),
        (HEAD + LINE + 'at_most=1\nstages=["shadow"]\n', "stages is a list of trial, full"),
        (HEAD + LINE + "at_most=1\nstages=[]\n", "stages is a list"),
        (HEAD + LINE + 'at_most=1\nstages="full"\n', "stages is a list"),
        (HEAD + LINE.replace('text="s"\n', "") + "at_most=1\n", "expected a text"),
        ("deep=" + "[" * 5000, "nested too deeply"),
    ],
)
def test_a_policy_that_is_not_well_formed_is_refused_with_what_was_expected(
    tmp_path: Path, text: str, output: str
) -> None:
    with pytest.raises(PolicyRejected, match=output):
        read_policy(written(tmp_path, text))


def test_another_word_in_the_policy_gives_it_another_hash(tmp_path: Path) -> None:
    first = read_policy(written(tmp_path, HEAD + LINE + "at_most=1\n")).sha256
    assert read_policy(written(tmp_path, HEAD + LINE + "at_most=2\n")).sha256 != first


def test_a_policy_may_be_stricter_and_is_shown_where_it_is_looser(tmp_path: Path) -> None:
    delivered, text = read_policy(), POLICY_FILE.read_text(encoding="utf-8")

    def changed(before: str, after: str) -> list[str]:
        path = tmp_path / "policy.toml"
        path.write_text(text.replace(before, after, 1), encoding="utf-8")
        return looser(read_policy(path), delivered)

    assert changed("at_most = 0.5", "at_most = 0.1") == []
    assert changed("at_most = 0.5", "at_most = 5") == ["calibration_error"]
    assert changed("min_evidence = 1000", "min_evidence = 1") == ["monotone"]
    assert changed('\nstages = ["trial", "full"]\n', '\nstages = ["full"]\n') == ["no_disparity_alarm"]
    assert changed('\ncode = "better_than_chance"', '\ncode = "better_than_chance"\nstages = ["trial", "full"]') == []
    assert changed('absent = "holds"', "") == ["better_than_champion"]
    assert changed("\nwaivable = false", '\nwaivable = "in demonstrations"') == ["monotone"]
    assert changed("approvers = 2", "approvers = 1") == ["approvers"]
    assert changed('code = "no_leak"', 'code = "other"\ntext = "t"') == ["no_leak"]
    assert changed('figure = "leak.auc"', 'figure = "leak.other"') == ["no_leak"]
    assert changed("\nat_least = 100\n", "\nabove = 100\n") == ["enough_random_interviews"]
    assert changed("capacity = 0.02", "capacity = 0.05") == ["capacity"]
