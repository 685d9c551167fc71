"""Which fields were typed wrongly? A letter doubled, left out or exchanged; day and month exchanged."""

from __future__ import annotations

import numpy as np

from synthetic_data.people.keys import NONE, Ints, Texts

_SWAPS = {"l": "r", "r": "l", "b": "v", "v": "b", "i": "y", "0": "O", "1": "7", "5": "6", "3": "8", "n": "m"}


def slip(rng: np.random.Generator, texts: Texts, share: float) -> Texts:
    """Return the texts with slips in a share of them."""
    hit = np.flatnonzero(rng.random(len(texts)) < share)
    out = texts.copy()
    where, how = rng.random(len(hit)), rng.integers(0, 3, len(hit))
    for row, at, kind in zip(hit.tolist(), where.tolist(), how.tolist(), strict=True):
        text = out[row]
        if text is None or len(text) < 4:
            continue
        place = 1 + int(at * (len(text) - 2))
        letter = text[place]
        if kind == 0:
            text = text[:place] + _SWAPS.get(letter.lower(), letter) + text[place + 1 :]
        elif kind == 1:
            text = text[: place - 1] + letter + text[place - 1] + text[place + 1 :]
        elif letter.isalpha():
            text = text[:place] + letter + text[place:]
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
