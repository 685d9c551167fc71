"""Covers: vignettes.evaluation, vignettes.conditions, vignettes.page."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from features.languages import LANGUAGES
from features.matrix import build_matrix
from features.tables.folder import empty_records
from features.tables.schema import TABLES
from models.bundle import Bundle
from models.findings import FindingsExplanation
from models.vignettes.conditions import Case, check
from models.vignettes.evaluation import check_vignettes, story_cases
from models.vignettes.page import counts, story_rows, write_page
from models.vignettes.story import ITSELF, SUBJECTS, Condition, case_id
from models.vignettes.story_files import read_stories


@pytest.mark.parametrize("code", ["t5_club_beyond_its_places", "honest_orchestra", "protection_own_victim_entry"])
@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_story_has_the_same_values_alone_as_among_all(code: str, subject: str) -> None:
    everything = read_stories().records
    tables = dict(empty_records().tables)
    for name, table in TABLES.items():
        ids = everything[name].column(table.id_column).to_pylist()
        tables[name] = everything[name].take(
            pa.array([row for row, own in enumerate(ids) if own.split("/")[0] == code], pa.int64())
        )
    alone, cases = build_matrix(type(everything)(tables), subject), story_cases(subject)
    row = alone.subject_ids.index(case_id(code))
    assert alone.values[row].tobytes() == cases.values[cases.rows[code, ITSELF]].tobytes()


def test_all_stories_are_checked_within_seconds(priors: Mapping[str, Bundle]) -> None:
    story_cases.cache_clear()
    read_stories.cache_clear()
    start = time.process_time()
    parts = [check_vignettes(bundle) for bundle in priors.values()]
    assert time.process_time() - start < 20.0
    assert sum(part.checked for part in parts) > 500


def test_without_peers_no_condition_on_findings_is_checked(priors: Mapping[str, Bundle]) -> None:
    part = check_vignettes(replace(priors["visa"], peers=None))
    unchecked = {check.condition.kind for check in part.checks if check.holds is None}
    assert unchecked == {"named_first", "named", "never_named"}
    assert part.checked == sum(check.condition.kind not in unchecked for check in part.checks)


def test_the_gate_reads_numbers_and_codes(priors: Mapping[str, Bundle]) -> None:
    part = check_vignettes(priors["visa"])
    assert set(part.figures) == {"checked", "failed", "names"}
    assert part.figures["names"] == ", ".join(dict.fromkeys(check.story for check in part.failed))


def case(raw_score: float, content: bytes = b"", *, protected: bool = False, minor: bool = False) -> Case:
    def no_findings() -> FindingsExplanation | None:
        return None

    return Case(raw_score, content, no_findings, protected, minor)


@pytest.mark.parametrize(
    ("kind", "own", "other", "holds"),
    [
        ("outranks", 1.0, 0.5, True), ("outranks", 0.5, 0.5, False), ("outranks", 0.0, 0.5, False),
        ("not_lowered_by", 1.0, 1.0, True), ("not_lowered_by", 1.0, 1.5, True), ("not_lowered_by", 1.0, 0.9, False),
        ("raised_by", 1.0, 1.1, True), ("raised_by", 1.0, 1.0, False),
        ("not_raised_by", 1.0, 1.0, True), ("not_raised_by", 1.0, 0.9, True), ("not_raised_by", 1.0, 1.1, False),
    ],
)  # fmt: skip
def test_scores_are_compared(kind: str, own: float, other: float, holds: bool) -> None:
    cases = {("a", ITSELF): case(own), ("b", ITSELF): case(other), ("a", "b"): case(other)}
    assert check("a", Condition(kind, ("b",)), lambda story, variant: cases[story, variant]).holds is holds


def test_nothing_changes_means_every_byte() -> None:
    values = np.array([0.0, 1.0])
    other = np.array([-0.0, 1.0])
    cases = {"": case(1.0, values.tobytes()), "same": case(1.0, values.tobytes()), "other": case(1.0, other.tobytes())}
    same, changed = (
        check("a", Condition("unchanged_by", (name,)), lambda _, variant: cases[variant]) for name in ("same", "other")
    )
    assert same.holds
    assert changed.holds is False


def test_protection_and_the_child_procedure_are_read_from_the_case() -> None:
    for kind, listed in (("protected", case(0.0, protected=True)), ("child_procedure", case(0.0, minor=True))):
        assert check("a", Condition(kind, ("yes",)), lambda *_, listed=listed: listed).holds
        assert check("a", Condition(kind, ("yes",)), lambda *_: case(0.0)).holds is False


def test_the_page_shows_every_story_with_its_results_in_both_languages(
    priors: Mapping[str, Bundle], tmp_path: Path
) -> None:
    parts = [check_vignettes(bundle) for bundle in priors.values()]
    write_page(tmp_path / "page.html", parts)
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    for language in LANGUAGES:
        rows = story_rows(parts, language)
        assert len(rows) == len(read_stories().by_code)
        assert [row.fails for row in rows] == sorted((row.fails for row in rows), reverse=True)
        assert sum(len(row.checks) for row in rows) == sum(len(part.checks) for part in parts)
        assert counts(parts, language) in page
    for story in read_stories().by_code.values():
        assert story.code in page
    assert story_rows([], "en") == []
