"""Which findings explain a score, against the peers of the same status? Exact sums, and at most three on each side."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from features.arrays import Floats
from features.catalogue import Catalogue, Feature
from features.catalogue.findings import FINDINGS, FOR_THE_PERSON, OPPOSITES, ORGANISER_MATCH, RAISES, Finding
from features.catalogue.measures import CaseField, OwnStays
from features.evidence import Record
from features.languages import text
from models.bundle import Bundle
from models.finding_texts import NO_BOUND, Bound, Fact, resembles, sentence, usual
from models.peers import PeerGroup
from models.reasons import record_json

LIMIT = 3
"""Findings on each side, and clauses of a sentence."""
MIN_DIFFERENCE = 0.05
"""In log-odds; a finding below it is not shown, nor are facts that add less than this together."""
RECORDS_SHOWN = 10
WEIGHTS = {"strong": 1.5, "moderate": 0.5, "slight": 0.0}
"""Smallest size of a contribution for each word, in log-odds: 1.5 makes the odds more than four times as high."""

Evidence = Callable[[str], list[Record]]


@dataclass(frozen=True, slots=True)
class Clause:
    """Fact of a sentence: a feature, and the records behind it; none where the case's own file states it.

    ``scale`` says among how many a count is; None where that is not on record.
    """

    fact: Fact
    difference: float
    records: tuple[Record, ...]
    scale: Fact | None = None


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """Finding that is shown.

    Attributes
    ----------
    contribution
        Exact sum, in log-odds, of what the features of the finding add beyond the mean of the peers.
    differences
        The parts of this sum by feature.
    """

    finding: Finding
    contribution: float
    differences: Mapping[str, float]
    clauses: tuple[Clause, ...]

    @property
    def records(self) -> tuple[Record, ...]:
        """Records of all clauses, each once."""
        return tuple(dict.fromkeys(record for clause in self.clauses for record in clause.records))

    @property
    def facts(self) -> list[Fact]:
        """Facts of the sentence: those of the clauses, then among how many their counts are, each once."""
        facts = [clause.fact for clause in self.clauses]
        said = {fact.feature for fact in facts}
        scales = {clause.scale.feature: clause.scale for clause in self.clauses if clause.scale is not None}
        return [*facts, *(fact for feature, fact in scales.items() if feature not in said)]

    @property
    def weight(self) -> str:
        """Key of ``findings.weight``: how much the finding adds or takes, in a word."""
        return next(word for word, least in WEIGHTS.items() if abs(self.contribution) >= least)

    def as_json(self, subject: str, *, all_statuses: bool, keys: Mapping[str, str]) -> dict[str, object]:
        """JSON of the finding, as the API shows it."""
        facts, code = self.facts, self.finding.code
        return {
            "code": code, **sentence(facts, keys), "direction": self.finding.direction, "contribution": self.contribution,
            "name": dict(text("findings.names", code)), "weight": dict(text("findings.weight", self.weight)), "usual": usual(facts, subject, all_statuses=all_statuses),
            "typologies": list(self.finding.typologies), "resembles": resembles(self.finding.typologies),
            "question": dict(text("findings.questions", code)),
            "features": [{"feature": name, "difference": added} for name, added in self.differences.items()],
            "evidence": [record_json(record) for record in self.records[:RECORDS_SHOWN]],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class FindingsExplanation:
    """``peer_base_value + sum of contributions + remainder = raw_score``, in log-odds.

    Attributes
    ----------
    group
        Status of the peers; ``all`` where the case's own has too few.
    contributions
        Of every link, by the code of its raising finding: both its sides together.
    remainder
        What features without a finding add beyond the peers.
    """

    group: str
    peer_base_value: float
    contributions: Mapping[str, float]
    remainder: float
    shown: tuple[ShownFinding, ...]


def explain_by_findings(
    bundle: Bundle, values: Floats, contributions: Floats, raw_score: float, *, status: str, evidence: Evidence
) -> FindingsExplanation:
    """Findings of a case.

    Parameters
    ----------
    values, contributions
        float64[f] each, in the order of the bundle's catalogue.
    status
        The case's own status of residence.
    evidence
        Lists the records behind a feature by its name, without the case's own file.

    Raises `ValueError` for a bundle without peers.
    """
    if bundle.peers is None:
        raise ValueError("the bundle has no peers; models.reasons explains it")
    name, group = bundle.peers.of_status(status)
    columns = {feature: column for column, feature in enumerate(bundle.catalogue.names)}
    difference = contributions - group.mean
    base = math.fsum([bundle.scorer.base_value, *group.mean.tolist()])
    parts: dict[str, list[float]] = {}
    candidates = []
    for finding in FINDINGS:
        own = {feature: float(difference[columns[feature]]) for feature in finding.features if feature in columns}
        if not own:
            continue
        added, side = math.fsum(own.values()), finding
        parts.setdefault(finding.link or finding.code, []).extend(own.values())
        if finding.opposite is not None and added < 0:
            side = finding.opposite
        clauses = _clauses(side, values, own, group, columns, bundle.catalogue, evidence, added)
        if clauses:
            candidates.append(ShownFinding(side, added, own, clauses))
    sums = {code: math.fsum(added) for code, added in parts.items()}
    remainder = math.fsum([raw_score, -base, *(-added for added in sums.values())])
    return FindingsExplanation(name, base, sums, remainder, tuple(_choose(candidates)))


def _clauses(
    finding: Finding, values: Floats, own: Mapping[str, float], group: PeerGroup, columns: Mapping[str, int],
    catalogue: Catalogue, evidence: Evidence, contribution: float,
) -> tuple[Clause, ...]:  # fmt: skip
    """Facts that the finding rests on, the strongest first; empty if it may not be shown.

    A ground for an interview must be remarkable among the peers and add to the score. What is favourable to the person is
    said even where most peers have it too, as long as it does not clearly add.
    """
    always, favourable = finding.code == ORGANISER_MATCH, finding.direction == FOR_THE_PERSON
    sign, least = (-1.0, -MIN_DIFFERENCE) if favourable else (1.0, MIN_DIFFERENCE)
    if not always and sign * contribution <= least:
        return ()
    best: list[tuple[float, str, Fact]] = []
    for theme in finding.themes:
        facts = []
        for feature in theme:
            if feature not in columns or feature in finding.context:
                continue
            fact = _fact(finding, feature, float(values[columns[feature]]), group, columns[feature])
            in_range = finding.least.get(feature, -math.inf) <= fact.value <= finding.most.get(feature, math.inf)
            remarkable = (favourable or fact.is_unusual) and in_range and sign * own[feature] > min(least, 0.0)
            if (always or remarkable) and (fact.is_present or feature in finding.most):
                facts.append((sign * own[feature], feature, fact))
        best += sorted(facts, key=lambda item: -item[0])[:1]
    clauses: list[Clause] = []
    for added, feature, fact in sorted(best, key=lambda item: -item[0]):
        records = tuple(evidence(feature))
        if len(clauses) < LIMIT and (
            records or always or feature in finding.most or _stated_by_file(catalogue.by_name(feature))
        ):
            clauses.append(Clause(fact, sign * added, records, _scale(finding, feature, values, columns)))
    enough = always or math.fsum(sign * clause.difference for clause in clauses) > least
    return tuple(clauses) if enough else ()


def _scale(finding: Finding, feature: str, values: Floats, columns: Mapping[str, int]) -> Fact | None:
    """Among how many the count of a feature is, None where that is not on record."""
    name = finding.scale.get(feature)
    if name is None or name not in columns:
        return None
    fact = Fact(name, float(values[columns[name]]), NO_BOUND)
    return fact if fact.is_present else None


def _fact(finding: Finding, feature: str, value: float, group: PeerGroup, column: int) -> Fact:
    if finding.direction == FOR_THE_PERSON:  # favourable, usual or not
        return Fact(feature, value, NO_BOUND, "opposite_clauses" if finding in OPPOSITES else "clauses")
    low = feature in finding.low
    return Fact(feature, value, Bound(float((group.low if low else group.high)[column]), low))


def _stated_by_file(feature: Feature) -> bool:
    """Whether the case's own file states the fact, so that there need be no other record."""
    return isinstance(feature.measure, CaseField | OwnStays)


def _choose(candidates: Sequence[ShownFinding]) -> list[ShownFinding]:
    """At most three findings on each side, none of whose records is on the other side too; an organiser's match is one of them."""
    sides = [
        _strongest(item for item in candidates if item.finding.direction == side) for side in (RAISES, FOR_THE_PERSON)
    ]
    strength = [math.fsum(abs(item.contribution) for item in side[:LIMIT]) for side in sides]
    raises_is_stronger = strength[0] >= strength[1] or any(item.finding.code == ORGANISER_MATCH for item in sides[0])
    first, second = sides if raises_is_stronger else sides[::-1]
    always = [item for item in first[LIMIT:] if item.finding.code == ORGANISER_MATCH]
    first = [*first[: LIMIT - len(always)], *always]
    cited = {record for item in first for record in item.records}
    second = [kept for item in second if (kept := _without(item, cited)) is not None][:LIMIT]
    return [*first, *second] if raises_is_stronger else [*second, *first]


def _strongest(findings: Iterable[ShownFinding]) -> list[ShownFinding]:
    return sorted(findings, key=lambda item: -abs(item.contribution))


def _without(item: ShownFinding, cited: set[Record]) -> ShownFinding | None:
    """The finding without the records of the other side and the clauses that rest on them alone; None if none is left."""
    clauses = []
    for clause in item.clauses:
        records = tuple(record for record in clause.records if record not in cited)
        if records or not clause.records:
            clauses.append(replace(clause, records=records))
    return replace(item, clauses=tuple(clauses)) if clauses else None
