"""How does a comparison of two times read? What a typology is, and what a change of unit looks like, in words."""

from __future__ import annotations

TYPOLOGIES = {
    "T1": "sham marriage for placement",
    "T2": "another person's identity",
    "T3": "mother of a child with Japanese nationality",
    "T4": "false acknowledgement of a child",
    "T5": "entertainer route",
    "T6": "exploitation of a child",
    "T7": "abuse of trainees, interns or students",
    "T8": "transit to a third country",
    "T9": "forged or fraudulently obtained documents",
    "T10": "adult entertainment after entry as a spouse",
    "T11": "labour exploitation of men",
    "T12": "brokers and organisers",
}
"""As the pages word them; a test compares the two."""
SLIPS = {
    "thousand": "a thousand times as much, or as little: perhaps thousands for ones",
    "hundred": "a hundred times as much, or as little: perhaps per cent for shares",
    "ten": "ten times as much, or as little: perhaps a digit lost or added",
    "months and years": "twelve times as much, or as little: perhaps months for years",
    "days and years": "365 times as much, or as little: perhaps days for years",
}
"""What a median that moved by a whole unit suggests, by the names of `training.drift.stability.SLIPS`."""


def typology(code: str) -> str:
    """Return a typology by code and in words.

    >>> typology("T11")
    'T11 (labour exploitation of men)'
    """
    return f"{code} ({TYPOLOGIES[code]})" if code in TYPOLOGIES else code


def number_of(count: int, noun: str) -> str:
    """Return a number with its noun.

    >>> number_of(1, "alarm"), number_of(2, "alarm")
    ('1 alarm', '2 alarms')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
