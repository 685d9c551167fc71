"""Landing desk: a flight announced ahead is scored in one call, listed by flight, and leaves the list when it is past.

Covers: pages.arrivals, decisions.arrivals, api.arrivals.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any
from zlib import crc32

import pytest
from sqlalchemy import text

from features.tables.json_rows import row_as_json
from serving.auth.people import create_person
from serving.auth.permissions import Role
from serving.decisions import arrivals
from serving.log.verification import verify_log
from serving.store.transactions import EVERYTHING, transaction
from tests.serving.conftest import LABELS, Service, close_landings

PORT = "QZ1"


@pytest.fixture(scope="module", autouse=True)
def people(service: Service) -> None:
    with service.backend.engine.begin() as connection:
        for name, posts in (("lander", [PORT]), ("other lander", ["QZ2"])):
            service.passwords[name] = create_person(connection, name, Role.OFFICER, posts) or ""


@pytest.fixture(autouse=True)
def closed(service: Service) -> Iterator[None]:
    yield
    close_landings(service, PORT)


def landing(service: Service, name: str, hours: float, flight: str = "QQ 12", **changed: Any) -> dict[str, Any]:
    rows = service.world["landings"]
    row = row_as_json(rows.slice(rows.num_rows - 1, 1).to_pylist()[0])
    at = dt.datetime.now(dt.UTC) + dt.timedelta(hours=hours)
    return {
        **row, "landing_id": name, "port": PORT, "flight": flight, "landed_at": f"{at:%Y-%m-%dT%H:%M:%S}Z",
        "passport_number": f"QZ{crc32(name.encode()) % 10**8:08d}", "passport_issued_on": "2024-05-01", "application_id": None,
        "family_name": f"Arrival{name}", "birth_date": "1990-02-03", **changed,
    }  # fmt: skip


def send(service: Service, *records: dict[str, Any]) -> list[dict[str, Any]]:
    body = "\n".join(json.dumps(record) for record in records)
    answer = service.client.post("/v1/landings/batch", content=body, headers=service.headers("feed"))
    assert answer.status_code == 200, answer.text
    return answer.json()["landings"]  # type: ignore[no-any-return]


def page(service: Service, who: str, address: str = "/arrivals") -> str:
    service.client.cookies.clear()
    service.sign_in(who)
    return service.client.get(f"{address}{'&' if '?' in address else '?'}lang=en").text


def test_a_flight_is_scored_in_one_call_and_a_faulty_line_costs_no_other(service: Service) -> None:
    answers = send(
        service, landing(service, "QZ-1", 5), landing(service, "QZ-2", 5, birth_date="no date"),
        landing(service, "QZ-3", 5, birth_date=f"{dt.datetime.now(dt.UTC).year - 9}-01-01"), landing(service, "QZ-4", 30),
    )  # fmt: skip
    assert [answer.get("subject_id") for answer in answers] == ["QZ-1", None, "QZ-3", None]
    assert answers[0]["score"] is not None
    assert answers[2]["route"] == "child_procedure"
    # later than a day ahead is no announcement
    assert {answer["error"]["code"] for answer in (answers[1], answers[3])} == {"records"}
    # however often it is sent
    again = landing(service, "QZ-1", 5)
    stored = send(service, {**again, "landed_at": answers[0]["as_of"][:19] + "Z"})
    assert stored[0]["decision_id"] == answers[0]["decision_id"]


def test_a_landing_at_another_time_supersedes_its_announcement_and_no_landing(service: Service) -> None:
    [first] = send(service, landing(service, "QZ-LATE", 3))
    [later] = send(service, landing(service, "QZ-LATE", 5))
    assert later["decision_id"] != first["decision_id"]
    assert later["as_of"] > first["as_of"]
    # it landed an hour ago; what landed is corrected by a correction alone
    record = landing(service, "QZ-LATE", -1)
    landed = service.client.post("/v1/landings", json=record, headers=service.headers("feed"))
    assert landed.status_code == 201
    assert landed.json()["as_of"][:19] + "Z" == record["landed_at"]
    again = service.client.post("/v1/landings", json=record, headers=service.headers("feed"))
    assert again.json()["decision_id"] == landed.json()["decision_id"]
    [refused] = send(service, landing(service, "QZ-LATE", -2))
    assert refused["error"]["code"] == "exists"
    with service.backend.engine.connect() as connection:
        reasons = connection.execute(text("select count(*) from serving.correction_reason where reason = :r"), {"r": arrivals.ANNOUNCED})  # fmt: skip
        assert reasons.scalar_one() == 2
        assert not [fault for fault in verify_log(connection) if fault.kind in {"decision", "correction_reason"}]
    replayed = service.client.get(
        f"/v1/decisions/{landed.json()['decision_id']}/replay", headers=service.headers("auditor")
    )
    assert replayed.json()["identical"], replayed.text


def test_flights_are_listed_in_order_and_a_flight_shows_whom_to_speak_with_first(service: Service) -> None:
    young = f"{dt.datetime.now(dt.UTC).year - 9}-01-01"
    send(
        service, landing(service, "QZ-10", 8, "QQ 80"), landing(service, "QZ-11", 2), landing(service, "QZ-12", 2),
        landing(service, "QZ-13", 2, birth_date=young),
    )  # fmt: skip
    listed = page(service, "lander")
    assert listed.index("QQ 12") < listed.index("QQ 80")
    # no name before a flight is chosen
    assert "ArrivalQZ" not in listed
    [address] = {part.split('"')[0] for part in listed.split('href="/arrivals')[1:] if "flight=QQ+12" in part}
    opened = page(service, "lander", f"/arrivals{address}".replace("&amp;", "&"))
    assert "ArrivalQZ-10" not in opened
    names = [opened.index(f"ArrivalQZ-{number}") for number in (13, 11, 12)]
    # the child first
    assert min(names) == names[0]
    assert LABELS["of_flight"]["en"].format(flight="QQ 12") in opened
    with transaction(service.backend.engine, EVERYTHING) as connection:
        query = text("select count(*) from serving.reading where view = 'arrivals' and record_id like 'QZ-1%'")
        assert connection.execute(query).scalar_one() == 3
    assert "QQ 12" not in page(service, "other lander", f"/arrivals?port={PORT}")


def test_who_is_past_leaves_the_list_and_stays_in_the_queue(service: Service) -> None:
    send(service, landing(service, "QZ-20", -2.9, "QQ 20"), landing(service, "QZ-21", -3.1, "QQ 21"))
    listed = page(service, "lander")
    assert "QQ 20" in listed
    assert "QQ 21" not in listed
    assert "QZ-21" in service.client.get("/queue").text


def test_more_than_a_flight_is_refused(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "LINES_LIMIT", 1)
    body = "{}\n{}"
    answer = service.client.post("/v1/landings/batch", content=body, headers=service.headers("feed"))
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "batch")


def test_only_a_feed_announces_a_flight(service: Service) -> None:
    for role in ("officer", "auditor", "scientist"):
        assert service.client.post("/v1/landings/batch", content="{}", headers=service.headers(role)).status_code == 403
