from __future__ import annotations

import pytest

from training.gate.signatories import NotSigned, as_markdown, same_person, signed_name, signed_reason


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Alice Smith", "A. Smith"),
        ("Alice Smith", "Smith, A."),
        ("Alice Smith", "ASmith"),
        ("A. Smith", "Alice S."),
        ("Alice Smith", "Alice Mary Smith"),
        ("Alice Smith", "a.smith@agency.example"),
        ("Officer A", "Officer\u200bA"),
        ("Officer A", "Оfficer А"),
        ("Tanaka Taro", "TanakaTaro"),
        ("Tanaka Taro", "Tarou Tanaka"),
        ("田中太郎", "田中 太郎"),
        ("田中太郎", "田\u200b中太\u200b郎"),
        ("田中太郎", "Tanaka Taro"),
        ("田中太郎", "タナカ・タロウ"),
    ],
)
def test_other_spellings_of_one_name_may_be_one_person(one: str, other: str) -> None:
    assert same_person(one, other)
    assert same_person(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Alice Smith", "Adam Smith"),
        ("A. Smith", "B. Smith"),
        ("Officer A", "Officer B"),
        ("Officer 1", "Officer 12"),
        ("E1123", "E123"),  # folding would drop a doubled letter
        ("E12345", "E12354"),
        ("田中太郎", "田中花子"),
        ("tanaka@agency.example", "suzuki@agency.example"),
    ],
)
def test_other_names_are_other_people(one: str, other: str) -> None:
    assert not same_person(one, other)
    assert not same_person(other, one)


@pytest.mark.parametrize(
    "text", ["", " ", "…", "\u200b", "A\u200bB", "A\nB", "A\u2028B", "A\u202eB", "a" * 81, "a " * 11]
)
def test_a_name_is_one_line_of_seen_letters(text: str) -> None:
    with pytest.raises(NotSigned):
        signed_name(text)


@pytest.mark.parametrize("text", ["Officer A", "田中 太郎", "E-104233", "104233", "a.smith@agency.example"])
def test_names_numbers_and_addresses_are_names(text: str) -> None:
    assert signed_name(f"  {text} ") == text


@pytest.mark.parametrize(
    "text", ["", "ok", "first year", "… … …", "初年度", "the first\nyear", "the first year " + "x" * 300]
)
def test_a_reason_is_one_line_of_a_few_words(text: str) -> None:
    with pytest.raises(NotSigned):
        signed_reason(text)


@pytest.mark.parametrize("text", ["the first year", "初年度のため所見が少ない", "２０１０年は所見が少ない"])
def test_a_few_words_are_a_reason_in_either_language(text: str) -> None:
    assert signed_reason(text) == text


def test_what_somebody_typed_makes_no_markdown() -> None:
    typed = "**bold** [link](x) <b> | `code` # heading"
    assert as_markdown(typed) == "\\*\\*bold\\*\\* \\[link\\](x) \\<b\\> \\| \\`code\\` \\# heading"
