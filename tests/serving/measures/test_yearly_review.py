"""The review of a year takes each figure from the page that explains it, and puts it beside the year before.

Covers: pages.review.
"""

from __future__ import annotations

import datetime as dt

import pytest

from features.languages import texts
from serving.auth.permissions import ALL_POSTS, AUDITOR, Caller
from serving.decisions.desk_clock import DeskClock
from serving.measures.yearly_review import YearlyReview, yearly_review
from tests.serving.conftest import Service
from tests.serving.measures.conftest import BY_HAND, BY_SCORE, DRAWN

WORDS = texts("pages.review")


@pytest.fixture(autouse=True)
def new_year(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is 2012, the year after that of the interviews."""
    monkeypatch.setattr(DeskClock, "now", lambda *_: dt.datetime(2012, 1, 10, tzinfo=dt.UTC))


def reviewed(service: Service) -> YearlyReview:
    return yearly_review(service.backend, Caller(AUDITOR, (), 1, "auditor", ALL_POSTS))


def test_a_year_of_interviews_stands_beside_a_year_without_any(measured: Service) -> None:
    review = reviewed(measured)
    rows = {row.measure: row for row in review.rows}
    assert review.latest == 2011
    assert (rows["interviews"].before, rows["interviews"].latest) == (0, BY_SCORE + BY_HAND + DRAWN)
    assert (rows["victims"].before, rows["victims"].latest) == (0, 33)
    assert (rows["alarms"].before, rows["alarms"].latest) == (0, 1)
    missed = rows["missed"].latest
    assert isinstance(missed, tuple)
    assert missed[0] == 0.0
    assert rows["missed"].before is None


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_page_has_a_text_for_each_measure_and_leads_to_its_page(measured: Service, language: str) -> None:
    measured.client.cookies.clear()
    measured.sign_in("auditor")
    page = measured.client.get("/review", params={"lang": language}).text
    assert all(WORDS[f"review_{row.measure}"][language] in page for row in reviewed(measured).rows)
    assert 'href="/harm?from=2011-01-01&amp;to=2011-12-31"' in page
    measured.client.cookies.clear()
    measured.sign_in("officer")
    assert measured.client.get("/review").status_code == 403
