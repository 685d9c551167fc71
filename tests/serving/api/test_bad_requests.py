"""Covers: api.records, api.decisions, api.what_if, refusals.

Bad input to every verb: one error in the one shape with a status 4xx, nobody's data in it, and nothing stored is lost.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from sqlalchemy import text

from features.tables.json_rows import row_as_json
from serving.api.records import DECIDED_BY
from tests.serving.conftest import Service

PLANTED = "Plantedword"
Row = dict[str, object]


def whole(service: Service) -> dict[str, Row]:
    """Return good records that are not stored, one for each table."""
    rows = {
        name: row_as_json(table.slice(table.num_rows - 1, 1).to_pylist()[0])
        for name, table in service.world.tables.items()
    }
    for name, row in rows.items():
        for column in list(row):
            if column == service.world[name].column_names[0] and name != "departures":
                row[column] = f"NEW-{name}"
    return rows


Spoil = Callable[[Row], object]
SPOILS: dict[str, Spoil] = {
    "nothing": lambda row: {},
    "a list": lambda row: [row],
    "a text": lambda row: PLANTED,
    "null": lambda row: None,
    "an unknown column": lambda row: {**row, "note": PLANTED},
    "a refusal": lambda row: {**row, "visa_refused": True},
    "a nested value": lambda row: {**row, next(iter(row)): {"a": PLANTED}},
    "a list as an id": lambda row: {**row, next(iter(row)): [PLANTED]},
    "an id of nothing": lambda row: {**row, next(iter(row)): ""},
    "an id with a control": lambda row: {**row, next(iter(row)): PLANTED + "\x07"},
    "a number as a text": lambda row: {**row, next(iter(row)): 7},
}
COLUMNS: dict[str, tuple[tuple[str, object], ...]] = {
    "visa_applications": (
        ("submitted_at", "yesterday"), ("submitted_at", "2012-13-01T00:00:00Z"), ("submitted_at", "2012-01-01T00:00:00"),
        ("submitted_at", 1.5), ("birth_date", PLANTED), ("birth_date", "1985-02-30"), ("sex", PLANTED), ("nationality", "Plantedword"),
        ("intended_stay_days", -1), ("intended_stay_days", 1.5), ("intended_stay_days", "90"), ("intended_stay_days", 10**30),
        ("monthly_income_jpy", True), ("status_of_residence", PLANTED), ("statement_fingerprint", PLANTED),
        ("family_name", "Plantedword\x00"), ("home_address", "Plantedword\x1b"), ("cohabitation_planned", "True"), ("passport_number", None),
    ),
    "landings": (("landed_at", None), ("permitted_stay_days", -3), ("document_check", PLANTED), ("flight", 7)),
    "departures": (("departed_at", PLANTED),),
    "establishments": (("industry", PLANTED), ("capacity", -1), ("known_at", "1901-01-01T00:00:00Z")),
    "establishment_actions": (("action", PLANTED), ("known_at", "1901-01-01T00:00:00Z")),
    "employment_reports": (("source", PLANTED), ("started_on", PLANTED)),
    "residence_events": (("kind", PLANTED), ("known_at", "1901-01-01T00:00:00Z")),
    "tip_database": (("role", PLANTED), ("listed_at", PLANTED)),
    "outcomes": (("inclusion_probability", 0), ("inclusion_probability", 2), ("finding", PLANTED), ("subject", PLANTED)),
}  # fmt: skip
RAW = [
    b"",
    b"{",
    b"\xff",
    b'"',
    b"{} {}",
    b'{"a": NaN}',
    b'{"a": 1, "a": 2}',
    b"[" * 2000,
    b'{"a": "\\ud800"}',
    b'{"a": "\\u0000"}',
]


def untouched(service: Service) -> tuple[int, ...]:
    tables = (
        "records.record",
        "records.posting",
        "serving.decision",
        "serving.idempotency_key",
        "serving.interviewed_case",
    )
    with service.backend.engine.connect() as connection:
        return tuple(int(connection.execute(text(f"select count(*) from {name}")).scalar_one()) for name in tables)


def refused(service: Service, role: str, url: str, content: bytes | str, statuses: tuple[int, ...]) -> None:
    answer = service.client.post(url, content=content, headers=service.headers(role))
    assert answer.status_code in statuses, (answer.status_code, answer.text[:300])
    assert set(answer.json()["error"]) == {"code", "message", "where", "expected"}
    assert PLANTED not in answer.text
    error = answer.json()["error"]
    assert error["message"]
    assert error["expected"]


def spoiled(table: str, row: Row) -> list[object]:
    return [spoil(dict(row)) for spoil in SPOILS.values()] + [{**row, name: value} for name, value in COLUMNS[table]]


@pytest.mark.parametrize(
    ("url", "table"), [("/v1/visa-applications", "visa_applications"), ("/v1/landings", "landings")]
)
def test_a_spoiled_case_is_refused_whole(service: Service, url: str, table: str) -> None:
    before, row = untouched(service), whole(service)[table]
    for body in spoiled(table, row):
        refused(service, "feed", url, json.dumps(body), (400, 422))
    for content in RAW:
        refused(service, "feed", url, content, (400, 422))
    assert untouched(service) == before


@pytest.mark.parametrize("table", COLUMNS)
def test_one_spoiled_row_among_good_ones_stores_none(service: Service, table: str) -> None:
    before, row = untouched(service), whole(service)[table]
    url = f"/v1/records/{table}"
    first = service.world[table].column_names[0]
    for number, body in enumerate(spoiled(table, row)):
        good = json.dumps({**row, first: f"OTHER-{number}"})
        refused(service, "feed", url, f"{good}\n{json.dumps(body)}\n", (400, 422))
    for content in (*RAW[1:], json.dumps(row).encode() + b"\n{", b"not json\n" + json.dumps(row).encode()):
        refused(service, "feed", url, content, (400, 422))
    twice = json.dumps({**row, first: "TWICE"})
    refused(service, "feed", url, f"{twice}\n{twice}", (409, 422))
    known = row_as_json(service.world[table].slice(0, 1).to_pylist()[0])
    refused(
        service,
        "feed",
        url,
        f"{json.dumps({**row, first: 'ALONE'})}\n{json.dumps(known)}",
        (422,) if table in DECIDED_BY else (409,),
    )
    assert untouched(service) == before


def test_bad_corrections_change_nothing(service: Service) -> None:
    before = untouched(service)
    row = row_as_json(service.world["tip_database"].slice(0, 1).to_pylist()[0])
    bodies: list[tuple[object, tuple[int, ...]]] = [
        ({}, (422,)), ([], (400, 422)), ({"table": "tip_database"}, (422,)), ({"table": PLANTED, "record": row}, (422,)),
        ({"table": ["tip_database"], "record": row}, (422,)), ({"table": "tip_database", "record": [row]}, (422,)),
        ({"table": "tip_database", "record": {**row, "role": PLANTED}}, (422,)),
        ({"table": "tip_database", "record": {**row, "entry_id": "nowhere"}}, (404,)),
        ({"table": "truth", "record": row}, (422,)),
    ]  # fmt: skip
    for body, statuses in bodies:
        refused(service, "auditor", "/v1/corrections", json.dumps(body), statuses)
    for content in RAW:
        refused(service, "auditor", "/v1/corrections", content, (400, 422))
    assert untouched(service) == before


def test_bad_interviews_are_refused_whole(service: Service) -> None:
    before, row = untouched(service), whole(service)["outcomes"]
    for body in spoiled("outcomes", row):
        refused(service, "officer", "/v1/interviews", json.dumps(body), (400, 404, 422))
    refused(service, "officer", "/v1/interviews", json.dumps({**row, "subject_id": "nowhere"}), (404,))
    for content in RAW:
        refused(service, "officer", "/v1/interviews", content, (400, 422))
    assert untouched(service) == before


def test_bad_what_if_questions_are_refused(service: Service) -> None:
    before, row = untouched(service), whole(service)["visa_applications"]
    case = {"subject": "visa", "subject_id": row["application_id"], "records": {"visa_applications": [row]}}
    bodies: list[object] = [
        {}, [], {**case, "subject": PLANTED}, {**case, "subject": ["visa"]}, {**case, "subject_id": PLANTED}, {**case, "subject_id": [1]},
        {**case, "records": []}, {**case, "records": {PLANTED: []}}, {**case, "records": {"visa_applications": row}},
        {**case, "records": {"visa_applications": [PLANTED]}}, {**case, "records": {"visa_applications": [row, row]}},
        {**case, "records": {"visa_applications": [{**row, "sex": PLANTED}]}}, {**case, "subject": "entry"},
    ]  # fmt: skip
    for body in bodies:
        refused(service, "scientist", "/v1/score", json.dumps(body), (400, 422))
    for content in RAW:
        refused(service, "scientist", "/v1/score", content, (400, 422))
    assert untouched(service) == before


@pytest.mark.parametrize(
    ("role", "url", "statuses"),
    [
        ("auditor", f"/v1/decisions/{PLANTED}", (404,)),
        ("auditor", "/v1/decisions/00000000-0000-0000-0000-000000000000", (404,)),
        ("auditor", f"/v1/decisions/{PLANTED}/replay", (404,)),
        ("auditor", "/v1/decisions/%00", (400, 404)),
        ("auditor", "/v1/decisions/%ff/replay", (400, 404)),
        ("officer", "/v1/queue?capacity=0", (422,)),
        ("officer", "/v1/queue?capacity=-3", (422,)),
        ("officer", "/v1/queue?capacity=501", (422,)),
        ("officer", f"/v1/queue?capacity={PLANTED}", (422,)),
        ("officer", "/v1/queue?capacity=99999999999999999999", (422,)),
        ("officer", f"/v1/queue?post={PLANTED}", (403,)),
        ("auditor", "/v1/queue", (403,)),
        ("auditor", f"/v1/audit/decisions?limit={PLANTED}", (422,)),
        ("feed", "/v1/audit/decisions", (403,)),
        ("officer", "/v1/audit/decisions", (403,)),
        ("feed", f"/v1/{PLANTED}", (404,)),
        ("feed", f"/v1/records/{PLANTED}", (404, 405)),
    ],
)  # fmt: skip
def test_a_bad_question_gets_one_clear_error(service: Service, role: str, url: str, statuses: tuple[int, ...]) -> None:
    answer = service.client.get(url, headers=service.headers(role))
    assert answer.status_code in statuses, answer.text
    assert set(answer.json()["error"]) == {"code", "message", "where", "expected"}
    assert PLANTED not in answer.text


@pytest.mark.parametrize("table", ["truth", "persons", PLANTED, "records.record", "landings;"])
def test_a_table_that_is_not_one_of_the_nine_takes_nothing(service: Service, table: str) -> None:
    refused(service, "feed", f"/v1/records/{table}", "{}", (404,))


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer wrong", "Basic Zm9v", "Bearer \x7f"])
def test_without_a_valid_key_every_verb_is_closed(service: Service, given: str) -> None:
    for method, url in (
        ("POST", "/v1/visa-applications"), ("POST", "/v1/landings"), ("POST", "/v1/records/landings"), ("POST", "/v1/score"),
        ("POST", "/v1/interviews"), ("POST", "/v1/corrections"), ("GET", "/v1/queue"), ("GET", "/v1/decisions/x"),
        ("GET", "/v1/decisions/x/replay"), ("GET", "/v1/audit/decisions"), ("GET", "/v1/models"),
    ):  # fmt: skip
        answer = service.client.request(method, url, headers={"Authorization": given} if given else {})
        assert answer.status_code == 401, url
        assert answer.json()["error"]["code"] == "no_key"
