"""A person changes the own password, and nobody else does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from features.languages import texts
from serving.auth.attempts import PER_PERSON_AND_ADDRESS
from serving.auth.people import account_named, create_person
from serving.auth.permissions import Role
from serving.store import accounts
from serving.store.transactions import EVERYTHING, Reach, transaction
from tests.serving.conftest import Service

NEW = "four plain words here"
WORDS = texts("pages.account")


@pytest.fixture(autouse=True)
def person(service: Service) -> Iterator[None]:
    """A person of a name of its own in each test, without earlier attempts."""
    with service.backend.engine.begin() as connection:
        connection.execute(text("delete from serving.attempt"))
        number = connection.execute(text("select count(*) from serving.account")).scalar_one()
        service.passwords["me"] = create_person(connection, f"me {number}", Role.SCIENTIST, []) or ""
    service.keys["me"] = f"me {number}"
    yield
    with service.backend.engine.begin() as connection:
        connection.execute(text("delete from serving.attempt"))


def signed_in(service: Service, password: str) -> dict[str, str] | None:
    form = {"name": service.keys["me"], "password": password}
    answer = service.client.post("/sign-in", data=form, follow_redirects=False)
    service.client.cookies.clear()
    return {"cookie": f"mimamori={answer.cookies['mimamori']}"} if answer.status_code == 303 else None


def change(
    service: Service, cookie: dict[str, str], present: str, new: str = NEW, again: str | None = None
) -> tuple[int, str]:
    form = {"present": present, "new": new, "again": new if again is None else again}
    answer = service.client.post("/account/password?lang=en", data=form, headers=cookie)
    return answer.status_code, answer.text


def is_open(service: Service, cookie: dict[str, str]) -> bool:
    return service.client.get("/account", headers=cookie, follow_redirects=False).status_code == 200


def test_the_new_password_opens_the_old_does_not_and_other_sessions_end(service: Service) -> None:
    old = service.passwords["me"]
    here, elsewhere = signed_in(service, old), signed_in(service, old)
    assert here is not None
    assert elsewhere is not None
    status, page = change(service, here, old)
    assert (status, WORDS["password_changed"]["en"] in page) == (200, True)
    assert (is_open(service, here), is_open(service, elsewhere)) == (True, False)
    assert signed_in(service, old) is None
    assert signed_in(service, NEW) is not None
    assert NEW not in page
    query = "select count(*) from serving.log_leaf where kind = 'account' and subject_id = :id"
    with service.backend.engine.connect() as connection:
        row = account_named(connection, service.keys["me"])
        assert row is not None
        assert connection.execute(text(query), {"id": str(row.account_id)}).scalar_one() == 2, "made, and changed"


@pytest.mark.parametrize(
    ("new", "again", "fault"),
    [("eleven-char", None, "password_length"), ("abcdefgh " * 29, None, "password_length"),
     (NEW, NEW + " ", "password_differs"), ("", "", "password_length"), ("aaaaaaaaaaaaaaaa", None, "password_plain"),
     ("PRESENT", None, "password_plain"), ("I am NAME today", None, "password_plain")],
)  # fmt: skip
def test_a_password_that_is_easy_to_guess_is_refused_and_changes_nothing(
    service: Service, new: str, again: str | None, fault: str
) -> None:
    old = service.passwords["me"]
    cookie = signed_in(service, old)
    assert cookie is not None
    new = new.replace("PRESENT", old).replace("NAME", service.keys["me"].upper())
    status, page = change(service, cookie, old, new, again)
    assert (status, WORDS[fault]["en"] in page) == (422, True)
    assert signed_in(service, old) is not None


@pytest.mark.parametrize(("new", "fault"), [("twelve-chars", None), ("a1b2c3" * 42, None), ("a1b2c3" * 43, "x")])
def test_the_limits_of_length(service: Service, new: str, fault: str | None) -> None:
    cookie = signed_in(service, service.passwords["me"])
    assert cookie is not None
    assert change(service, cookie, service.passwords["me"], new)[0] == (200 if fault is None else 422)


def test_a_stolen_session_does_not_change_the_password_and_guesses_are_limited(service: Service) -> None:
    cookie = signed_in(service, service.passwords["me"])
    assert cookie is not None
    answers = [change(service, cookie, "guess")[0] for _ in range(PER_PERSON_AND_ADDRESS + 1)]
    assert answers == [403] * PER_PERSON_AND_ADDRESS + [429]
    # from then on the right password does not help either
    assert change(service, cookie, service.passwords["me"])[0] == 429


def test_without_a_session_nothing_is_changed(service: Service) -> None:
    answer = service.client.post(
        "/account/password", data={"present": service.passwords["me"], "new": NEW, "again": NEW}, follow_redirects=False
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert signed_in(service, service.passwords["me"]) is not None


def test_the_database_lets_a_request_write_no_other_account(service: Service) -> None:
    engine = service.backend.for_requests().engine
    with service.backend.engine.connect() as connection:
        me, other = account_named(connection, service.keys["me"]), account_named(connection, "officer")
        assert me is not None
        assert other is not None
        before = accounts.password_of(connection, other.account_id)
    for reach in (Reach((), account_id=me.account_id), EVERYTHING, Reach()):
        with transaction(engine, reach) as connection:
            accounts.set_password(connection, other.account_id, "x")
    with service.backend.engine.connect() as connection:
        assert accounts.password_of(connection, other.account_id) == before
    with pytest.raises(DBAPIError, match="permission denied"), transaction(engine, EVERYTHING) as connection:
        connection.execute(text("update serving.account set posts = '{}'"))
