"""Typologies of trafficking, by the codes that records use."""

from __future__ import annotations

from enum import StrEnum


class Typology(StrEnum):
    """A typology's code in ``outcomes.typology`` and in the truth of synthetic worlds."""

    T1 = "T1"
    T2 = "T2"
    T3 = "T3"
    T4 = "T4"
    T5 = "T5"
    T6 = "T6"
    T7 = "T7"
    T8 = "T8"
    T9 = "T9"
    T10 = "T10"
    T11 = "T11"
    T12 = "T12"
