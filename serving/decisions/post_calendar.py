"""Calendar of a post or port: its local time, and its working days between local and Japanese holidays."""

from __future__ import annotations

import datetime as dt
from functools import cache, lru_cache
from importlib import resources
from zoneinfo import ZoneInfo

import holidays

from features.tables.times import moment_of

WORKDAYS = 5
"""Monday to Friday."""
_JAPAN = "JP"
_TURN_OF_THE_YEAR = {(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)}
"""Days without work beside the public holidays: Act on Holidays of Administrative Organs, 1988."""
_ZONES = {
    "AU": "Australia/Sydney", "BR": "America/Sao_Paulo", "CA": "America/Toronto", "CD": "Africa/Kinshasa",
    "CL": "America/Santiago", "EC": "America/Guayaquil", "ES": "Europe/Madrid", "FM": "Pacific/Pohnpei",
    "KZ": "Asia/Almaty", "MN": "Asia/Ulaanbaatar", "MX": "America/Mexico_City", "NZ": "Pacific/Auckland",
    "PT": "Europe/Lisbon", "RU": "Europe/Moscow", "UA": "Europe/Kyiv", "US": "America/New_York",
    "AU-PER": "Australia/Perth", "BR-MAO": "America/Manaus", "CA-CGY": "America/Edmonton", "CA-YVR": "America/Vancouver",
    "MX-LEO": "America/Mexico_City", "RU-KHV": "Asia/Vladivostok", "RU-UUS": "Asia/Sakhalin", "RU-VVO": "Asia/Vladivostok",
    "US-CHI": "America/Chicago", "US-DEN": "America/Denver", "US-HNL": "Pacific/Honolulu", "US-HOU": "America/Chicago",
    "US-LAX": "America/Los_Angeles", "US-SEA": "America/Los_Angeles", "US-SFO": "America/Los_Angeles",
}  # fmt: skip
"""Zones of countries with several, and of their posts elsewhere; other countries have theirs from ``zone.tab``."""


def country_of(post: str | None) -> str:
    """Return the country of a post, whose code begins with it; a port has none and is in Japan."""
    code, dash, _ = (post or "").partition("-")
    return code if dash and len(code) == 2 else _JAPAN


@lru_cache(1024)
def zone_of(post: str | None) -> ZoneInfo | dt.timezone:
    """Return the time zone of a post or port; UTC for all posts together, and for a country that no list has.

    >>> str(zone_of("PH-MNL")), str(zone_of("NRT")), str(zone_of("US-LAX"))
    ('Asia/Manila', 'Asia/Tokyo', 'America/Los_Angeles')
    """
    if post is None:
        return dt.UTC
    country = country_of(post)
    name = _ZONES.get(post) or _ZONES.get(country) or _zones_by_country().get(country)
    return dt.UTC if name is None else ZoneInfo(name)


def local_day(moment_us: int, post: str | None) -> dt.date:
    """Return the day at a post of a moment, microseconds UTC; at the ends of the calendar the day in UTC."""
    moment = moment_of(moment_us)
    try:
        return moment.astimezone(zone_of(post)).date()
    except OverflowError:
        return moment.date()


@lru_cache(65536)
def is_working_day(day: dt.date, post: str | None) -> bool:
    """Return whether a post works: Monday to Friday, without the holidays of its country and of Japanese offices.

    >>> is_working_day(dt.date(2012, 12, 25), "PH-MNL"), is_working_day(dt.date(2012, 12, 25), "TH-BKK")
    (False, True)
    """
    if day.weekday() >= WORKDAYS or (day.month, day.day) in _TURN_OF_THE_YEAR:
        return False
    return not any(day in _holidays(country, day.year) for country in {country_of(post), _JAPAN})


@cache
def _holidays(country: str, year: int) -> frozenset[dt.date]:
    """Return the public holidays of a country in a year; none where the package knows none."""
    try:
        return frozenset(holidays.country_holidays(country, years=[year]))
    except NotImplementedError:
        return frozenset()


@cache
def _zones_by_country() -> dict[str, str]:
    """Return the first zone of each country in the list of the zone data."""
    lines = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return {code: zone for code, _, zone, *_ in reversed(rows)}
