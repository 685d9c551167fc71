"""Who applies, for what, and through whom? Honest people and honest hubs, and hidden among them the rings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.tables.nine_tables import STATUSES
from synthetic_data.vocabulary import COUNTRIES, phone_numbers

Ints = NDArray[np.int64]
DAY_US = 86_400_000_000
START_US, END_US = 1_041_379_200_000_000, 1_356_998_400_000_000  # 2003-01-01, 2013-01-01
VISITOR, ENTERTAINER, SPOUSE, LONG_TERM, INTERN, TRAINEE, STUDENT, DEPENDENT, COOK = range(9)
SHARES = (0.62, 0.07, 0.08, 0.03, 0.04, 0.06, 0.06, 0.02, 0.02)
STATUS_OF_TYPOLOGY = (
    SPOUSE,
    VISITOR,
    LONG_TERM,
    LONG_TERM,
    ENTERTAINER,
    VISITOR,
    TRAINEE,
    VISITOR,
    VISITOR,
    SPOUSE,
    COOK,
    SPOUSE,
)


@dataclass(slots=True)
class People:
    """N applications as numbers; each array has one value per application.

    Attributes
    ----------
    person, guarantor, introducer, agency, host, home, stay, letter
        Numbers of the people, places and texts behind it, -1 for none; equal numbers are the same thing.
    ring, typology
        The ring behind it, -1 for honest ones, and its typology 1 to 12.
    """

    at: Ints
    country: Ints
    status: Ints
    person: Ints
    guarantor: Ints
    phone: Ints
    introducer: Ints
    agency: Ints
    host: Ints
    stay: Ints
    letter: Ints
    own_phone: Ints
    minor: NDArray[np.bool_]
    ring: Ints
    typology: Ints


def honest_people(rng: np.random.Generator, n: int, establishments: int) -> People:
    """Draw honest applications: households, agencies with many clients, dormitories, matchmakers, schools."""
    span = END_US - START_US
    at = START_US + np.sort((rng.beta(1.3, 1.0, n) * span).astype(np.int64))
    status = rng.choice(len(SHARES), n, p=np.array(SHARES) / sum(SHARES))
    # after the criteria of 2005-06 most entertainers no longer come
    late = (status == ENTERTAINER) & (at > START_US + int(2.5 * 365 * DAY_US)) & (rng.random(n) < 0.6)
    status[late] = VISITOR
    weights = np.array([country[2] for country in COUNTRIES])
    person = rng.integers(0, int(n * 0.85), n)
    country = rng.choice(len(COUNTRIES), int(n * 0.85), p=weights / weights.sum())[person]
    guarantor = rng.integers(0, int(n * 0.55), n)
    # extended families, employers and clubs invite again and again
    busy = rng.random(n) < 0.3
    guarantor[busy] = (rng.zipf(1.7, busy.sum()) * 7919) % max(int(n * 0.05), 1)
    phones = phone_numbers(rng, int(n * 0.55) + 1)
    introducer = np.where((status == SPOUSE) & (rng.random(n) < 0.55), rng.integers(0, max(n // 400, 3), n), -1)
    agency = np.where(rng.random(n) < 0.6, np.minimum(rng.zipf(1.6, n), max(n // 40, 5)), -1)
    works = np.isin(status, (ENTERTAINER, INTERN, TRAINEE, STUDENT, COOK))
    host = np.where(works, rng.integers(0, establishments, n), -1)
    stay = rng.integers(0, 60_000_000, int(n * 0.55) + 1)[guarantor]
    housed = works & (rng.random(n) < 0.6)
    stay[housed] = 900_000 + host[housed] * 11
    template = np.where(agency >= 0, agency, 1_000_000 + np.arange(n))
    return People(
        at, country, status, person, guarantor, phones[guarantor], introducer, agency, host, stay, template,
        phone_numbers(rng, int(n * 0.85) + 1)[person], rng.random(n) < 0.03,
        np.full(n, -1), np.zeros(n, dtype=np.int64),
    )  # fmt: skip


def plant_rings(rng: np.random.Generator, people: People, exploited: int, clubs: Ints) -> None:
    """Turn some applications into those that rings arrange, typology by typology.

    Each ring has a broker with one to three phones, two to six guarantors in rotation, one introducer, one letter, one
    to three clubs, and a shared address, and places 4 to 15 people over one to three years.
    """
    n = len(people.at)
    free = np.ones(n, dtype=bool)
    ring, done = 0, 0
    while done < exploited:
        typology = ring % 12 + 1
        size = min(int(rng.integers(4, 16)), max(exploited - done, 4))
        begin = int(rng.integers(0, max(int(n * 0.9), 1)))
        end = int(np.searchsorted(people.at, people.at[begin] + int(rng.integers(365, 1095)) * DAY_US))
        candidates = np.flatnonzero(free[begin:end]) + begin
        if len(candidates) < size:
            size = len(candidates)
        rows = np.sort(rng.choice(candidates, size, replace=False))
        free[rows] = False
        base = 50_000_000 + ring * 100
        brokers = phone_numbers(rng, int(rng.integers(1, 4)))
        people.status[rows] = STATUS_OF_TYPOLOGY[typology - 1]
        people.ring[rows], people.typology[rows] = ring, typology
        people.country[rows] = rng.integers(1, len(COUNTRIES))
        people.person[rows] = base + np.arange(size)
        people.guarantor[rows] = base + rng.integers(0, int(rng.integers(2, 7)), size)
        people.phone[rows] = rng.choice(brokers, size)
        hidden = rng.random(size) < (0.75 if typology == 12 else 0.3)
        people.phone[rows[hidden]] = phone_numbers(rng, int(hidden.sum()))
        people.introducer[rows] = base if STATUS_OF_TYPOLOGY[typology - 1] == SPOUSE else -1
        people.letter[rows] = np.where(rng.random(size) < 0.7, 30_000_000 + ring, people.letter[rows])
        people.stay[rows] = np.where(rng.random(size) < 0.5, 40_000_000 + ring * 7, people.stay[rows])
        people.host[rows] = rng.choice(clubs, size) if typology in {5, 7, 11} else -1
        people.minor[rows] = typology == 6
        ring += 1
        done += size


STATUS_NAMES = np.array(STATUSES[:9], dtype=object)
