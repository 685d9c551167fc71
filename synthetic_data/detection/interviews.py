"""Choice of interviews, by officers and at random, and their findings; officers see the form, have habits and limited hours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.arrays import Bools, Floats, Ints
from synthetic_data.detection.sampling import PROBABILITY_LIMIT, draw, numbered, within_capacity
from synthetic_data.filing.form_codes import Payer, Relation
from synthetic_data.filing.plan import Plan
from synthetic_data.filing.volumes import Status, day
from synthetic_data.geography.countries import INDEX
from synthetic_data.geography.district import District
from synthetic_data.people.keys import chance

NO_INDICATION, INCONCLUSIVE, INDICATIONS, IDENTIFIED = range(4)


@dataclass(slots=True)
class Interviews:
    """k interviews: rows of the subject, whether sampled at random, inclusion probability, and the finding."""

    row: Ints
    random: Bools
    probability: Floats
    finding: Ints


def suspicion(d: District, plan: Plan) -> Floats:
    """Return float64[n]: the log-odds by which officers of a post prefer a file, from what they can see.

    Each post has its own habits: it gives more or less weight to third-party payers, sponsors who are no kin, quick or
    wordless marriages, stage work, fresh passports and empty fields.
    """
    gap = np.abs(plan["birth"] - (plan["first_meeting"] - 45 * 365)) / 365.0
    spouse = plan["status"] == Status.SPOUSE
    signs = (
        np.isin(plan["payer"], (Payer.SPONSOR, Payer.AGENCY, Payer.UNKNOWN)),
        np.isin(plan["relation"], (Relation.FRIEND, Relation.OTHER)),
        spouse & (plan["language"] == 0),
        spouse & (gap > 15),
        (plan["occupation"] >= 8) & (plan["occupation"] <= 11),
        plan["day"] - plan["passport_issued"] < 90,
        np.isnan(plan["income"]),
    )
    strength = d.scenario["habit_strength"]
    value = np.zeros(len(plan))
    for number, sign in enumerate(signs):
        habit = 2.0 * chance(plan["post"], 600 + number)
        value += strength * habit * sign * 0.6
    return value


def prejudice(d: District, plan: Plan) -> Floats:
    """Return float64[n], 1 on average: factor by which all posts prefer files of one nationality and sex."""
    preferred = (plan["country"] == INDEX["PHL"]) & plan["female"]
    factor = np.exp(d.scenario["bias_strength"] * preferred)
    return factor / factor.mean() if len(factor) else factor


def choose(
    d: District, name: str, *, log_odds: Floats, factor: Floats, posts: Ints, days: Ints, share: float
) -> tuple[Ints, Bools, Floats]:
    """Choose who is interviewed: first at random among all files, then by the officers among the rest.

    Parameters
    ----------
    log_odds, factor, posts, days
        Of n files: the officers' preference within a post and over all posts, where and when.
    share
        Of the files, that officers have hours for.

    Returns
    -------
    rows, by_lot, probability
        Of those chosen. The inclusion probability is that of the random sample, or of the officers' choice outside it.
    """
    rng = d.generator(f"interviews {name}")
    groups = numbered(posts * 1000 + days // 30)
    lottery = np.where(days >= day(d.scenario.whole("random_from_year")), d.scenario["random_share"], 0.0)
    # posts differ in the share of hours they give to the random sample
    lottery *= 0.6 + 0.8 * chance(posts, 640)
    at_random = draw(rng, lottery, groups) & (lottery > 0)
    wanted = np.clip(within_capacity(np.exp(log_odds), groups, share) * factor, 0.0, PROBABILITY_LIMIT)
    aimed = draw(rng, wanted, groups) & ~at_random
    rows = np.flatnonzero(at_random | aimed)
    probability = np.where(at_random[rows], lottery[rows], wanted[rows] * (1.0 - lottery[rows]))
    return rows, at_random[rows], probability


def find(d: District, rng: np.random.Generator, exploited: Bools, debt: Floats) -> Ints:
    """Return int64[n]: what interviews of these people record, with errors both ways; whoever owes much tells less."""
    low, high = d.scenario["debt_low_yen"], d.scenario["debt_high_yen"]
    burden = np.where(debt > 0, (debt - low) / max(high - low, 1.0), 0.5)
    n, disclosure = len(exploited), d.scenario["disclosure"] * (1.3 - 0.6 * burden)
    u, v = rng.random(n), rng.random(n)
    honest = np.where(u < d.scenario["false_indication"], INDICATIONS, np.where(u > 0.955, INCONCLUSIVE, NO_INDICATION))
    silent = np.where(u > 0.8, INCONCLUSIVE, NO_INDICATION)
    disclosed = np.where(u < 0.35, IDENTIFIED, INDICATIONS)
    return np.where(exploited, np.where(v < disclosure, disclosed, silent), honest).astype(np.int64)
