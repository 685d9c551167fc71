"""Builders of features: each adds the sentences to a name and a measure.

``events`` are events by name, or those with a flag: ``applications``, ``applications.spouse``. ``key`` is their key,
``case_key`` the case's own key where it has another name. ``days`` is the trailing window, all time if not given.
"""

from dataclasses import replace

from features.catalogue.feature import Feature
from features.catalogue.measures import Burst, Count, DaysSince, Distinct, Measure, OtherBearers, PerCapacity, Share
from features.catalogue.sentences import Sentences, composed, events_text, question, window_text
from features.kernel.query import EventQuery
from features.languages import text

RAISES, LOWERS = 1, -1
"""Monotone constraints: a larger value may never lower, or never raise, the score."""


def _feature(name: str, family: str, sentences: Sentences, measure: Measure, monotone: int = 0) -> Feature:
    meaning, reason = sentences
    return Feature(name, family, meaning, reason, question(family), monotone, measure)


def _query(events: str, key: str, days: int | None = None, case_key: str | None = None) -> EventQuery:
    name, _, flag = events.partition(".")
    return EventQuery(name, key, case_key or key, days, flag or None)


def count(*, name: str, family: str, events: str, key: str, case_key: str | None = None, days: int | None = None,
          monotone: int = 0) -> Feature:  # fmt: skip
    """Number of events under a key of the case."""
    under = text("catalogue.keys", case_key or key)
    sentences = composed("count", key=under, events=events_text(events), window=window_text(days))
    return _feature(name, family, sentences, Count(_query(events, key, days, case_key)), monotone)


def distinct(*, name: str, family: str, events: str, key: str, code: str, case_key: str | None = None,
             days: int | None = None, monotone: int = 0) -> Feature:  # fmt: skip
    """Number of distinct codes, other than the case's own, of events under a key of the case."""
    sentences = composed(
        "distinct", key=text("catalogue.keys", case_key or key), events=events_text(events), window=window_text(days),
        code=text("catalogue.codes", code), counter=text("catalogue.code_counters", code),
    )  # fmt: skip
    return _feature(name, family, sentences, Distinct(_query(events, key, days, case_key), code), monotone)


def other_bearers(*, name: str, family: str, events: str) -> Feature:
    """Number of persons under the case's passport other than the case's own, by birth date and compatible name."""
    plain = distinct(name=name, family=family, events=events, key="passport", code="person")
    return replace(plain, measure=OtherBearers(_query(events, "passport"), "person"))


def days_since(*, name: str, family: str, events: str, key: str, first: bool = False, monotone: int = 0) -> Feature:
    """Days since the latest (or first) event under a key of the case."""
    pattern = "first" if first else "latest"
    sentences = composed(pattern, key=text("catalogue.keys", key), events=events_text(events))
    return _feature(name, family, sentences, DaysSince(_query(events, key), first), monotone)


def share(*, name: str, family: str, events: str, key: str, days: int | None = None, monotone: int = 0) -> Feature:
    """Share of the events under a key that have the flag."""
    whole = events.partition(".")[0]
    sentences = composed(
        "share", key=text("catalogue.keys", key), part=events_text(events), events=events_text(whole),
        window=window_text(days),
    )  # fmt: skip
    return _feature(name, family, sentences, Share(_query(events, key, days), _query(whole, key, days)), monotone)


def burst(*, name: str, family: str, events: str, key: str) -> Feature:
    """Last month's events under a key against the monthly average of a year."""
    sentences = composed("burst", key=text("catalogue.keys", key), events=events_text(events))
    return _feature(name, family, sentences, Burst(_query(events, key, 30), _query(events, key, 365)))


def per_capacity(*, name: str, family: str, events: str, days: int) -> Feature:
    """Persons invited by the host for each place of it."""
    sentences = composed("per_capacity", events=events_text(events), window=window_text(days))
    return _feature(name, family, sentences, PerCapacity(_query(events, "host", days), "person"))


def single(*, name: str, family: str, measure: Measure, counted: str | None = None, meaning: str | None = None,
           monotone: int = 0) -> Feature:  # fmt: skip
    """Feature with a meaning of its own.

    Parameters
    ----------
    counted
        Key of ``catalogue.counters``: what the number counts; the unit if not given.
    meaning
        Key of ``catalogue.meanings``; the name if not given.
    """
    unit = name.rpartition("_")[2]
    own, counter = text("catalogue.meanings", meaning or name), text("catalogue.counters", counted or unit)
    sentences = composed("flag" if unit == "flag" else "single", own=own, counter=counter)
    return _feature(name, family, sentences, measure, monotone)
