"""A revocation acts within a second on two worker processes."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from serving.auth.api_keys import add_key
from serving.auth.people import account_named, create_person, disable, reset_password
from serving.auth.permissions import Role
from serving.store import credentials
from tests.serving.conftest import Service
from tests.serving.processes import Process, running


def statuses(process: Process, path: str, headers: dict[str, str]) -> set[int]:
    """Return the answers to connections at once, so that both workers answer."""

    def ask(_: int) -> int:
        return httpx.get(process.url + path, headers=headers, timeout=20).status_code

    with ThreadPoolExecutor(8) as pool:
        return set(pool.map(ask, range(24)))


def test_keys_sessions_and_accounts_end_within_a_second(service: Service) -> None:
    with running(service, workers=2) as process:
        for way in ("revoked key", "disabled account", "new password"):
            with service.backend.engine.begin() as connection:
                password = create_person(connection, f"two {way}", Role.AUDITOR, [])
                account = account_named(connection, f"two {way}")
                assert account is not None
                key = {"Authorization": f"Bearer {add_key(connection, account.account_id, 'test')}"}
                number = credentials.list_keys(connection, account.account_id)[0].key_id
            signed_in = httpx.post(f"{process.url}/sign-in", data={"name": f"two {way}", "password": password or ""})
            cookie = {"cookie": f"mimamori={signed_in.cookies['mimamori']}"}
            assert statuses(process, "/v1/models", key) == {200}
            assert statuses(process, "/decisions", cookie) == {200}
            with service.backend.engine.begin() as connection:
                if way == "revoked key":
                    credentials.revoke_key(connection, number)
                elif way == "disabled account":
                    disable(connection, account.account_id)
                else:
                    reset_password(connection, account.account_id)
            ended = time.monotonic()
            after_key, after_cookie = statuses(process, "/v1/models", key), statuses(process, "/decisions", cookie)
            # every request after the revocation is refused, the first of each worker included: no second is needed
            assert after_key == ({200} if way == "new password" else {401}), way
            assert after_cookie == ({200} if way == "revoked key" else {303}), way
            assert time.monotonic() - ended < 30


@pytest.mark.parametrize("path", ["/v1/models", "/account"])
def test_without_a_key_or_session_nothing_opens(service: Service, path: str) -> None:
    assert service.client.get(path, follow_redirects=False).status_code in {303, 401}
