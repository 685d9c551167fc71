"""Own sessions, keys and language on the page, in both languages; nobody reaches another's.

Covers: store.account_languages.
"""

from __future__ import annotations

import re

import pytest

from serving.auth.api_keys import add_key
from serving.auth.people import account_named
from serving.log.leaves import canonical, row_content
from serving.store import credentials, log_leaves, sealed_rows
from tests.serving.conftest import LABELS, Service


def cookie(service: Service, role: str) -> dict[str, str]:
    token = service.sign_in(role)
    service.client.cookies.clear()
    return {"cookie": f"mimamori={token}"}


def post(service: Service, path: str, headers: dict[str, str], **form: object) -> int:
    answer = service.client.post(f"/account/{path}", data=form, headers=headers, follow_redirects=False)
    service.client.cookies.clear()
    return answer.status_code


def account_id(service: Service, name: str) -> int:
    with service.backend.engine.connect() as connection:
        row = account_named(connection, name)
    assert row is not None
    return row.account_id


def owned_key(service: Service, name: str) -> tuple[str, int]:
    with service.backend.engine.begin() as connection:
        token = add_key(connection, account_id(service, name), "night script")
        return token, credentials.list_keys(connection, account_id(service, name))[-1].key_id


def opens(service: Service, token: str) -> bool:
    return service.client.get("/v1/models", headers={"Authorization": f"Bearer {token}"}).status_code == 200


@pytest.mark.parametrize("language", ["ja", "en"])
def test_sessions_and_keys_are_listed_in_both_languages(service: Service, language: str) -> None:
    owned_key(service, "auditor")
    page = service.client.get(f"/account?lang={language}", headers=cookie(service, "auditor")).text
    service.client.cookies.clear()
    for key in ("title_account", "sessions", "own_keys", "this", "everywhere", "rotate"):
        assert LABELS[key][language] in page
    assert "night script" in page


def test_sign_out_everywhere_ends_every_session_of_the_person_and_no_other(service: Service) -> None:
    first, second, other = cookie(service, "auditor"), cookie(service, "auditor"), cookie(service, "scientist")
    assert post(service, "sign-out-everywhere", first) == 303
    codes = [
        service.client.get("/models", headers=h, follow_redirects=False).status_code for h in (first, second, other)
    ]
    assert codes == [303, 303, 200]


def test_a_single_session_is_ended_by_its_own_person_only(service: Service) -> None:
    mine, also_mine, other = cookie(service, "auditor"), cookie(service, "auditor"), cookie(service, "scientist")
    page = service.client.get("/account", headers=mine).text
    service.client.cookies.clear()
    latest = re.findall(r'name="session" value="(\d+)"', page)[0]
    assert post(service, "sessions/end", other, session=latest) == 303
    assert service.client.get("/models", headers=also_mine).status_code == 200
    assert post(service, "sessions/end", mine, session=latest) == 303
    assert service.client.get("/models", headers=also_mine, follow_redirects=False).status_code == 303
    assert service.client.get("/models", headers=mine).status_code == 200
    # no number ends nothing
    assert post(service, "sessions/end", mine, session="x") == 303
    assert service.client.get("/models", headers=mine).status_code == 200


def test_a_key_is_rotated_and_revoked_by_its_own_person_only(service: Service) -> None:
    token, number = owned_key(service, "auditor")
    mine, other = cookie(service, "auditor"), cookie(service, "scientist")
    for path in ("keys/revoke", "keys/rotate"):
        post(service, path, other, key=number)
    assert opens(service, token)
    answer = service.client.post("/account/keys/rotate", data={"key": number}, headers=mine)
    service.client.cookies.clear()
    successor = re.search(r"mmr_[\w-]+", answer.text)
    assert successor is not None
    assert not opens(service, token)
    assert opens(service, successor[0])
    assert "mmr_" not in service.client.get("/account", headers=mine).text
    service.client.cookies.clear()
    with service.backend.engine.connect() as connection:
        number = credentials.list_keys(connection, account_id(service, "auditor"))[-1].key_id
    assert post(service, "keys/revoke", mine, key=number) == 303
    assert not opens(service, successor[0])


def test_the_language_of_an_account_opens_after_each_sign_in_and_is_sealed(service: Service) -> None:
    headers = {**cookie(service, "scientist"), "accept-language": "en"}
    assert post(service, "language", headers, language="xx") == 422
    for chosen in ("ja", "en"):
        assert post(service, "language", headers, language=chosen) == 303
        service.sign_in("scientist")
        assert service.client.cookies["lang"] == chosen
        assert f'<html lang="{chosen}"' in service.client.get("/account").text
        service.client.cookies.clear()
    with service.backend.engine.connect() as connection:
        stored = sealed_rows.rows_of(connection, "account_language", [str(account_id(service, "scientist"))])
        leaf = log_leaves.last_of(connection, "account_language", str(account_id(service, "scientist")))
    assert leaf == canonical(row_content(next(iter(stored.values()))))
