"""Typing slips: a character doubled, left out or exchanged; day and month exchanged."""

from __future__ import annotations

import numpy as np

from features.arrays import Ints, Objects
from synthetic_data.people.keys import NONE

_SWAPS = {"l": "r", "r": "l", "b": "v", "v": "b", "i": "y", "0": "O", "1": "7", "5": "6", "3": "8", "n": "m"}


def slip(rng: np.random.Generator, texts: Objects, share: float) -> Objects:
    """Return the texts with slips in a share of them."""
    hit = np.flatnonzero(rng.random(len(texts)) < share)
    out = texts.copy()
    where, kinds = rng.random(len(hit)), rng.integers(0, 3, len(hit))
    for row, at, kind in zip(hit.tolist(), where.tolist(), kinds.tolist(), strict=True):
        text = out[row]
        if text is None or len(text) < 4:
            continue
        position = 1 + int(at * (len(text) - 2))
        character = text[position]
        if kind == 0:
            text = text[:position] + _SWAPS.get(character.lower(), character) + text[position + 1 :]
        elif kind == 1:
            text = text[: position - 1] + character + text[position - 1] + text[position + 1 :]
        elif character.isalpha():
            text = text[:position] + character + text[position:]
        out[row] = text
    return out


def swap_day_and_month(rng: np.random.Generator, days: Ints, share: float) -> Ints:
    """Return dates of which a share has day and month exchanged, where that gives a date."""
    out = days.copy()
    rows = np.flatnonzero((rng.random(len(days)) < share) & (days != NONE))
    for row in rows.tolist():
        date = np.datetime64(int(days[row]), "D").item()
        if date.day <= 12:
            out[row] = (date.replace(day=date.month, month=date.day) - np.datetime64(0, "D").item()).days
    return np.where((out == NONE) & (days != NONE), days, out)
