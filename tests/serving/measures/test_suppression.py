"""No hidden count comes back by subtraction: the linear system of what is published is solved for each of them.

Covers: measures.statistics, pages.statistics, pages.bar_chart.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from scipy.optimize import linprog

from features.languages import texts
from features.tables import Records
from features.tables.schema import TABLES
from serving.measures.statistics import (
    ATTRIBUTES,
    Statistics,
    Victim,
    as_csv,
    identified_victims,
    listed_people,
    published,
)
from serving.measures.suppression import SMALLEST, WIDTH, hidden_categories
from serving.pages.bar_chart import bar_chart
from synthetic_data.world import generate
from tests.proof_size import cases
from tests.serving.conftest import Service
from tests.serving.measures.conftest import YEAR

SEEDS, SHORT = 100, 3
CATEGORIES = {
    name: [f"{name}-{at}" for at in range(count)] for name, count in zip(ATTRIBUTES, (12, 3, 5, 8, 15, 4), strict=True)
}


def victims_of(rng: np.random.Generator, years: range) -> list[Victim]:
    """Return years with few and many victims, in categories with long tails."""
    victims = []
    for year in years:
        weights = {name: rng.dirichlet(np.full(len(labels), 0.4)) for name, labels in CATEGORIES.items()}
        for _ in range(int(rng.choice([0, 1, 3, 5, 6, 9, 20, 60]))):
            own = {name: str(rng.choice(labels, p=weights[name])) for name, labels in CATEGORIES.items()}
            victims.append(Victim(year, own))
    return victims


def ranges(table: Mapping[str, int | None], total: int | None) -> Iterator[tuple[str, float]]:
    """Yield the width of the values that each hidden count may have, by linear programming over all that is published.

    Whoever knows the rules takes hidden counts for at least 1 where another count is shown: zeros are hidden last.
    """
    names = list(table)
    hidden = [name for name in names if table[name] is None]
    least = 1 if any(table.values()) else 0
    bounds = [(least, None) if table[name] is None else (table[name], table[name]) for name in names]
    limits: dict[str, Any] = (
        {"A_ub": [[1] * len(names)], "b_ub": [SMALLEST - 1]}
        if total is None
        else {"A_eq": [[1] * len(names)], "b_eq": [total]}
    )
    for at, name in enumerate(names):
        if name in hidden:
            objective = np.eye(len(names))[at]
            low, high = (sign * linprog(sign * objective, bounds=bounds, **limits).fun for sign in (1, -1))
            yield name, high - low


@pytest.mark.proof
def test_from_all_that_is_published_a_hidden_count_may_have_as_many_values_as_a_small_one() -> None:
    hidden, narrowest, shown = 0, float("inf"), 0
    for seed in range(cases(SEEDS, SHORT)):
        years = range(2001, 2011)
        given = published(victims_of(np.random.default_rng(seed), years), {}, years)
        for year in years:
            for attribute in ATTRIBUTES:
                table = {name: by_year[year] for name, by_year in given.tables[attribute].items()}
                shown += sum(bool(count) for count in table.values())
                for _, width in ranges(table, given.totals[year]):
                    hidden, narrowest = hidden + 1, min(narrowest, width)
    print(f"{hidden} hidden counts and {shown} shown; the narrowest may lie anywhere within {narrowest:g}")  # noqa: T201
    assert hidden > 50
    assert narrowest >= WIDTH


def test_no_small_count_is_ever_shown_and_totals_agree_where_all_is_shown() -> None:
    years = range(2001, 2011)
    victims = victims_of(np.random.default_rng(4), years)
    given = published(victims, {("facilitator", 2001): 4, ("perpetrator", 2001): 6}, years)
    counts = [count for table in given.tables.values() for by_year in table.values() for count in by_year.values()]
    assert not [count for count in (*counts, *given.totals.values()) if count is not None and 0 < count < SMALLEST]
    assert (given.tables["listed"]["facilitator"][2001], given.tables["listed"]["perpetrator"][2001]) == (None, 6)
    for attribute in ATTRIBUTES:
        for year in years:
            column = [by_year[year] for by_year in given.tables[attribute].values()]
            if None not in column:
                assert sum(count for count in column if count) == given.totals[year]


@pytest.mark.parametrize(("counts", "hidden"), [
    ({"a": 7, "b": 9}, ""),
    # a 2 alone would come back: the smallest other is hidden too, and both may be 1 to 8
    ({"a": 2, "b": 7, "c": 30}, "ab"),
    # two of 1 each sum to 2: either would be known, so 6 is hidden as well
    ({"a": 1, "b": 1, "c": 6, "d": 9}, "abc"),
    # without another count a zero is hidden beside it
    ({"a": 4, "b": 0, "c": 0}, "ab"),
])  # fmt: skip
def test_as_many_counts_are_hidden_as_subtraction_needs(counts: dict[str, int], hidden: str) -> None:
    assert hidden_categories(counts) == frozenset(hidden)


@pytest.fixture(scope="module")
def world_and_truth() -> tuple[Records, pa.Table]:
    return generate(23, 5_000)[:2]


def test_statistics_of_a_world_agree_with_its_truth(
    measured: Service, world_and_truth: tuple[Records, pa.Table]
) -> None:
    world, truth = world_and_truth
    with measured.backend.engine.begin() as connection:
        for name in ("visa_applications", "landings", "tip_database"):
            measured.backend.store.append(connection, name, world[name])
        measured.backend.store.append(connection, "outcomes", world["outcomes"])
        victims = identified_victims(connection, measured.backend)
        listed = listed_people(connection, measured.backend)
        connection.rollback()
    own = [victim for victim in victims if victim.year != 2011 or victim.categories["typology"] != "T7"]
    expected = from_truth(world, truth)
    for attribute in ("typology", "sex", "nationality", "status_of_residence"):
        counted = Counter((victim.year, victim.categories[attribute]) for victim in own)
        wanted = Counter(
            (row["year"], row[attribute]) for row in expected if row["year"] != 2011 or row["typology"] != "T7"
        )
        assert counted == wanted, attribute
    given = published(own, listed, range(2003, 2013))
    for year, total in given.totals.items():
        assert total in {None, sum(victim.year == year for victim in own)}
    roles = Counter(row["role"] for row in world["tip_database"].to_pylist())
    assert sum(count for (role, _), count in listed.items() if role == "facilitator") == roles["facilitator"]


def from_truth(world: Records, truth: pa.Table) -> list[dict[str, Any]]:
    """Return the identified people of a world by the truth about their cases, each once."""
    exploited = {(row["subject"], row["subject_id"]) for row in truth.to_pylist() if row["exploited"]}
    records = {
        (subject, row[TABLES[table].id_column]): row
        for subject, table in (("visa_application", "visa_applications"), ("landing", "landings"))
        for row in world[table].to_pylist()
    }
    people: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in world["outcomes"].to_pylist():
        key = (row["subject"], row["subject_id"])
        if row["finding"] == "victim_identified":
            # an interview may leave the kind open or name another; whether a person was a victim is the truth
            assert key in exploited
            at = row["occurred_at"].astimezone(ZoneInfo("Asia/Tokyo"))
            people[records[key]["passport_number"]].append(
                {**records[key], "year": at.year, "at": at, "typology": row["typology"] or "unknown"}
            )
    return [min(rows, key=lambda row: row["at"]) for rows in people.values()]


def test_the_file_holds_what_the_page_shows(measured: Service) -> None:
    given = Statistics((2011,), {2011: 33}, {"sex": {"F": {2011: None}, "M": {2011: 28}}})
    rows = list(csv.DictReader(io.StringIO(as_csv(given))))
    assert [row["count"] for row in rows] == ["33", "", "28"]
    measured.client.cookies.clear()
    measured.sign_in("auditor")
    answer = measured.client.get("/statistics/csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "A-MEASURED" not in answer.text


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_page_shows_every_table(measured: Service, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    words = texts("pages.statistics")
    monkeypatch.setattr("serving.measures.statistics.YEARS", dt.datetime.now(dt.UTC).year - int(YEAR["from"][:4]))
    measured.client.cookies.clear()
    measured.sign_in("auditor")
    page = measured.client.get("/statistics", params={"lang": language}).text
    assert all(words[f"table_{name}"][language] in page for name in (*ATTRIBUTES, "listed"))
    # every eighth of 260 people: 33 of the same kind in one year
    assert "<td>33</td>" in page


def test_a_bar_chart_draws_counts_and_a_dash_for_a_hidden_one() -> None:
    chart = bar_chart([("2001", 10), ("<b>", None), ("2003", 5)], "counts")
    assert 'height="180.0"' in chart
    assert 'height="90.0"' in chart
    assert ">–<" in chart
    assert "&lt;b&gt;" in chart
