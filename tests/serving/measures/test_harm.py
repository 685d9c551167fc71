"""Whether people who were called in without need fare worse: by arithmetic, by simulated officers, and from stored records.

Covers: measures.harm_ledger, measures.later_landings, pages.harm.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from features.languages import texts
from serving.auth.permissions import ALL_POSTS, AUDITOR, Caller
from serving.measures.harm import HarmFigure, Person, harm_figures
from serving.measures.harm_ledger import HarmLedger, harm_ledger
from tests.proof_size import cases
from tests.serving.conftest import Service
from tests.serving.measures.conftest import POST, outcomes_of, store_interviews

RUNS, SHORT = 50, 10
PEOPLE, AGAIN, LATE, GONE = 40, 16, 12, 10
"""People of each arm in the year 2013; of those called in by score, who was interviewed again, who waited, and who did not land."""


def person(*, flagged: bool, again: bool | None, stratum: str = "PH-MNL/student") -> Person:
    return Person(flagged, stratum, {"waited": None, "again": again, "not_landed": None})


def again_of(people: list[Person]) -> HarmFigure:
    return next(figure for figure in harm_figures(people) if figure.measure == "again")


def test_others_count_as_many_times_as_there_are_flagged_people_of_their_kind() -> None:
    # at one post 30 flagged and 10 others, 5 of whom came again; at another 10 and 30, none of whom did
    people = [person(flagged=True, again=False) for _ in range(30)]
    people += [person(flagged=False, again=at < 5) for at in range(10)]
    people += [person(flagged=True, again=False, stratum="TH-BKK/student") for _ in range(10)]
    people += [person(flagged=False, again=False, stratum="TH-BKK/student") for _ in range(30)]
    figure = again_of(people)
    assert figure.compared is not None
    # (30 * 5/10 + 10 * 0) / 40
    assert figure.compared[0] == pytest.approx(0.375)
    assert (figure.people, figure.compared_people, figure.is_worse) == (40, 40, False)


def test_people_without_anybody_to_compare_with_and_unknown_measures_are_left_out() -> None:
    people = [person(flagged=True, again=True) for _ in range(50)]
    people += [person(flagged=False, again=False, stratum="elsewhere") for _ in range(50)]
    people += [person(flagged=False, again=None) for _ in range(50)]
    assert again_of(people) == HarmFigure("again", 0, 0, None, None)


def simulated(seed: int, flagged_again: float) -> bool:
    """Return whether a year with these rates says that the flagged fare worse."""
    rng = np.random.default_rng(seed)
    people = []
    for post in ("PH-MNL/student", "TH-BKK/student"):
        people += [person(flagged=True, again=bool(rng.random() < flagged_again), stratum=post) for _ in range(300)]
        people += [person(flagged=False, again=bool(rng.random() < 0.05), stratum=post) for _ in range(60)]
    return again_of(people).is_worse


@pytest.mark.proof
def test_officers_who_do_not_let_go_of_a_flag_show_and_others_do_not() -> None:
    count = cases(RUNS, SHORT)
    false, raised = (sum(simulated(seed, share) for seed in range(count)) for share in (0.05, 0.25))
    print(f"{count} years each: worse at the same rate {false}, at 25 % against 5 % {raised}")  # noqa: T201
    assert false <= 0.06 * count
    assert raised >= 0.9 * count


@pytest.fixture(scope="module")
def ledger(measured: Service) -> HarmLedger:
    adults = [row for row in measured.world["visa_applications"].to_pylist() if row["birth_date"] < dt.date(1985, 1, 1)]
    applications: list[dict[str, Any]] = []
    for number in range(2 * PEOPLE):
        lodged = dt.datetime(2013, 2, 1, tzinfo=dt.UTC) + dt.timedelta(days=number)
        own = {
            "application_id": f"A-HARM-{number}",
            "submitted_at": lodged,
            "post": POST,
            "status_of_residence": "student",
        }
        applications.append({**adults[number], **own, "passport_number": f"HARM{number}"})
    arms = ["targeted"] * PEOPLE + ["random"] * PEOPLE
    outcomes = [{**row, "finding": "no_indication", "typology": None} for row in outcomes_of(applications, arms)]
    for number, row in enumerate(outcomes):
        held = row["occurred_at"] + dt.timedelta(days=30 if number < LATE else 0)
        row.update(outcome_id=f"OUT-HARM-{number}", occurred_at=held, known_at=held)
    repeated = [
        {**row, "application_id": f"A-HARM-2-{at}", "submitted_at": row["submitted_at"] + dt.timedelta(days=100)}
        for at, row in enumerate(applications[:AGAIN])
    ]
    later = outcomes_of(repeated, ["targeted"] * AGAIN)
    for number, row in enumerate(later):
        row.update(outcome_id=f"OUT-HARM-2-{number}", finding="inconclusive", typology=None)
    landing = measured.world["landings"].to_pylist()[0]
    landings = [
        {**landing, "landing_id": f"L-HARM-{number}", "application_id": row["application_id"],
         "landed_at": row["submitted_at"] + dt.timedelta(days=60)}
        for number, row in enumerate(applications) if number >= GONE
    ]  # fmt: skip
    store_interviews(measured.backend, applications + repeated, outcomes + later, landings)
    return harm_ledger(measured.backend, Caller(AUDITOR, (), 1, "auditor", ALL_POSTS), "2013-01-01", "2013-12-31")


def test_waits_repeated_interviews_and_missing_landings_are_read_from_the_records(ledger: HarmLedger) -> None:
    figures = {figure.measure: figure for figure in ledger.figures}
    assert (ledger.flagged, ledger.drawn) == (PEOPLE, PEOPLE)
    for measure, count in (("waited", LATE), ("again", AGAIN), ("not_landed", GONE)):
        figure = figures[measure]
        assert figure.flagged is not None
        assert figure.flagged[0] == pytest.approx(count / PEOPLE), measure
        assert figure.compared is not None
        assert figure.compared[0] == 0.0, measure
        assert figure.is_worse, measure
    assert ledger.interviews == {1: PEOPLE - AGAIN, 2: AGAIN}


@pytest.mark.usefixtures("ledger")
def test_a_ledger_that_must_stay_as_it_is_counts_nothing_after_its_period(measured: Service) -> None:
    words = (measured.backend, Caller(AUDITOR, (), 1, "auditor", ALL_POSTS), "2013-01-01", "2013-04-30")
    followed, kept = harm_ledger(*words), harm_ledger(*words, until_end=True)
    assert (set(followed.interviews), set(kept.interviews)) == ({1, 2}, {1})
    landed = {figure.measure: figure.people for figure in kept.figures}
    assert landed["not_landed"] == 0


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_page_shows_figures_and_says_what_it_cannot_know(
    measured: Service, ledger: HarmLedger, language: str
) -> None:
    words = texts("pages.harm")
    measured.client.cookies.clear()
    measured.sign_in("auditor")
    page = measured.client.get("/harm", params={"from": "2013-01-01", "to": "2013-12-31", "lang": language}).text
    assert page.count(f"<b>{words['worse'][language]}</b>") == len(ledger.figures)
    assert words["rule_refusals"][language] in page
    assert "HARM" not in page
    assert "40.0 %" in page
