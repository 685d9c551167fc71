from __future__ import annotations

import pytest

from training.gate.persons import NotSigned, as_markdown, person_id, reason, same_person


@pytest.mark.parametrize("other", ["E104233", "e104233", "Ｅ104233", " E104233 "])
def test_ids_are_equal_up_to_width_case_and_spaces(other: str) -> None:
    assert same_person("E104233", other)
    assert same_person(other, "E104233")


@pytest.mark.parametrize("other", ["E104234", "104233", "E 104233", "\u0415104233"])
def test_any_other_difference_makes_another_person(other: str) -> None:
    assert not same_person("E104233", other)


@pytest.mark.parametrize("text", ["", " ", "…", "\u200b", "A\u200bB", "A\nB", "A\u2028B", "A\u202eB", "a" * 81])
def test_an_id_is_a_line_of_visible_characters(text: str) -> None:
    with pytest.raises(NotSigned):
        person_id(text)


@pytest.mark.parametrize("text", ["Officer A", "E-104233", "104233", "a.smith@agency.example", "田中 太郎"])
def test_an_id_loses_only_surplus_spaces(text: str) -> None:
    assert person_id(f"  {text} ") == text


@pytest.mark.parametrize(
    "text", ["", "ok", "first", "… … …", "初年度", "the first\nyear of it", "the first year " + "x" * 300]
)
def test_a_reason_is_a_line_of_some_length(text: str) -> None:
    with pytest.raises(NotSigned):
        reason(text)


@pytest.mark.parametrize("text", ["the first year", "初年度のため所見が少ない", "２０１０年は所見が少ない"])
def test_a_sentence_is_a_reason_in_any_language(text: str) -> None:
    assert reason(text) == text


def test_typed_text_makes_no_markdown() -> None:
    typed = "**bold** [link](x) <b> | `code` # heading"
    assert as_markdown(typed) == "\\*\\*bold\\*\\* \\[link\\](x) \\<b\\> \\| \\`code\\` \\# heading"
