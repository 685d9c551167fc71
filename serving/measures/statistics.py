"""Yearly statistics of identified victims in the shape that the government publishes, with small counts hidden.

A person counts once, in the year of the first identification, by the time of Japan. The running year is left out: the
difference of two days would name whoever came in between.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from serving.decisions.case_groups import age_band, case_facts
from serving.decisions.service import DecisionService
from serving.measures.live_cases import SUBJECTS
from serving.measures.suppression import SMALLEST, hidden_categories, is_hidden_total
from serving.store.record_ids import ids_after

ATTRIBUTES = ("typology", "sex", "age_band", "status_of_residence", "nationality", "identified_by")
FOLDED = ("typology", "status_of_residence", "nationality")
"""Attributes whose rare categories are counted as other; sexes and ages are few and stay as they are."""
BROKERS = "listed"
"""Table of perpetrators and brokers, which has no total."""
OTHER, UNKNOWN = "other", "unknown"
YEARS = 10
AGE_STARTS = (20, 25, 30, 40)
"""First age of each band but the youngest, as in the tables of the National Police Agency."""
_LISTED = ("facilitator", "perpetrator")
_JAPAN = ZoneInfo("Asia/Tokyo")
Counts = Mapping[str, Mapping[int, int]]
"""Count by category and year."""


@dataclass(frozen=True, slots=True)
class Victim:
    """An identified person: year, and category by attribute."""

    year: int
    categories: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Statistics:
    """Published counts by table, category and year; None where hidden. ``totals`` are of victims."""

    years: tuple[int, ...]
    totals: Mapping[int, int | None]
    tables: Mapping[str, Mapping[str, Mapping[int, int | None]]]


def statistics(connection: Connection, service: DecisionService) -> Statistics:
    """Return the statistics of the last complete years."""
    this_year = service.now(connection).astimezone(_JAPAN).year
    years = tuple(range(this_year - YEARS, this_year))
    return published(identified_victims(connection, service), listed_people(connection, service), years)


def identified_victims(connection: Connection, service: DecisionService) -> list[Victim]:
    """Return everybody who was identified as a victim, once each."""
    rows = service.readable_rows(connection, "outcomes", ids_after(connection, "outcomes", -1)).to_pylist()
    identified = sorted(
        (row for row in rows if row["finding"] == "victim_identified"), key=lambda row: row["occurred_at"]
    )
    facts = case_facts(connection, service, [(SUBJECTS[row["subject"]], row["subject_id"]) for row in identified])
    victims: dict[str, Victim] = {}
    for row in identified:
        own = facts.get((SUBJECTS[row["subject"]], row["subject_id"]))
        if own is not None:
            categories = {**own.groups, "age_band": age_band(own.age, AGE_STARTS), "identified_by": row["arm"],
                          "typology": row["typology"] or UNKNOWN}  # fmt: skip
            victims.setdefault(own.passport_number, Victim(_year(row["occurred_at"]), categories))
    return list(victims.values())


def listed_people(connection: Connection, service: DecisionService) -> Counter[tuple[str, int]]:
    """Return how many perpetrators and brokers were listed, by role and year."""
    rows = service.readable_rows(connection, "tip_database", ids_after(connection, "tip_database", -1)).to_pylist()
    return Counter((row["role"], _year(row["listed_at"])) for row in rows if row["role"] in _LISTED)


def published(victims: Sequence[Victim], listed: Mapping[tuple[str, int], int], years: Sequence[int]) -> Statistics:
    """Return what may be published of victims, and of people listed by role and year."""
    own = [victim for victim in victims if victim.year in years]
    per_year = Counter(victim.year for victim in own)
    totals = {year: None if is_hidden_total(per_year[year]) else per_year[year] for year in years}
    tables = {attribute: _hidden(_counts(own, attribute, years), totals) for attribute in ATTRIBUTES}
    brokers = {role: {year: _alone(listed.get((role, year), 0)) for year in years} for role in _LISTED}
    return Statistics(tuple(years), totals, {**tables, BROKERS: brokers})


def as_csv(given: Statistics) -> str:
    """Return the published counts as lines ``table,category,year,count``; a hidden count is empty."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(_csv_rows(given))
    return text.getvalue()


def _csv_rows(given: Statistics) -> Iterator[Sequence[object]]:
    yield "table", "category", "year", "count"
    yield from (("victims", "all", year, count) for year, count in given.totals.items())
    for table, categories in given.tables.items():
        yield from (
            (table, name, year, count) for name, by_year in categories.items() for year, count in by_year.items()
        )


def _counts(victims: Sequence[Victim], attribute: str, years: Sequence[int]) -> Counts:
    """Return the counts of each category; one that is small over all years together may be counted as other."""
    overall = Counter(victim.categories[attribute] for victim in victims)
    small = {name for name, count in overall.items() if attribute in FOLDED and count < SMALLEST}
    pairs = [(victim.categories[attribute], victim.year) for victim in victims]
    counted = Counter((OTHER if name in small else name, year) for name, year in pairs)
    return {name: {year: counted[name, year] for year in years} for name in sorted({name for name, _ in counted})}


def _hidden(counts: Counts, totals: Mapping[int, int | None]) -> dict[str, dict[int, int | None]]:
    hidden = {
        year: frozenset(counts) if total is None else hidden_categories({name: counts[name][year] for name in counts})
        for year, total in totals.items()
    }
    return {
        name: {year: None if name in hidden[year] else count for year, count in by_year.items()}
        for name, by_year in counts.items()
    }


def _alone(count: int) -> int | None:
    """Return a count that adds up to nothing published."""
    return None if is_hidden_total(count) else count


def _year(moment: dt.datetime) -> int:
    return moment.astimezone(_JAPAN).year
