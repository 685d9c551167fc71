"""Outcomes on record: interviews and identifications with arms, probabilities, findings and delays."""

from __future__ import annotations

import numpy as np

from features.arrays import Bools, Floats, Ints, Objects
from synthetic_data.detection.identification import Identified
from synthetic_data.detection.interviews import IDENTIFIED, INDICATIONS, choose, find, prejudice, suspicion
from synthetic_data.filing.forms import Columns, known
from synthetic_data.filing.plan import Plan
from synthetic_data.filing.volumes import DAY_US, END, any_moment
from synthetic_data.geography.district import District
from synthetic_data.people.keys import NONE
from synthetic_data.travel.landings import Stays

_FINDINGS = np.array(["no_indication", "inconclusive", "indications", "victim_identified"], dtype=object)
_ARMS = np.array(["targeted", "random", "referral", "later_identification"], dtype=object)
TARGETED, RANDOM, REFERRAL, LATER = range(4)


def visa_outcomes(
    d: District, plan: Plan, at: Ints, ids: Objects, *, exploited: Bools, typology: Ints, who: Identified
) -> Columns:
    """Write outcomes of visa interviews, and identifications that are recorded with the application."""
    rng = d.generator("visa outcomes")
    rows, at_random, probability = choose(
        d, "visa", log_odds=suspicion(d, plan), factor=prejudice(d, plan), posts=plan["post"], days=plan["day"],
        share=d.scenario["interview_share"],
    )  # fmt: skip
    when = at[rows] + rng.integers(1, 6 * 24, len(rows)) * 3_600_000_000 + rng.integers(0, 3600, len(rows)) * 1_000_000
    identified = np.flatnonzero((who.day != NONE) & (rng.random(len(plan)) < 0.85))
    return _table(d, rng, "visa_application", ids, rows=rows, at_random=at_random, probability=probability, when=when,
                  exploited=exploited, typology=typology, debt=plan["debt"], later=identified, later_day=who.day[identified],
                  referred=who.referred[identified])  # fmt: skip


def landing_outcomes(
    d: District, plan: Plan, stays: Stays, at: Ints, ids: Objects, *, exploited: Bools, typology: Ints, who: Identified
) -> Columns:
    """Write outcomes of examinations at landing, and identifications recorded with the landing."""
    rng = d.generator("landing outcomes")
    source = stays.source
    rows, at_random, probability = choose(
        d, "landing", log_odds=suspicion(d, plan)[source] * 0.8, factor=prejudice(d, plan.take(source)), posts=stays.landed * 0 + 900, days=stays.landed,
        share=d.scenario["landing_interview_share"],
    )  # fmt: skip
    when = at[rows] + rng.integers(600, 6 * 3600, len(rows)) * 1_000_000
    of_person = np.where(stays.again, NONE, who.day[source])
    identified = np.flatnonzero((of_person != NONE) & (rng.random(len(stays)) < 0.85))
    return _table(d, rng, "landing", ids, rows=rows, at_random=at_random, probability=probability, when=when, exploited=exploited,
                  typology=typology, debt=plan["debt"][source], later=identified, later_day=of_person[identified],
                  referred=who.referred[source[identified]])  # fmt: skip


def _table(
    d: District, rng: np.random.Generator, subject: str, ids: Objects, *, rows: Ints, at_random: Bools, probability: object,
    when: Ints, exploited: Bools, typology: Ints, debt: Floats, later: Ints, later_day: Ints, referred: Bools,
) -> Columns:  # fmt: skip
    finding = find(d, rng, exploited[rows], debt[rows])
    findings = np.concatenate([finding, np.where(rng.random(len(later)) < 0.75, IDENTIFIED, INDICATIONS)])
    row = np.concatenate([rows, later])
    arm = np.concatenate([np.where(at_random, RANDOM, TARGETED), np.where(referred, REFERRAL, LATER)])
    occurred = np.concatenate([when, any_moment(rng, later_day)])
    delay = np.where(arm <= RANDOM, rng.gamma(1.2, 3.0, len(row)), rng.gamma(1.5, 22.0, len(row)))
    known_at = occurred + (3600 + delay * 86_400).astype(np.int64) * 1_000_000
    chances = np.concatenate([np.asarray(probability, dtype=np.float64), np.full(len(later), np.nan)])
    # a finding of indications on an honest person has a typology too, as the officer believed
    believed = np.where(typology[row] > 0, typology[row], rng.integers(1, 13, len(row)))
    mistaken = rng.random(len(row)) < 0.12
    believed = np.where(mistaken, rng.integers(1, 13, len(row)), believed)
    has_typology = (findings >= INDICATIONS) & (rng.random(len(row)) < 0.9)
    names = np.array([f"T{number}" for number in range(13)], dtype=object)
    kept = np.flatnonzero(known_at < END * DAY_US)
    kept = kept[np.argsort(known_at[kept], kind="stable")]
    return {
        "subject": np.full(len(kept), subject, dtype=object),
        "subject_id": ids[row][kept],
        "occurred_at": occurred[kept],
        "known_at": known_at[kept],
        "arm": _ARMS[arm[kept]],
        "inclusion_probability": chances[kept],
        "finding": _FINDINGS[findings[kept]],
        "typology": known(names[believed[kept]], has_typology[kept]),
    }
