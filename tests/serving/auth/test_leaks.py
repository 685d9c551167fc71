"""No route shows a role anything of another post: every role, post, route and object, with the application's filter on and off.

Every file of every post stands behind every case here, which is worse than any model can make it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Any

import pytest

import serving.decisions.evidence
from serving.auth.api_keys import add_key
from serving.auth.people import account_named, create_person
from serving.auth.permissions import PERMISSIONS, Caller, Role
from serving.auth.sessions import start_session
from tests.proof_size import cases
from tests.serving.conftest import Service
from tests.serving.decisions.test_shared_findings import application, landing, send

pytestmark = [pytest.mark.proof, pytest.mark.timeout(7000)]
POSTS = ("QQ-AAA", "QQ-BBB", "QQ-CCC")
PAIRS, SHORT = 100_000, 900
PHONE = "090-4242-4242"
CALLERS: dict[str, tuple[Role, tuple[str, ...]]] = {
    **{f"officer {post}": (Role.OFFICER, (post,)) for post in POSTS},
    "officer of two": (Role.OFFICER, POSTS[:2]), "scientist": (Role.SCIENTIST, ()), "admin": (Role.ADMIN, ()),
    "feed": (Role.FEED, ()),
}  # fmt: skip
"""All roles but the auditor, who reads everything."""


@dataclass(frozen=True)
class Object:
    """Something of a post: the id of a decision, of a record with its table, or of a request."""

    post: str
    decision_id: str
    table: str
    record_id: str
    request_id: str


class Everything:
    """A set that holds everything."""

    def __contains__(self, _: object) -> bool:
        return True


def marked(post: str) -> dict[str, Any]:
    """Return columns that only the file of a post has."""
    mark = f"Zz{post[-3:].lower()}"
    return {
        "family_name": f"{mark}family", "given_names": f"{mark}given", "passport_number": f"ZZ{mark}1".upper(),
        "home_address": f"{mark} street 1", "guarantor_name": f"{mark} guarantor", "guarantor_phone": PHONE,
        "monthly_income_jpy": income_of(post),
    }  # fmt: skip


def income_of(post: str) -> int:
    """Return a number that stands among the features of whatever takes the file into account."""
    return 731_001 + POSTS.index(post)


def tells(answer: str, post: str) -> bool:
    """Return whether an answer holds something of the files of a post."""
    return f"zz{post[-3:]}".lower() in answer.lower() or str(income_of(post)) in answer


@pytest.fixture(scope="module")
def objects(service: Service) -> list[Object]:
    with service.backend.engine.begin() as connection:
        for name, (role, posts) in CALLERS.items():
            create_person(connection, name, role, posts)
            account = account_named(connection, name)
            assert account is not None
            service.keys[name] = add_key(connection, account.account_id, "test")
    things = []
    later = {"landed_at": "2013-06-01T00:00:00Z"}
    linked = {"submitted_at": "2013-07-01T00:00:00Z", "intended_arrival_on": "2013-09-01", "guarantor_phone": PHONE}
    # the last kind sees all before it: a case of a feed at each post
    for kind in ("file", "landing", "by hand", "case"):
        for post in POSTS:
            if kind == "landing":
                mark = {name: marked(post)[name] for name in ("family_name", "given_names", "passport_number")}
                body = landing(service, f"L-{post}", post, application_id=f"A-{post}", **mark, **later)
            else:
                columns = marked(post) if kind == "file" else linked
                body = application(service, f"{kind[0].upper()}-{post}".replace("F-", "A-"), post, **columns)
            role, path = (
                (f"officer {post}" if kind == "by hand" else "feed"),
                "landings" if kind == "landing" else "visa-applications",
            )
            decision = send(service, role, path, body)
            table = path.replace("-", "_")
            things.append(Object(post, decision["decision_id"], table, decision["subject_id"], ""))
    return things


@pytest.fixture(autouse=True)
def worst(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving.decisions.evidence, "records_named", lambda _: Everything())
    for name in ("hand_entry_limits.ENTRIES_PER_DAY", "record_access.REQUESTS_PER_DAY"):
        monkeypatch.setattr(f"serving.decisions.{name}", 10**9)


@pytest.fixture
def requests(service: Service, objects: list[Object]) -> list[Object]:
    """Add to each object a request for it by an officer of the next post."""
    with_requests = []
    for thing in objects[:-3]:
        post = POSTS[(POSTS.index(thing.post) + 1) % 3]
        case = next(other for other in objects[-3:] if other.post == post)
        body = {"decision_id": case.decision_id, "table": thing.table, "id": thing.record_id, "purpose": "identity"}
        answer = service.client.post("/v1/access-requests", json=body, headers=service.headers(f"officer {post}"))
        assert answer.status_code == 201, answer.text
        with_requests.append(replace(thing, request_id=answer.json()["request_id"]))
    return [*with_requests, *(replace(thing, request_id=with_requests[0].request_id) for thing in objects[-3:])]


def body_of(
    service: Service, route: str, chance: random.Random, thing: Object, own: str, number: int
) -> dict[str, Any]:
    """Return a body that names an object in a way that an attacker would."""
    record_id = chance.choice((thing.record_id, f"{thing.record_id}@{own}", f"N-{number}"))
    place = chance.choice((own, thing.post))
    linked = {"guarantor_phone": PHONE, "submitted_at": "2013-07-02T00:00:00Z", "intended_arrival_on": "2013-09-01"}
    visa = application(service, record_id, place, **linked)
    entry = landing(service, record_id, place, application_id=f"A-{thing.post}", landed_at="2013-08-01T00:00:00Z")
    outcome = {"subject": "visa_application", "subject_id": thing.record_id, "occurred_at": "2013-08-02T00:00:00Z",
               "known_at": "2013-08-02T00:00:00Z", "arm": "referral", "finding": "no_indication"}  # fmt: skip
    return {
        "POST /v1/visa-applications": visa, "POST /v1/landings": entry, "POST /v1/interviews": outcome,
        "POST /v1/corrections": {"table": thing.table, "record": visa if thing.table == "visa_applications" else entry},
        "POST /v1/access-requests": {"decision_id": thing.decision_id, "table": thing.table, "id": thing.record_id,
                                     "purpose": chance.choice(("identity", "danger")), "urgent": False},
        "POST /v1/score": {"subject": "visa", "subject_id": thing.record_id, "records": {"visa_applications": [{**visa, "application_id": thing.record_id}]}},
    }.get(route, {"answer": "declined"})  # fmt: skip


def form_of(chance: random.Random, thing: Object) -> dict[str, str]:
    return {
        "decision": thing.decision_id, "table": thing.table, "record": thing.record_id, "purpose": "identity", "urgent": "",
        "answer": "declined", "finding": "no_indication", "reason": "duplicate", "key": "1", "session": "1",
        "present": "x", "new": chance.choice(("x", "a new password 1")), "again": "x",
    }  # fmt: skip


def send_pair(
    service: Service, chance: random.Random, route: str, name: str, thing: Object, number: int
) -> tuple[int, str]:
    method, path = route.split()
    for part, value in (("decision_id", thing.decision_id), ("table", thing.table), ("record_id:path", thing.record_id), ("request_id", thing.request_id)):  # fmt: skip
        path = path.replace(f"{{{part}}}", value)
    query = chance.choice(
        (
            "",
            f"?post={thing.post}",
            "?capacity=200",
            "?replay=true",
            f"?subject_id={thing.record_id}",
            "?lang=ja&order=due",
        )
    )
    role, posts = CALLERS[name]
    if path.startswith("/v1/"):
        body = body_of(service, route, chance, thing, chance.choice(posts or POSTS), number)
        content = {"json": body} if method == "POST" else {}
        answer = service.client.request(method, path + query, headers=service.headers(name), **content)  # type: ignore[arg-type]
    else:
        with service.backend.engine.begin() as connection:
            account = account_named(connection, name)
            assert account is not None
            token = start_session(connection, Caller(role, posts, account.account_id, name))
        content = {"data": form_of(chance, thing)} if method == "POST" else {}
        headers = {"cookie": f"mimamori={token}", "accept": chance.choice(("text/html", "*/*"))}
        answer = service.client.request(method, path + query, headers=headers, follow_redirects=False, **content)  # type: ignore[arg-type]
    return answer.status_code, answer.text + str(answer.headers)


def caller_of(chance: random.Random, route: str) -> str:
    """Return a caller; a feed sends no landing, whose decision would take the application along, as it must."""
    return chance.choice([name for name in CALLERS if (name, route) != ("feed", "POST /v1/landings")])


def attempt_all(service: Service, things: list[Object], seed: int, without: frozenset[str]) -> dict[str, int]:
    """Try pairs and return how many got an answer of each kind."""
    chance, statuses, routes = random.Random(seed), {}, sorted(set(PERMISSIONS) - without)
    for number in range(cases(PAIRS, SHORT)):
        route = routes[number % len(routes)]
        name, thing = caller_of(chance, route), chance.choice(things)
        status, answer = send_pair(service, chance, route, name, thing, number + seed * 10**7)
        leaks = [post for post in set(POSTS) - set(CALLERS[name][1]) if tells(answer, post)]
        assert not leaks, (route, name, thing, status)
        statuses[f"{status // 100}xx"] = statuses.get(f"{status // 100}xx", 0) + 1
    return statuses


UNNAMED = frozenset({"POST /v1/records/{table}"})
"""A feed's bulk verb, which names no object and shows none."""


def test_no_route_shows_a_role_anything_of_another_post(service: Service, requests: list[Object]) -> None:
    statuses = attempt_all(service, requests, 1, UNNAMED)
    assert "5xx" not in statuses
    assert min(statuses["2xx"], statuses["4xx"]) > 0
    print(f"{sum(statuses.values())} pairs, 0 leaks: {statuses}")  # noqa: T201


def test_with_the_applications_filter_off_the_database_still_shows_nothing(
    service: Service, requests: list[Object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without corrections: they write records, which no policy of the database covers (decision 0035).

    What the database refuses ends as an error that says nothing.
    """
    monkeypatch.setattr(Caller, "reaches", lambda *_: True)
    monkeypatch.setattr("serving.decisions.record_access.may_answer", lambda *_: True)
    statuses = attempt_all(service, requests, 2, UNNAMED | {"POST /v1/corrections"})
    print(f"{sum(statuses.values())} pairs with the filter off, 0 leaks: {statuses}")  # noqa: T201


def test_the_attempts_would_see_a_leak(service: Service, requests: list[Object]) -> None:
    """The own officer and the auditor are shown what the others are not, and a feed's landing takes its application along."""
    thing = requests[0]
    number = next(other.decision_id for other in requests if (other.post, other.table) == (thing.post, "landings"))
    shown = service.client.get(f"/v1/decisions/{number}", headers=service.headers(f"officer {thing.post}")).text
    assert str(income_of(thing.post)) in shown
    url = f"/v1/decisions/{thing.decision_id}/records/{thing.table}/{thing.record_id}"
    for role in (f"officer {thing.post}", "auditor"):
        assert tells(service.client.get(url, headers=service.headers(role)).text, thing.post)
