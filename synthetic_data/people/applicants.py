"""Applicants: birth date, passport, home, phone and names."""

from __future__ import annotations

import numpy as np

from features.arrays import Floats, Ints
from synthetic_data.filing.plan import Plan
from synthetic_data.filing.volumes import Status
from synthetic_data.geography.countries import draw_country, draw_female, draw_post
from synthetic_data.geography.district import District
from synthetic_data.people.keys import NONE, valid_date

PAY_FLOOR = 200_000.0
"""Yen a month: what the criteria ask of an entertainer's contract."""
# youngest and oldest usual age by status
_AGES: dict[int, tuple[int, int]] = {Status.VISITOR: (20, 66), Status.ENTERTAINER: (18, 34), Status.SPOUSE: (20, 48), Status.LONG_TERM: (18, 50), Status.INTERN: (18, 34),
         Status.TRAINEE: (18, 36), Status.STUDENT: (17, 30), Status.DEPENDENT: (16, 50), Status.COOK: (24, 52)}  # fmt: skip
_OCCUPATIONS: dict[int, tuple[int, ...]] = {Status.VISITOR: (0, 1, 2, 3, 4, 5, 6, 7), Status.ENTERTAINER: (8, 9, 10, 11), Status.SPOUSE: (0, 2, 5, 6, 12, 13, 8),
                Status.INTERN: (14, 15, 5), Status.TRAINEE: (14, 15, 5), Status.STUDENT: (6,), Status.COOK: (16,)}  # fmt: skip
TEACHER, PUPIL = 1, 6
OCCUPATIONS = ("office clerk", "teacher", "shop assistant", "engineer", "merchant", "none", "student", "retired",
               "singer", "dancer", "musician", "performer", "nurse", "waitress", "factory worker", "farmer", "cook")  # fmt: skip


def draw_people(d: District, rng: np.random.Generator, statuses: Ints, days: Ints) -> Plan:
    """Return a plan in which people seek these statuses on these days, and nothing else is said yet."""
    n = len(statuses)
    flat = d.scenario.says("flat_groups")
    plan = Plan.blank(n)
    plan["status"], plan["day"] = statuses, days
    plan["country"] = draw_country(rng, statuses, days, flat=flat)
    plan["female"] = draw_female(rng, statuses, flat=flat)
    plan["post"] = draw_post(rng, plan["country"])
    low = np.array([_AGES.get(status, (22, 58))[0] for status in range(12)])[statuses]
    high = np.array([_AGES.get(status, (22, 58))[1] for status in range(12)])[statuses]
    age = (low + (high - low) * rng.beta(1.4, 2.2, n)) * 365.25
    # seven visitors in a hundred are children travelling with parents or a school
    child = (statuses == Status.VISITOR) & (rng.random(n) < 0.07) | (statuses == Status.DEPENDENT) & (
        rng.random(n) < 0.35
    )
    plan["birth"] = valid_date(days - age.astype(np.int64))
    for name in ("person", "body", "passport", "family", "given", "home", "phone"):
        plan[name] = d.keys.take(n)
    plan["body"] = plan["person"]
    plan["passport_issued"] = valid_date(days - (rng.gamma(1.3, 700.0, n)).astype(np.int64).clip(5, 3600))
    plan["email"] = np.where(rng.random(n) < 0.35, d.keys.take(n), NONE)
    households(rng, plan)
    plan["occupation"] = _occupations(rng, statuses)
    income = _incomes(rng, statuses)
    plan["income"] = np.where(rng.random(n) < 0.7, np.round(income, -2), np.nan)
    plan["minors"] = (
        rng.random(n) < np.where(statuses == Status.LONG_TERM, 0.42, np.where(statuses == Status.SPOUSE, 0.10, 0.11))
    ).astype(np.int64)
    # a name from before a marriage, or one by which a person is also called
    plan["other_name"] = np.where(rng.random(n) < 0.03, d.keys.take(n), NONE)
    plan["former"] = np.where(rng.random(n) < 0.004, draw_country(rng, statuses, days, flat=True), NONE)
    make_minors(rng, plan, np.flatnonzero(child), 1)
    return plan


def make_minors(rng: np.random.Generator, plan: Plan, rows: Ints, youngest: int) -> None:
    """Let these people of a plan be minors, of ``youngest`` years at least: pupils without a child of their own.

    The income on their form stays: it is the household's.
    """
    age = rng.integers(youngest * 365, 18 * 365, len(rows))
    plan["birth"][rows] = valid_date(plan["day"][rows] - age)
    plan["passport_issued"][rows] = valid_date(np.maximum(plan["passport_issued"][rows], plan["birth"][rows] + 20))
    plan["occupation"][rows] = _pupils(rng, age)
    plan["minors"][rows] = 0
    for name in ("child_birth", "child_citizen", "parent"):
        plan[name][rows] = NONE


def _pupils(rng: np.random.Generator, age: Ints) -> Ints:
    return np.where((age > 6 * 365) & (rng.random(len(age)) < 0.8), PUPIL, NONE)


def young_ages(rng: np.random.Generator, days: Ints) -> Ints:
    """Return birth dates of young adults: identified women were 22 on average in 2006, wives of the Osaka case 24 to 34."""
    return valid_date(days - ((20 + 14 * rng.beta(1.2, 2.4, len(days))) * 365.25).astype(np.int64))


def _incomes(rng: np.random.Generator, statuses: Ints) -> Floats:
    """Return yen a month: what people earn at home, a trainee's allowance, or an entertainer's contract at or above the floor."""
    n = len(statuses)
    home, allowance = rng.lognormal(10.6, 0.75, n), rng.lognormal(11.1, 0.2, n)
    contract = PAY_FLOOR * np.where(rng.random(n) < 0.4, 1.0, 1.0 + rng.gamma(1.2, 0.3, n))
    out = np.where(np.isin(statuses, (Status.INTERN, Status.TRAINEE)), allowance, home)
    return np.where(statuses == Status.ENTERTAINER, contract, out)


def households(rng: np.random.Generator, plan: Plan) -> None:
    """Let families file as a group: a neighbour's home, and often phone and family name, become the same."""
    n = len(plan)
    if n < 2:
        return
    order = np.argsort(plan["day"] * 16 + plan["country"], kind="stable")
    kin = np.flatnonzero(rng.random(n - 1) < 0.12)
    first, second = order[kin], order[kin + 1]
    same = (plan["country"][first] == plan["country"][second]) & (np.abs(plan["day"][first] - plan["day"][second]) < 20)
    first, second = first[same], second[same]
    plan["home"][second] = plan["home"][first]
    called = rng.random(len(first)) < 0.6
    plan["phone"][second[called]] = plan["phone"][first[called]]
    plan["family"][second[called]] = plan["family"][first[called]]


def _occupations(rng: np.random.Generator, statuses: Ints) -> Ints:
    out = np.full(len(statuses), NONE, dtype=np.int64)
    for status in np.unique(statuses).tolist():
        rows = np.flatnonzero(statuses == status)
        out[rows] = rng.choice(_OCCUPATIONS.get(status, (0, 3, 4, 5)), len(rows))
    stage = (statuses == Status.ENTERTAINER) & (rng.random(len(statuses)) < 0.2)
    out[stage] = rng.choice((0, 2, 5), int(stage.sum()))
    return out
