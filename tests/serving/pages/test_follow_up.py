"""Landed people of whom later records say more are listed to be offered help; who has left or was heard is not.

Covers: pages.follow_up, decisions.follow_up, store.follow_up.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from features.tables.json_rows import row_as_json
from serving.auth.people import create_person
from serving.auth.permissions import Role
from serving.store import decisions
from serving.store.transactions import EVERYTHING, transaction
from tests.serving.conftest import LABELS, Service, close_landings, until

PORT = "QF1"
DAY = "2013-06-01T00:00:00Z"


@pytest.fixture(scope="module", autouse=True)
def people(service: Service) -> None:
    with service.backend.engine.begin() as connection:
        for name, posts in (("follower", [PORT]), ("other follower", ["QF2"])):
            service.passwords[name] = create_person(connection, name, Role.OFFICER, posts) or ""


@pytest.fixture(autouse=True)
def closed(service: Service) -> Iterator[None]:
    yield
    close_landings(service, PORT)


def send(service: Service, path: str, body: dict[str, Any]) -> None:
    answer = service.client.post(f"/v1/{path}", content=json.dumps(body), headers=service.headers("feed"))
    assert answer.status_code == 201, answer.text


def landed(service: Service, number: int) -> str:
    rows = service.world["landings"]
    row = row_as_json(rows.slice(rows.num_rows - 1, 1).to_pylist()[0])
    name = f"QF-{number}"
    send(service, "landings", {
        **row, "landing_id": name, "port": PORT, "landed_at": DAY, "passport_number": f"QF7654{number:03d}",
        "application_id": None, "family_name": f"Landed{name}", "birth_date": "1985-02-03", "biometric_id": None,
    })  # fmt: skip
    return name


def listed(service: Service, number: int) -> None:
    """Let a later entry of the register concern a landed person."""
    send(service, "records/tip_database", {
        "entry_id": f"TIP-QF-{number}", "listed_at": "2013-07-01T00:00:00Z", "role": "victim", "family_name": "Q", "given_names": "F",
        "birth_date": "1970-01-01", "passport_number": f"QF7654{number:03d}",
    })  # fmt: skip
    until(lambda: _is_protected(service, f"QF-{number}"))


def _is_protected(service: Service, name: str) -> bool:
    with transaction(service.backend.engine, EVERYTHING) as connection:
        decision = decisions.latest(connection, "entry", name)
    return decision is not None and '"code":"protect"' in decision.shown


def page(service: Service, who: str) -> str:
    service.client.cookies.clear()
    service.sign_in(who)
    return service.client.get(f"/follow-up?lang=en&port={PORT}").text


def test_later_records_bring_a_landed_person_onto_the_list(service: Service) -> None:
    changed, same = landed(service, 1), landed(service, 2)
    assert f"Landed{changed}" not in page(service, "follower")
    listed(service, 1)
    shown = page(service, "follower")
    assert f"Landed{changed}" in shown
    assert f"Landed{same}" not in shown
    assert LABELS["rule_choice"]["en"] in shown
    assert "Scored again" in shown
    assert f"Landed{changed}" not in page(service, "other follower")


def test_who_has_left_or_was_heard_is_not_on_the_list(service: Service) -> None:
    left, heard = landed(service, 3), landed(service, 4)
    for number in (3, 4):
        listed(service, number)
    assert all(f"Landed{name}" in page(service, "follower") for name in (left, heard))
    send(service, "records/departures", {"landing_id": left, "departed_at": "2013-08-01T00:00:00Z"})
    with service.backend.engine.begin() as connection:
        decisions.mark_interviewed(connection, "entry", heard, 0)
    assert not any(f"Landed{name}" in page(service, "follower") for name in (left, heard))
