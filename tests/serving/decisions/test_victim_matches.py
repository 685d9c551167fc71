"""The register of victims answers nobody's guess, and a correction hides no former victim."""

from __future__ import annotations

import zlib
from typing import Any

import pytest

from features.tables.json_rows import row_as_json
from tests.serving.conftest import Service

NAME = {"family_name": "Sutherland", "given_names": "Rosalinda", "birth_date": "1985-04-03"}
ELSEWHERE = "XX-XXX"


@pytest.fixture(scope="module", autouse=True)
def listed(service: Service) -> None:
    entry = {**NAME, "entry_id": "TIP-GUESS", "listed_at": "2012-01-01T00:00:00Z", "role": "victim"}
    answer = service.client.post("/v1/records/tip_database", json=entry, headers=service.headers("feed"))
    assert answer.status_code == 201, answer.text


def record(service: Service, name: str, post: str | None = None, **changed: Any) -> dict[str, Any]:
    table = service.world["visa_applications"]
    row = row_as_json(table.slice(table.num_rows - 1, 1).to_pylist()[0])
    return {
        **row,
        "application_id": name,
        "post": post or row["post"],
        "passport_number": f"ZZ{zlib.crc32(name.encode()) % 10**7:07}",
        **changed,
    }


def send(service: Service, role: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = service.client.post("/v1/visa-applications", json=body, headers=service.headers(role))
    assert answer.status_code == 201, answer.text
    return answer.json()  # type: ignore[no-any-return]


def correct(service: Service, role: str, body: dict[str, Any]) -> dict[str, Any]:
    content = {"table": "visa_applications", "record": body}
    answer = service.client.post("/v1/corrections", json=content, headers=service.headers(role))
    assert answer.status_code == 201, answer.text
    return answer.json()["decision"]  # type: ignore[no-any-return]


def protects(decision: dict[str, Any]) -> bool:
    return any(warning["code"] == "protect" for warning in decision["warnings"])


def replays(service: Service, *shown: dict[str, Any]) -> None:
    for decision in shown:
        url = f"/v1/decisions/{decision['decision_id']}/replay"
        assert service.client.get(url, headers=service.headers("auditor")).json()["identical"] is True


def test_a_feeds_record_of_a_former_victim_is_shown(service: Service) -> None:
    decision = send(service, "feed", record(service, "A-LISTED", **NAME))
    assert protects(decision)
    replays(service, decision)


@pytest.mark.parametrize("guess", [{}, {"family_name": "Suthreland"}, {"birth_date": "1985-03-04"}])
def test_an_officers_guess_is_answered_like_any_other_name(service: Service, guess: dict[str, str]) -> None:
    name = f"A-GUESS-{len(guess)}{''.join(guess)}"
    hit = send(service, "elsewhere", record(service, name, ELSEWHERE, **{**NAME, **guess}))
    assert not protects(hit)
    assert "TIP-GUESS" not in str(hit)
    replays(service, hit)


def test_an_officers_correction_is_no_guess_either(service: Service) -> None:
    plain = record(service, "A-TURNED")
    assert not protects(send(service, "feed", plain))
    guessed = correct(service, "officer", {**plain, **NAME})
    assert not protects(guessed)
    # an auditor, who may read the register, sees the match of the same record
    seen = correct(service, "auditor", {**plain, **NAME, "intended_stay_days": 11})
    assert protects(seen)
    replays(service, guessed, seen)


def test_a_correction_hides_no_former_victim(service: Service) -> None:
    victim = record(service, "A-STAYS", **NAME)
    assert protects(send(service, "feed", victim))
    again = correct(service, "officer", {**victim, "intended_stay_days": 12})
    third = correct(service, "officer", {**victim, "intended_stay_days": 13})
    assert protects(again)
    assert protects(third)
    replays(service, again, third)
