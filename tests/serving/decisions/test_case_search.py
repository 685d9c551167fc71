"""Search among a post's own cases: names in any script, blinded in the database, readings logged.

Covers: store.case_words, decisions.search_words, pages.queue_search.
"""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from serving.decisions.search_words import index_cases_of_before, words_of_record, words_of_search
from tests.serving.conftest import LABELS, Service, close_cases
from tests.serving.decisions.test_shared_findings import application, send

PEOPLE = {
    "A-SEARCH-1": {"family_name": "サクラギ", "given_names": "ハナコ", "passport_number": "TK7654321"},
    "A-SEARCH-2": {"family_name": "Sakuragi", "given_names": "Jiro", "guarantor_name": "ประเสริฐ ทองคำ"},
    "A-SEARCH-3": {"family_name": "عبد الرحمن", "given_names": "محمد", "status_of_residence": "student"},
}


@pytest.fixture(scope="module")
def people(service: Service) -> dict[str, dict[str, Any]]:
    post = service.world["visa_applications"].column("post")[-1].as_py()
    return {name: send(service, "feed", "visa-applications", application(service, name, post) | columns)
           for name, columns in PEOPLE.items()}  # fmt: skip


def found(service: Service, role: str = "officer", **form: str) -> set[str]:
    service.client.cookies.clear()
    service.sign_in(role)
    page = service.client.post("/queue/search", data=form)
    service.client.cookies.clear()
    assert page.status_code == 200, page.text
    return {name for name in PEOPLE if f"<bdi>{name}</bdi>" in page.text}


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(("form", "names"), [
    ({"name": "桜木"}, {"A-SEARCH-1", "A-SEARCH-2"}), ({"name": "SAKURAGI"}, {"A-SEARCH-1", "A-SEARCH-2"}), ({"name": "Hanako Sakuragi"}, {"A-SEARCH-1"}),
    ({"name": "ｻｸﾗｷﾞ ﾊﾅｺ"}, {"A-SEARCH-1"}), ({"name": "محمد"}, {"A-SEARCH-3"}), ({"passport": "tk 765-4321"}, {"A-SEARCH-1"}),
    ({"sponsor": "ทองคำ"}, {"A-SEARCH-2"}), ({"subject_id": "A-SEARCH-2"}, {"A-SEARCH-2"}), ({"subject_id": "A-SEARCH"}, set()),
    ({"name": "sakuragi", "sponsor": "ทองคำ"}, {"A-SEARCH-2"}), ({"name": "sakuragi", "passport": "XX0000000"}, set()),
    ({"name": "محمد", "status": "student"}, {"A-SEARCH-3"}), ({"name": "محمد", "status": "entertainer"}, set()),
])  # fmt: skip
def test_a_case_is_found_by_all_that_is_asked_for(service: Service, form: dict[str, str], names: set[str]) -> None:
    assert found(service, **form) == names


def test_a_case_is_found_by_the_day_at_the_post_on_which_it_was_lodged(
    service: Service, people: dict[str, dict[str, Any]]
) -> None:
    # every post of the small world lies less than a day from UTC
    days = {people["A-SEARCH-1"]["as_of"][:10]}
    assert any("A-SEARCH-1" in found(service, name="sakuragi", day=day) for day in days | neighbours(days))
    assert found(service, name="sakuragi", day="1999-01-01") == set()


def neighbours(days: set[str]) -> set[str]:
    import datetime as dt  # noqa: PLC0415

    [day] = [dt.date.fromisoformat(day) for day in days]
    return {(day + dt.timedelta(days=1)).isoformat(), (day - dt.timedelta(days=1)).isoformat()}


@pytest.mark.usefixtures("people")
def test_no_officer_of_another_post_finds_it(service: Service) -> None:
    for form in ({"name": "sakuragi"}, {"subject_id": "A-SEARCH-1"}, {"passport": "TK7654321"}):
        assert found(service, "elsewhere", **form) == set()


@pytest.mark.usefixtures("people")
def test_only_who_waits_is_found_where_that_is_asked_for(service: Service) -> None:
    close_cases(service, "visa", ["A-SEARCH-2"])
    assert found(service, name="sakuragi") == {"A-SEARCH-1", "A-SEARCH-2"}
    assert found(service, name="sakuragi", waiting="yes") == {"A-SEARCH-1"}


@pytest.mark.usefixtures("people")
def test_each_one_shown_is_a_reading_and_what_was_searched_is_not_kept(service: Service) -> None:
    count = "select count(*) from serving.reading where record_id like 'A-SEARCH-%' and view = 'queue'"
    with service.backend.engine.connect() as connection:
        before = connection.execute(text(count)).scalar_one()
    assert len(found(service, name="sakuragi")) == 2
    with service.backend.engine.connect() as connection:
        assert connection.execute(text(count)).scalar_one() == before + 2


@pytest.mark.parametrize("form", [{}, {"name": "  "}, {"name": "・・"}, {"day": "2012-99-99"}, {"name": "-" * 5000}])
def test_a_search_for_nothing_says_what_to_do(service: Service, form: dict[str, str]) -> None:
    service.client.cookies.clear()
    service.sign_in("officer")
    page = service.client.post("/queue/search?lang=en", data=form).text
    service.client.cookies.clear()
    assert LABELS["search_nothing"]["en"] in page


@pytest.mark.usefixtures("people")
def test_the_database_holds_words_blinded_by_the_data_key(service: Service) -> None:
    key = service.backend.store.data_key
    [word] = words_of_search(key, {"name": "Sakuragi"})
    assert word in words_of_record(key, PEOPLE["A-SEARCH-1"])
    # a name is no sponsor: neither is found under the other
    assert not {word} & {*words_of_record(key, {"guarantor_name": "Sakuragi"})}
    other = type(key)(bytes(32))
    assert words_of_search(other, {"name": "Sakuragi"}) != [word]


@pytest.mark.usefixtures("people")
def test_cases_from_before_are_found_once_the_service_opens(service: Service) -> None:
    with service.backend.engine.connect() as connection:
        stored = connection.execute(text("select count(*) from serving.case_word where subject = 'visa'")).scalar_one()
        connection.execute(text("delete from serving.case_word"))
        index_cases_of_before(connection, service.backend.store.data_key, service.backend.readable_rows)
        again = connection.execute(text("select count(*) from serving.case_word where subject = 'visa'")).scalar_one()
        connection.rollback()
    # a corrected case has words of before as well
    assert 0 < again <= stored
