"""SQL of sign-in at an OpenID provider: begun sign-ins, each used once, and the subjects that accounts belong to."""

from __future__ import annotations

from sqlalchemy import Connection, text

from serving.store.accounts import ACCOUNT_COLUMNS, AccountRow, account_of


def insert_start(connection: Connection, state_hash: bytes, nonce: str, verifier: str, minutes: int) -> None:
    """Store a begun sign-in and delete those that are too old."""
    old = "delete from serving.oidc_start where started_at < clock_timestamp() - make_interval(mins => :minutes)"
    connection.execute(text(old), {"minutes": minutes})
    connection.execute(
        text("insert into serving.oidc_start (state_hash, nonce, verifier) values (:state, :nonce, :verifier)"),
        {"state": state_hash, "nonce": nonce, "verifier": verifier},
    )


def take_start(connection: Connection, state_hash: bytes, minutes: int) -> tuple[str, str] | None:
    """Delete a begun sign-in and return its (nonce, verifier); None if there is none, or it is too old."""
    query = text(
        "delete from serving.oidc_start where state_hash = :state "
        "returning nonce, verifier, started_at > clock_timestamp() - make_interval(mins => :minutes)"
    )
    row = connection.execute(query, {"state": state_hash, "minutes": minutes}).first()
    return (row[0], row[1]) if row is not None and row[2] else None


def link_subject(connection: Connection, issuer: str, subject: str, account_id: int) -> None:
    """Let a provider's subject open an account, in place of another account."""
    query = text(
        "insert into serving.oidc_subject values (:issuer, :subject, :account) "
        "on conflict (issuer, subject) do update set account_id = :account"
    )
    connection.execute(query, {"issuer": issuer, "subject": subject, "account": account_id})


def subject_account(connection: Connection, issuer: str, subject: str) -> AccountRow | None:
    """Return the account of a provider's subject; None if there is none, or it is disabled."""
    query = text(
        f"select {ACCOUNT_COLUMNS} from serving.oidc_subject s join serving.account a using (account_id) "
        "where s.issuer = :issuer and s.subject = :subject and a.disabled_at is null"
    )
    row = connection.execute(query, {"issuer": issuer, "subject": subject}).first()
    return None if row is None else account_of(row)
