"""Which recorded fact, if it were wrong, would take a case out of the interviews? Each is tried by scoring the case again.

Only what can be corrected is tried: entries of the case's own record, and records that may be about another person. A fact
that matters is no sign that it is wrong, nor that anybody stated it falsely.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import orjson
import pyarrow as pa
from sqlalchemy import Connection

from features.facts.table_facts import facts_of_table
from features.matrix import TABLE_OF_SUBJECT
from serving.decisions.capacity import capacity_of
from serving.decisions.case_file import CaseFile, own_record
from serving.decisions.correction_forms import correctable_columns, is_victim_entry, separable_records
from serving.decisions.scoring import decide_case
from serving.decisions.service import DecisionService
from serving.decisions.sight import Sight, sight_of
from serving.store.comparable_cases import lowest_interviewed
from serving.store.decisions import Decision

LAST_INTERVIEWS = 50
MOST_RECORDS = 20
_SMALLEST_CHANGE = 0.005
"""In log-odds: what would be shown as 0.00 changes nothing."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A recorded fact: a column of the case's own table, or another record by its id."""

    table: str
    name: str
    is_column: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """The case scored without a fact.

    Attributes
    ----------
    score, change
        Of the case without the fact, and the difference in log-odds.
    is_out
        Whether the score is then below the line of the interviews; None where no line is known.
    gone
        Codes of findings that are no longer shown.
    """

    fact: Fact
    score: float
    change: float
    is_out: bool | None
    gone: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """Facts without which the case would score lower, the most important first.

    Attributes
    ----------
    line
        Lowest score that the post's interviews reached; None where none is known.
    tried
        Count of facts that were tried.
    is_verified
        Whether the case with all its facts has the stored score, bit for bit; nothing is said otherwise.
    """

    line: float | None
    tried: int
    is_verified: bool
    trials: tuple[Trial, ...]


def counterfactual(connection: Connection, service: DecisionService, file: CaseFile) -> Counterfactual | None:
    """Return which facts of a case keep it among the interviews; None without a score that may be shown, or a record."""
    decision = file.decision
    bundle = service.models.by_hash(decision.model_sha256, decision.subject) if decision.model_sha256 else None
    row = own_record(connection, service, decision)
    if bundle is None or decision.shown_score() is None or not row.num_rows:
        return None
    sight, line = sight_of(connection, service.store, decision, row), interview_line(connection, service, decision)

    def score(changed: pa.Table, seen: Sight) -> Decision:
        own = facts_of_table(TABLE_OF_SUBJECT[decision.subject], changed)
        view = seen.case(connection, service.store, decision.subject, changed, own)
        return decide_case(view, bundle, decision.post, decision.position, register=seen.register)

    base = score(row, sight)
    if base.score != decision.score:
        return Counterfactual(line, 0, is_verified=False, trials=())
    without = list(_without_each(connection, service, file, row, sight))
    tried = [_trial(fact, base, score(changed, seen), line) for fact, changed, seen in without]
    matter = [trial for trial in tried if trial is not None and trial.change < -_SMALLEST_CHANGE]
    return Counterfactual(
        line, len(without), is_verified=True, trials=tuple(sorted(matter, key=lambda each: each.change))
    )


def interview_line(connection: Connection, service: DecisionService, decision: Decision) -> float | None:
    """Return the score below which the post interviews nobody from the list.

    That is the lowest of its last interviews; before the first of them, that of the first case beyond this week's hours.
    """
    lowest = lowest_interviewed(connection, decision, LAST_INTERVIEWS)
    if lowest is not None:
        return lowest
    capacity = capacity_of(connection, service, decision.post)
    return None if capacity is None or capacity.next_case is None else capacity.next_case.shown_score()


def _without_each(
    connection: Connection, service: DecisionService, file: CaseFile, row: pa.Table, sight: Sight
) -> Iterator[tuple[Fact, pa.Table, Sight]]:
    """Yield each fact that can be corrected, with the case as it is without it."""
    table = TABLE_OF_SUBJECT[file.decision.subject]
    for column in correctable_columns(file.decision.subject):
        if column.nullable and row.column(column.name)[0].is_valid:
            at = row.column_names.index(column.name)
            blank = row.set_column(at, row.field(at), pa.nulls(1, row.field(at).type))
            yield Fact(table, column.name, is_column=True), blank, sight
    records = [record for record in separable_records(file) if not is_victim_entry(connection, service, record)]
    for record in records[:MOST_RECORDS]:
        yield Fact(*record, is_column=False), row, replace(sight, without=sight.without | {record})


def _trial(fact: Fact, base: Decision, again: Decision, line: float | None) -> Trial | None:
    """Return a trial; None where the case without the fact has no score."""
    if again.score is None:
        return None
    raw = [orjson.loads(each.shown)["raw_score"] for each in (base, again)]
    shown = [{reason["code"] for reason in orjson.loads(each.shown)["reasons"]} for each in (base, again)]
    return Trial(
        fact, again.score, raw[1] - raw[0], None if line is None else again.score < line <= (base.score or 0.0),
        tuple(sorted(shown[0] - shown[1])),
    )  # fmt: skip
