"""How is a column written down? Short forms that give each its kind, its use and its link."""

from __future__ import annotations

from features.tables.description import Column, Kind, Link, Use


def text(name: str, use: Use = Use.PLAIN, *, null: bool = False, pattern: str | None = None) -> Column:
    """Return a column of texts."""
    return Column(name, Kind.TEXT, use, null, pattern=pattern)


def link(name: str, by: Link, *, null: bool = True, audit: bool = False) -> Column:
    """Return a column that says which records belong together, after normalisation."""
    kind = Kind.DATE if by is Link.BIRTH_DATE else Kind.TEXT
    pattern = "[0-9a-fA-F]{16}" if by is Link.LETTER else None
    return Column(name, kind, Use.AUDIT_AND_LINK if audit else Use.LINK, null, link=by, pattern=pattern)


def one_of(name: str, allowed: tuple[str, ...], use: Use = Use.FEATURE, *, null: bool = False) -> Column:
    """Return a column of words from a list."""
    return Column(name, Kind.CATEGORY, use, null, allowed=allowed)


def number(
    name: str, kind: Kind, *, null: bool = False, minimum: float | None = 0, maximum: float | None = None
) -> Column:
    """Return a column of amounts or counts, from 0 up if nothing else is said."""
    return Column(name, kind, Use.FEATURE, null, minimum=minimum, maximum=maximum)


def time(name: str, *, null: bool = False) -> Column:
    """Return a column of moments."""
    return Column(name, Kind.TIMESTAMP, Use.FEATURE, null)


def date(name: str, *, null: bool = False) -> Column:
    """Return a column of days."""
    return Column(name, Kind.DATE, Use.FEATURE, null)


def nationality(name: str, *, null: bool = False) -> Column:
    """Return a column of ISO 3166 alpha-3 codes, for audit only."""
    return text(name, Use.AUDIT, null=null, pattern="[A-Z]{3}")
