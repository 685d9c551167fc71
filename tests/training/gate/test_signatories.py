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
        # one by look: Cyrillic letters, the Greek lunate sigma, a palochka for l, Ukrainian i, digits for letters
        ("Alice Smith", "Ali\u0441e Smith"),
        ("Alice Smith", "Alice \u0405mith"),
        ("Alice Smith", "Al\u0456ce Smith"),
        ("Isaac Smith", "\u0406saac Smith"),
        ("Alice Smith", "A\u04cfice Smith"),
        ("Alice Smith", "Ali\u03f2e Smith"),
        ("Alice Smith", "A1ice Smith"),
        ("Alice Smith", "Ali-\u0441-e Smith"),
        ("Peter Cooper", "\u0420\u0435t\u0435r \u0421\u043e\u043ep\u0435r"),
        ("Copa Ivan", "\u0421\u043e\u0440\u0430 \u0418\u0432\u0430\u043d"),  # Copa by look, Ivan by sound
        ("Officer E104", "Officer E1O4"),
        # titles and what comes before a number
        ("Dr Alice Smith", "Ms Alice Smith"),
        ("Dr. Alice Smith", "Officer A. Smith"),
        ("田中太郎様", "田中 太郎 さん"),
        ("田中課長", "田中氏"),
        ("Tanaka-san", "田中様"),
        ("Alice Smith E104233", "Alice Smith 104233"),
        ("Alice Smith E-104233", "Alice Smith ID 104233"),
        ("AliceSmithE104233", "Alice Smith 104233"),
        ("AliceSmith104233", "Alice Smith E104233"),
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
        ("田中様", "鈴木様"),
        ("Dr Alice Smith", "Dr Adam Smith"),
        ("Officer A", "Alice Smith"),
        ("Alice Smith E104233", "Alice Smith K104233"),
        ("Alice Smith E104233", "Alice Smith 104234"),
        ("\u0418\u0432\u0430\u043d", "\u041e\u043b\u044c\u0433\u0430"),  # Ivan and Olga
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


@pytest.mark.parametrize("text", ["Ali\u0441e Smith", "Officer \u0410b", "A\u03bbice", "\u0418van", "A\u13a0"])
def test_a_word_of_a_name_is_of_one_script(text: str) -> None:
    with pytest.raises(NotSigned, match=r"one script.*mixes .* letters"):
        signed_name(text)


@pytest.mark.parametrize("text", ["\u0418\u0432\u0430\u043d Smith", "田中Taro", "O\u02bcBrien", "Müller", "김철수"])
def test_words_of_several_scripts_may_stand_in_one_name(text: str) -> None:
    assert signed_name(text) == text


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
