"""Commands of accounts and of keys; a password or key is printed once and stored hashed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import AbstractContextManager

import click
from sqlalchemy import Connection

from features.command_line import Problem
from features.settings import Settings
from features.tables.schema import TABLES
from serving.auth.api_keys import LIFETIME_DAYS, add_key, create_key, rotate_key
from serving.auth.names import LONGEST_NAME, name_is_usable
from serving.auth.people import account_named, create_person, disable, reset_password
from serving.auth.permissions import Role
from serving.decisions.service import open_service
from serving.store import accounts, credentials, oidc
from serving.store.accounts import AccountRow

POST = re.compile(f"{TABLES['visa_applications'].column('post').pattern}|[A-Z]{{3}}")
"""A post as in the records; ports, free text there, are IATA's three letters."""
_role_option = click.option("--role", type=click.Choice([role.value for role in Role]), required=True)


@click.group()
def account() -> None:
    """Accounts of people, who sign in to the pages."""


@account.command("create")
@click.argument("name")
@_role_option
@click.option(
    "--post", "posts", metavar="CODE", multiple=True, help="A post, e.g. PH-MNL, or port, e.g. NRT; may be repeated."
)
def create_account(name: str, role: str, posts: tuple[str, ...]) -> None:
    """Create a person's account and print its password, once."""
    _check_posts(role, posts)
    if role == Role.FEED:
        raise click.UsageError("a feed has no pages: `mimamori key create --role feed` makes its account and key")
    if not name_is_usable(name):
        raise click.UsageError(f"NAME is 1 to {LONGEST_NAME} letters, digits and . _ - + @, with single spaces between")
    with _database() as connection:
        password = create_person(connection, name, Role(role), posts)
        if password is None:
            raise Problem("this name is taken; a name is never used again, as past acts carry it")
        click.echo(password)


@account.command("list")
def list_all() -> None:
    """List accounts: name, role, posts, sessions, keys."""
    with _database() as connection:
        for row in accounts.list_accounts(connection):
            kind = "person" if row.is_person else "program"
            state = "in use" if row.disabled_at is None else f"disabled {row.disabled_at:%Y-%m-%d}"
            places = ",".join(row.posts) or "-"
            click.echo(
                f"{row.session_count} sessions, {row.key_count} keys: {row.name} ({kind}, {row.role}, {places}, {state})"
            )


@account.command("disable")
@click.argument("name")
def disable_account(name: str) -> None:
    """Close an account for good: its sessions end and its keys open nothing."""
    with _database() as connection:
        disable(connection, _account(connection, name).account_id)
    click.echo("1 account disabled")


@account.command("password")
@click.argument("name")
def change_password(name: str) -> None:
    """Give a person a new password, end their sessions and print it, once."""
    with _database() as connection:
        row = _account(connection, name)
        if row.role == Role.FEED:
            raise Problem("a feed has no password")
        click.echo(reset_password(connection, row.account_id))


@account.command("link")
@click.argument("name")
@click.argument("subject")
def link_subject(name: str, subject: str) -> None:
    """Let SUBJECT of the OpenID provider (its claim ``sub``) sign in as a person."""
    settings = Settings.from_environment()
    if settings.oidc is None:
        raise Problem("no OpenID provider is configured; see MIMAMORI_OIDC_ISSUER in docs/reference/settings.md")
    with _database() as connection:
        row = _account(connection, name)
        if row.role == Role.FEED:
            raise Problem("a feed has no pages")
        oidc.link_subject(connection, settings.oidc.issuer, subject, row.account_id)
    click.echo("1 subject linked")


@click.group()
def key() -> None:
    """API keys of people and programs."""


@key.command()
@_role_option
@click.option("--post", metavar="CODE", help="The officer's own post, e.g. PH-MNL, or port, e.g. NRT.")
@click.option(
    "--account", "owner", metavar="NAME", help="The person or program it belongs to; a new program if not given."
)
@click.option("--name", default="key", show_default=True, help="What it is for, as the lists show it.")
@click.option(
    "--days", type=click.IntRange(1, 3650), default=LIFETIME_DAYS, show_default=True, help="Days until it expires."
)
def create(role: str, post: str | None, owner: str | None, name: str, days: int) -> None:
    """Create a key and print it, once."""
    if not name_is_usable(name):
        raise click.UsageError(f"--name is 1 to {LONGEST_NAME} letters, digits and . _ - + @")
    with _database() as connection:
        if owner is None:
            _check_posts(role, [post] if post else [])
            click.echo(create_key(connection, role, post, name=name, days=days))
            return
        row = _account(connection, owner)
        if row.role != role or (post is not None and post not in row.posts):
            raise Problem("role or post is not that of the account, and a key opens what its account does")
        click.echo(add_key(connection, row.account_id, name, days))


@key.command("list")
def list_keys() -> None:
    """List keys: number, name, account, role, posts, end."""
    with _database() as connection:
        for row in credentials.list_keys(connection):
            state = (
                f"revoked {row.revoked_at:%Y-%m-%d}" if row.revoked_at
                else f"expired {row.expires_at:%Y-%m-%d}" if row.has_expired else f"until {row.expires_at:%Y-%m-%d}"
            )  # fmt: skip
            places = ",".join(row.posts) or "-"
            click.echo(f"{row.key_id}: {row.name} of {row.account} ({row.role}, {places}), {state}")


@key.command()
@click.argument("key_id", metavar="NUMBER", type=click.IntRange(1))
def rotate(key_id: int) -> None:
    """Revoke a key and print its successor, once."""
    with _database() as connection:
        token = rotate_key(connection, key_id)
        if token is None:
            raise Problem("no key in use has this number; see `mimamori key list`")
        click.echo(token)


@key.command()
@click.argument("key_id", metavar="NUMBER", type=click.IntRange(1))
def revoke(key_id: int) -> None:
    """Revoke a key at once."""
    with _database() as connection:
        if not credentials.revoke_key(connection, key_id):
            raise Problem("no key in use has this number; see `mimamori key list`")
    click.echo("1 key revoked")


def _database() -> AbstractContextManager[Connection]:
    return open_service(Settings.from_environment()).engine.begin()


def _account(connection: Connection, name: str) -> AccountRow:
    row = account_named(connection, name)
    if row is None:
        raise Problem("no account in use has this name; see `mimamori account list`")
    return row


def _check_posts(role: str, posts: Sequence[str]) -> None:
    if role == Role.OFFICER and not posts:
        raise click.UsageError("an officer needs --post")
    if not all(POST.fullmatch(post) for post in posts):
        raise click.UsageError(
            "--post is a post like PH-MNL or a port like NRT, as in the columns post and port of features/tables/schema/"
        )
