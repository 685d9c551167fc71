"""A record of another post opens by a request that this post grants, or at once with an alarm and a review.

Covers: decisions.evidence, store.access_requests, api.access_requests, pages.access_requests, web.alarm_banner.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

import serving.decisions.evidence
from features.tables import Records
from serving.auth.api_keys import add_key
from serving.auth.people import account_named, create_person
from serving.auth.permissions import ALL_POSTS, OFFICER, OWN_POST, Caller, Role, Scope
from serving.decisions.record_access import REQUESTS_PER_DAY, URGENT_PER_DAY, may_answer
from serving.log.verification import verify_log
from serving.store import access_requests
from serving.store.transactions import Reach, transaction
from tests.serving.conftest import LABELS, Pattern, Service, own_service
from tests.serving.decisions.test_shared_findings import ELSEWHERE, PLANTED, SECRETS, application, send

FILE = ("visa_applications", "A-KEPT")


@pytest.fixture
def cases(service: Service) -> dict[str, Any]:
    """A file of the officer's post, and cases elsewhere that share its guarantor's number: of a feed and by hand."""
    send(service, "feed", "visa-applications", application(service, FILE[1], **PLANTED))
    shared = {"guarantor_phone": PLANTED["guarantor_phone"], "submitted_at": "2013-07-01T00:00:00Z", "intended_arrival_on": "2013-09-01"}  # fmt: skip
    by_feed = send(service, "feed", "visa-applications", application(service, "A-WISH", ELSEWHERE, **shared))
    by_hand = send(service, "elsewhere", "visa-applications", application(service, "A-MADE-UP", ELSEWHERE, **shared))
    with service.backend.engine.begin() as connection:
        for name, role, posts in (("colleague", Role.OFFICER, [ELSEWHERE]), ("third", Role.OFFICER, ["YY-YYY"])):
            service.passwords[name] = create_person(connection, name, role, posts) or ""
            account = account_named(connection, name)
            assert account is not None
            service.keys[name] = add_key(connection, account.account_id, "test")
    return {"feed": by_feed["decision_id"], "hand": by_hand["decision_id"]}


@pytest.fixture(autouse=True)
def behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the file stand behind a reason of every case: which records do is up to the model."""
    monkeypatch.setattr(serving.decisions.evidence, "records_named", lambda _: {FILE})


@pytest.fixture
def service(world: Records, pattern: Pattern, tmp_path: Path) -> Iterator[Service]:
    """A service for each test: requests of a person are counted by the day."""
    with own_service(world, pattern, tmp_path / "service") as service:
        yield service


def wish(case: str, **changed: Any) -> dict[str, Any]:
    return {"decision_id": case, "table": FILE[0], "id": FILE[1], "purpose": "protection", **changed}


def post(service: Service, role: str, path: str, body: dict[str, Any], status: int = 201) -> dict[str, Any]:
    answer = service.client.post(path, json=body, headers=service.headers(role))
    assert answer.status_code == status, answer.text
    return answer.json()  # type: ignore[no-any-return]


def request(service: Service, case: str, role: str = "elsewhere", **changed: Any) -> str:
    return str(post(service, role, "/v1/access-requests", wish(case, **changed))["request_id"])


def urgently(service: Service, case: str, role: str = "elsewhere") -> str:
    return request(service, case, role, purpose="danger", urgent=True)


def answer(service: Service, role: str, request_id: str, given: str, status: int = 200) -> dict[str, Any]:
    return post(service, role, f"/v1/access-requests/{request_id}/answer", {"answer": given}, status)


def opens(service: Service, case: str, role: str = "elsewhere") -> bool:
    """Return whether the file opens over HTTP; page and verb agree."""
    url = f"/v1/decisions/{case}/records/{'/'.join(FILE)}"
    given = service.client.get(url, headers=service.headers(role))
    assert given.status_code == 200, given.text
    if "record" not in given.json():
        assert set(given.json()) == {"table", "id", "card"}
        assert not any(secret in given.text for secret in SECRETS)
        return False
    assert given.json()["record"]["passport_number"] == PLANTED["passport_number"]
    assert "nationality" not in given.json()["record"]
    return True


def page(service: Service, role: str, url: str) -> str:
    cookie = {"cookie": f"mimamori={service.sign_in(role)}"}
    service.client.cookies.clear()
    given = service.client.get(f"{url}?lang=en", headers=cookie)
    assert given.status_code == 200
    return given.text


def test_a_grant_opens_the_record_for_the_officer_and_for_nobody_else_of_the_post(
    service: Service, cases: dict[str, Any]
) -> None:
    number = request(service, cases["feed"])
    assert not opens(service, cases["feed"])
    granted = answer(service, "officer", number, "granted")
    assert (granted["answer"], granted["in_force"]) == ("granted", True)
    assert opens(service, cases["feed"])
    assert not opens(service, cases["feed"], "colleague")
    # the keeper learns who requests, and not about which case
    assert "decision_id" not in granted


def test_a_grant_ends_by_itself(service: Service, cases: dict[str, Any]) -> None:
    answer(service, "officer", request(service, cases["feed"]), "granted")
    with service.backend.engine.begin() as connection:
        connection.execute(text("set local session_replication_role = replica"))
        connection.execute(text("update serving.access_answer set expires_at = now()"))
    assert not opens(service, cases["feed"])


def test_a_declined_request_opens_nothing_and_an_answer_is_final(service: Service, cases: dict[str, Any]) -> None:
    number = request(service, cases["feed"])
    answer(service, "officer", number, "declined")
    assert not opens(service, cases["feed"])
    assert answer(service, "officer", number, "granted", 409)["error"]["code"] == "answered"
    assert not opens(service, cases["feed"])


@pytest.mark.parametrize("role", ["elsewhere", "colleague", "third", "auditor"])
def test_only_another_officer_of_the_records_post_grants(service: Service, cases: dict[str, Any], role: str) -> None:
    number = request(service, cases["feed"])
    assert answer(service, role, number, "granted", 404)["error"]["code"] == "request"
    assert answer(service, role, "00000000-0000-4000-8000-00000000dead", "granted", 404)["error"]["code"] == "request"
    assert not opens(service, cases["feed"])


def test_an_urgent_opening_acts_at_once_and_alarms_the_other_post_and_auditors(
    service: Service, cases: dict[str, Any]
) -> None:
    urgently(service, cases["feed"])
    assert opens(service, cases["feed"])
    assert not opens(service, cases["feed"], "colleague")
    alarm = LABELS["alarm_urgent"]["en"].format(n=1)
    assert alarm in page(service, "officer", "/queue")
    assert alarm in page(service, "auditor", "/models")
    assert alarm not in page(service, "third", "/queue")
    assert alarm not in page(service, "elsewhere", "/queue")
    assert LABELS["urgent_help"]["en"] not in page(service, "third", "/requests")


@pytest.mark.parametrize("reviewer", ["officer", "auditor"])
@pytest.mark.parametrize(("verdict", "stays"), [("justified", True), ("unjustified", False)])
def test_a_review_ends_the_alarm_and_an_unjustified_opening(
    service: Service, cases: dict[str, Any], reviewer: str, verdict: str, stays: bool
) -> None:
    number = urgently(service, cases["feed"])
    for role, given, status in (("elsewhere", verdict, 404), ("third", verdict, 404), (reviewer, "granted", 422)):
        answer(service, role, number, given, status)
    answer(service, reviewer, number, verdict)
    assert opens(service, cases["feed"]) == stays
    assert LABELS["alarm_urgent"]["en"].format(n=1) not in page(service, reviewer, "/queue")


def test_an_entry_by_hand_opens_nothing_at_once(service: Service, cases: dict[str, Any]) -> None:
    body = wish(cases["hand"], purpose="danger", urgent=True)
    assert post(service, "elsewhere", "/v1/access-requests", body, 403)["error"]["code"] == "hand_entry"
    assert not opens(service, cases["hand"])
    answer(service, "officer", request(service, cases["hand"]), "granted")
    assert opens(service, cases["hand"])


def test_a_correction_by_an_officer_opens_no_more_than_an_entry_by_hand(
    service: Service, cases: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A feed's case that an officer corrects until it names a file is as good as invented; what it named before is not."""
    dates = {"submitted_at": "2013-07-01T00:00:00Z", "intended_arrival_on": "2013-09-01"}
    plain = application(service, "A-BENT", ELSEWHERE, **dates)
    send(service, "feed", "visa-applications", plain)
    outcome = {"outcome_id": "O-KEPT", "subject": "visa_application", "subject_id": FILE[1], "arm": "referral",
               "finding": "indications", "occurred_at": "2013-02-03T00:00:00Z", "known_at": "2013-02-03T00:00:00Z"}  # fmt: skip
    answer_of_feed = service.client.post("/v1/records/outcomes", json=outcome, headers=service.headers("feed"))
    assert answer_of_feed.status_code in {201, 409}
    corrected = {"table": "visa_applications", "record": {**plain, "guarantor_phone": PLANTED["guarantor_phone"]}}
    bent = post(service, "elsewhere", "/v1/corrections", corrected)["decision"]["decision_id"]
    # the version of the feed named nothing
    monkeypatch.setattr(
        serving.decisions.evidence, "records_named", lambda shown: {FILE} if shown["decision_id"] == bent else set()
    )
    body = wish(bent, purpose="danger", urgent=True)
    assert post(service, "elsewhere", "/v1/access-requests", body, 403)["error"]["code"] == "hand_entry"
    assert card(service, bent)["after"] == []
    # the version of the feed named the file already
    monkeypatch.setattr(serving.decisions.evidence, "records_named", lambda _: {FILE})
    assert card(service, bent)["after"] != []
    urgently(service, bent)
    assert opens(service, bent)


def card(service: Service, case: str) -> dict[str, Any]:
    url = f"/v1/decisions/{case}/records/{'/'.join(FILE)}"
    return service.client.get(url, headers=service.headers("elsewhere")).json()["card"]  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("changed", "status"),
    [({"purpose": "curiosity"}, 422), ({"purpose": "danger"}, 422), ({"urgent": "yes"}, 422), ({"id": "A-NOBODY"}, 404),
     ({"table": "x"}, 404), ({"decision_id": "x"}, 404), ({"id": 7}, 422)],
)  # fmt: skip
def test_what_cannot_be_requested_is_refused(
    service: Service, cases: dict[str, Any], changed: dict[str, Any], status: int
) -> None:
    post(service, "elsewhere", "/v1/access-requests", wish(cases["feed"], **changed), status)


def test_another_posts_case_and_one_that_nobody_has_get_the_same_answer(
    service: Service, cases: dict[str, Any]
) -> None:
    answers = [
        post(service, "third", "/v1/access-requests", wish(name), 404)
        for name in (cases["feed"], "00000000-0000-4000-8000-00000000dead")
    ]
    assert answers[0] == answers[1]


def test_an_own_record_needs_no_request(service: Service, cases: dict[str, Any]) -> None:
    own = send(service, "feed", "visa-applications", application(service, "A-OWN-WISH"))
    post(service, "officer", "/v1/access-requests", wish(own["decision_id"]), 404)


def test_the_same_request_is_stored_once_and_a_day_has_a_limit(service: Service, cases: dict[str, Any]) -> None:
    first = request(service, cases["feed"])
    assert request(service, cases["feed"]) == first
    assert urgently(service, cases["feed"]) == urgently(service, cases["feed"])
    insert = (
        "insert into serving.access_request (request_id, account_id, from_post, decision_id, record_table, record_id, post, "
        "purpose, is_urgent, expires_at) select gen_random_uuid(), account_id, from_post, decision_id, record_table, 'other', "
        "post, purpose, is_urgent, expires_at from serving.access_request, generate_series(1, :n) where is_urgent = :urgent"
    )
    with service.backend.engine.begin() as connection:
        for urgent, count in ((False, REQUESTS_PER_DAY), (True, URGENT_PER_DAY)):
            connection.execute(text(insert), {"n": count, "urgent": urgent})
    answer(service, "officer", first, "declined")
    with service.backend.engine.begin() as connection:
        connection.execute(text("set local session_replication_role = replica"))
        connection.execute(text("update serving.access_request set expires_at = now() where is_urgent"))
    for body in (wish(cases["feed"]), wish(cases["feed"], purpose="danger", urgent=True)):
        assert post(service, "elsewhere", "/v1/access-requests", body, 429)["error"]["code"] == "limit"


def test_lists_show_own_requests_and_those_to_the_own_post(service: Service, cases: dict[str, Any]) -> None:
    number = request(service, cases["feed"])
    seen = {}
    for role in ("elsewhere", "officer", "third", "colleague", "auditor"):
        rows = service.client.get("/v1/access-requests", headers=service.headers(role)).json()["requests"]
        seen[role] = [row["request_id"] for row in rows]
        assert all(("decision_id" in row) == (role in {"elsewhere", "auditor"}) for row in rows)
    assert seen == {"elsewhere": [number], "officer": [number], "third": [], "colleague": [], "auditor": [number]}


def test_the_pages_carry_a_request_from_the_card_to_the_record(service: Service, cases: dict[str, Any]) -> None:
    url = f"/cases/{cases['feed']}/records/{'/'.join(FILE)}"
    people = {role: {"cookie": f"mimamori={service.sign_in(role)}"} for role in ("elsewhere", "officer")}
    service.client.cookies.clear()
    card = service.client.get(f"{url}?lang=en", headers=people["elsewhere"]).text
    assert LABELS["request"]["en"] in card
    assert LABELS["open_now"]["en"] in card
    form = {"decision": cases["feed"], "table": FILE[0], "record": FILE[1], "purpose": "identity", "urgent": ""}
    sent = service.client.post("/requests", data=form, headers=people["elsewhere"], follow_redirects=False)
    assert (sent.status_code, sent.headers["location"]) == (303, url)
    assert LABELS["state_waiting"]["en"] in service.client.get(f"{url}?lang=en", headers=people["elsewhere"]).text
    listed = service.client.get("/requests?lang=en", headers=people["officer"]).text
    assert "check who the person is" in listed
    assert LABELS["alarm_requests"]["en"].format(n=1) in listed
    number = listed.split('action="/requests/')[1].split("/")[0]
    answered = service.client.post(f"/requests/{number}/answer", data={"answer": "granted"}, headers=people["officer"], follow_redirects=False)  # fmt: skip
    assert answered.status_code == 303
    opened = service.client.get(f"{url}?lang=en", headers=people["elsewhere"]).text
    assert PLANTED["passport_number"] in opened
    assert "It is open for you alone until" in opened


def test_each_reading_by_a_grant_is_logged_with_its_purpose(service: Service, cases: dict[str, Any]) -> None:
    urgently(service, cases["feed"])
    opens(service, cases["feed"])
    query = "select view, purpose, fields, record_id from serving.reading order by reading_id desc limit 1"
    with service.backend.engine.connect() as connection:
        view, purpose, columns, record_id = connection.execute(text(query)).one()
    assert (view, purpose, record_id) == ("urgent_record", "danger", FILE[1])
    assert "passport_number" in columns


def test_requests_and_answers_are_sealed(service: Service, cases: dict[str, Any]) -> None:
    number = request(service, cases["feed"])
    answer(service, "officer", number, "granted")
    kinds = "select kind from serving.log_leaf where subject_id = :id order by position"
    with service.backend.engine.connect() as connection:
        assert list(connection.execute(text(kinds), {"id": number}).scalars()) == ["access_request", "access_answer"]
        assert not [fault for fault in verify_log(connection) if fault.kind.startswith("access")]


@pytest.mark.parametrize("switched_off", [False, True])
def test_the_database_itself_lets_nobody_grant_or_read_for_others(
    service: Service, cases: dict[str, Any], monkeypatch: pytest.MonkeyPatch, switched_off: bool
) -> None:
    number = request(service, cases["feed"])
    if switched_off:
        monkeypatch.setattr(Caller, "reaches", lambda *_: True)
        monkeypatch.setattr("serving.decisions.record_access.may_answer", lambda *_: True)
    for role in ("elsewhere", "colleague", "third", "auditor"):
        given = service.client.post(
            f"/v1/access-requests/{number}/answer", json={"answer": "granted"}, headers=service.headers(role)
        )
        assert given.status_code in {404, 500}
        assert service.client.get("/v1/access-requests", headers=service.headers(role)).json()["requests"] == [] or (
            role in {"elsewhere", "auditor"}
        )
    assert not opens(service, cases["feed"])


def test_nobody_acts_in_anothers_name(service: Service, cases: dict[str, Any]) -> None:
    number = request(service, cases["feed"])
    engine = service.backend.for_requests().engine
    own = service.world["visa_applications"].column("post")[-1].as_py()
    with service.backend.engine.connect() as connection:
        officer = account_named(connection, "officer")
        third = account_named(connection, "third")
    assert officer is not None
    assert third is not None
    for reach, account in (
        (Reach((own,), account_id=officer.account_id), third.account_id),
        (Reach(("YY-YYY",), account_id=third.account_id), third.account_id),
        (Reach(all_posts=True, account_id=third.account_id), third.account_id),
    ):
        with pytest.raises(DBAPIError, match="row-level security"), transaction(engine, reach) as connection:
            access_requests.insert_answer(connection, number, account, "granted", 1)
    with transaction(engine, Reach((own,), account_id=officer.account_id)) as connection:
        assert access_requests.insert_answer(connection, number, officer.account_id, "granted", 1)
    caller = Caller(Role.OFFICER, (own,), officer.account_id, "officer", Scope.OWN_POST)
    assert replace(caller, scope=Scope.NO_CASES).reach == Reach((), account_id=officer.account_id)


@pytest.mark.parametrize(
    ("account_id", "scope", "is_urgent", "answers"),
    [
        (2, OWN_POST, False, True), (2, OWN_POST, True, True), (2, ALL_POSTS, True, True),
        # an auditor grants nothing, and nobody answers an own request, though the posts of the account be both
        (2, ALL_POSTS, False, False), (1, OWN_POST, False, False), (1, OWN_POST, True, False), (1, ALL_POSTS, True, False),
    ],
)  # fmt: skip
def test_who_answers_a_request(account_id: int, scope: Scope, is_urgent: bool, answers: bool) -> None:
    now = dt.datetime(2012, 12, 31, tzinfo=dt.UTC)
    request = access_requests.AccessRequest(
        "R", 1, "asker", "CN-SHA", "D", "visa_applications", "A", "VN-HAN", "danger", is_urgent, now, None, None, None, False
    )  # fmt: skip
    assert may_answer(Caller(OFFICER, ("CN-SHA", "VN-HAN"), account_id, "x", scope), request) is answers
