"""SQL of the language that an account reads the pages in; sealed at each change."""

from __future__ import annotations

from sqlalchemy import Connection, text

from serving.log.leaves import append_state


def language_of_account(connection: Connection, account_id: int) -> str | None:
    """Return the language that an account has chosen; None for none."""
    query = text("select language from serving.account_language where account_id = :id")
    language: str | None = connection.execute(query, {"id": account_id}).scalar()
    return language


def set_language(connection: Connection, account_id: int, language: str) -> None:
    """Store the language of an account and seal it in the log."""
    query = text(
        "insert into serving.account_language (account_id, language) values (:id, :language) "
        "on conflict (account_id) do update set language = excluded.language, chosen_at = clock_timestamp()"
    )
    connection.execute(query, {"id": account_id, "language": language})
    append_state(connection, "account_language", [account_id])
