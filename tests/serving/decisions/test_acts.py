"""Who decided, corrected and interviewed stands beside the case. Covers: store.submissions."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from features.tables.json_rows import row_as_json
from tests.serving.conftest import LABELS, Service
from tests.serving.interview_answers import record as record_sheet


@pytest.fixture(scope="module")
def decision(service: Service) -> dict[str, Any]:
    """A decision on a feed's record, which an auditor corrected and an officer interviewed."""
    table = service.world["visa_applications"]
    record = {**row_as_json(table.slice(table.num_rows - 1, 1).to_pylist()[0]), "application_id": "A-ACTS"}
    answer = service.client.post("/v1/visa-applications", json=record, headers=service.headers("feed"))
    correction = {"table": "visa_applications", "record": {**record, "intended_stay_days": 8}}
    service.client.post("/v1/corrections", json=correction, headers=service.headers("auditor"))
    service.sign_in("officer")
    record_sheet(service.client, answer.json())
    service.client.cookies.clear()
    return answer.json()  # type: ignore[no-any-return]


def test_a_decision_carries_every_act_with_its_account_and_no_secret(
    service: Service, decision: dict[str, Any]
) -> None:
    answer = service.client.get(f"/v1/decisions/{decision['decision_id']}", headers=service.headers("officer"))
    acts = answer.json()["acts"]
    assert [(act["act"], act["role"]) for act in acts] == [
        ("decision", "feed"), ("correction", "auditor"), ("interview", "officer"),
    ]  # fmt: skip
    assert acts[0]["by"].startswith("feed")
    assert acts[2]["by"] == "officer"
    for secret in (*service.keys.values(), *service.passwords.values()):
        assert secret not in answer.text


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_case_page_shows_them_in_both_languages(service: Service, decision: dict[str, Any], language: str) -> None:
    service.sign_in("officer")
    page = service.client.get(f"/cases/{decision['decision_id']}?lang={language}").text
    service.client.cookies.clear()
    for key in ("act_decision", "act_correction", "act_interview", "role_feed", "role_auditor"):
        assert LABELS[key][language] in page


def test_who_sent_a_record_is_never_changed(service: Service, decision: dict[str, Any]) -> None:
    for statement in ("update serving.submission set account_id = 0", "delete from serving.submission"):
        with pytest.raises(DBAPIError), service.backend.engine.begin() as connection:
            connection.execute(text(statement))


def test_rows_of_other_tables_are_stored_with_the_feed_that_sent_them(service: Service) -> None:
    row = {"establishment_id": "EST-ACT", "name": "Example", "industry": "care", "opened_on": "2009-01-01",
           "known_at": "2009-02-01T00:00:00Z"}  # fmt: skip
    assert (
        service.client.post("/v1/records/establishments", json=row, headers=service.headers("feed")).status_code == 201
    )
    latest = "select a.role from serving.submission join serving.account a using (account_id) order by first_position desc limit 1"
    with service.backend.engine.connect() as connection:
        assert connection.execute(text(latest)).scalar() == "feed"
