"""Does a model keep to the stories? Every case scored in one matrix per subject, and every condition checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from features.arrays import Bools, Floats
from features.evidence import other_records
from features.kernel.view import View
from features.matrix import history_of, values_of, view_of
from features.online import is_minor
from models.bundle import Bundle
from models.findings import FindingsExplanation, explain_by_findings
from models.scorer import Explanation
from models.vignettes.conditions import Case, Check, check
from models.vignettes.story import KINDS, STORY, SUBJECTS, Story, case_id
from models.vignettes.story_files import FOLDER, read_stories


@dataclass(frozen=True, slots=True)
class StoryCases:
    """Cases of all stories and variants for a subject, before any model.

    Attributes
    ----------
    rows
        Row of each case by the code of its story and the name of its variant.
    values
        float64[n, f] in the order of today's catalogue.
    protected, minor
        bool[n]: the applicant matches a victim's entry; the applicant is under 18.
    """

    subject: str
    stories: Mapping[str, Story]
    rows: Mapping[tuple[str, str], int]
    view: View
    values: Floats
    statuses: tuple[str, ...]
    protected: Bools
    minor: Bools


@cache
def story_cases(subject: str, folder: Path = FOLDER) -> StoryCases:
    """Features of every case of the stories; raises `StoriesRejected` for stories with faults."""
    stories = read_stories(folder)
    history = history_of(stories.records)
    own = history.facts[SUBJECTS[subject]]
    at = {name: row for row, name in enumerate(own.id_list())}
    keys = [
        (story.code, variant)
        for story in stories.by_code.values()
        if subject in story.subjects
        for variant in story.variants
    ]
    chosen = np.array([at[case_id(*key)] for key in keys])
    view = view_of(history, own.take(chosen), subject)
    table = stories.records[SUBJECTS[subject]]
    births, statuses = (table.column(name).to_pylist() for name in ("birth_date", "status_of_residence"))
    minor = [is_minor(births[row], int(own["known_at"][row])) for row in chosen]
    return StoryCases(
        subject, stories.by_code, {key: row for row, key in enumerate(keys)}, view, values_of(view, subject),
        tuple(statuses[row] for row in chosen), view.watch_list.victims(), np.array(minor),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Vignettes:
    """Every condition of the stories with its result, and the raw score of every case by story and variant."""

    subject: str
    stories: Mapping[str, Story]
    checks: tuple[Check, ...]
    raw_scores: Mapping[tuple[str, str], float]

    @property
    def checked(self) -> int:
        """Number of conditions that were checked."""
        return sum(check.holds is not None for check in self.checks)

    @property
    def failed(self) -> tuple[Check, ...]:
        """Conditions that do not hold."""
        return tuple(check for check in self.checks if check.holds is False)

    @property
    def figures(self) -> dict[str, object]:
        """Numbers checked and failed, and the codes of the stories that fail, as the gate reads them."""
        names = dict.fromkeys(check.story for check in self.failed)
        return {"checked": self.checked, "failed": len(self.failed), "names": ", ".join(names)}


def check_vignettes(bundle: Bundle, folder: Path = FOLDER) -> Vignettes:
    """Check a model against every story that has a case of its subject.

    Conditions on findings are not checked for a bundle without peers.
    """
    cases = story_cases(bundle.subject, folder)
    explained = bundle.scorer.explain(bundle.read(cases.values))
    known: dict[tuple[str, str], Case] = {}

    def case(story: str, variant: str) -> Case:
        key = story, variant
        if key not in known:
            known[key] = _case(bundle, cases, explained, cases.rows[key])
        return known[key]

    checks = tuple(
        check(story.code, condition, case)
        for story in cases.stories.values()
        for condition in story.conditions
        if bundle.subject in story.subjects and condition.subject in {"", bundle.subject}
        if KINDS[condition.kind] != STORY or bundle.subject in cases.stories[condition.about[0]].subjects
    )
    scores = {key: float(explained.raw_score[row]) for key, row in cases.rows.items()}
    return Vignettes(bundle.subject, cases.stories, checks, scores)


def _case(bundle: Bundle, cases: StoryCases, explained: Explanation, row: int) -> Case:
    raw, added = explained.raw_score[row], explained.contributions[row]

    @cache
    def findings() -> FindingsExplanation | None:
        if bundle.peers is None:
            return None
        return explain_by_findings(
            bundle, bundle.read(cases.values[row : row + 1])[0], added, float(raw), status=cases.statuses[row],
            evidence=lambda feature: other_records(cases.view, cases.subject, feature, row),
        )  # fmt: skip

    content = b"".join(part.tobytes() for part in (cases.values[row], raw, explained.score[row], added))
    return Case(float(raw), content, findings, bool(cases.protected[row]), bool(cases.minor[row]))
