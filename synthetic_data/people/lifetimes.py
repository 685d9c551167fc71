"""Dates of a file within the lives they belong to: nobody holds a passport, marries or applies before being born."""

from __future__ import annotations

import numpy as np

from synthetic_data.filing.plan import Plan
from synthetic_data.people.keys import NONE, valid_date
from synthetic_data.people.names import sponsor_birth

YEAR = 365


def within_lives(plan: Plan) -> Plan:
    """Return the rows of people old enough for what they apply for, with dates that their lives allow.

    People who come again, twins and bearers of a new name take over the birth date of another row, whose other dates
    were drawn for another age.
    """
    youngest = np.where(plan["married"] == NONE, 60, 17 * YEAR)
    plan = plan.take(np.flatnonzero(plan["day"] > plan["birth"] + youngest))
    birth, day = plan["birth"], plan["day"]
    plan["passport_issued"] = valid_date(np.maximum(plan["passport_issued"], birth + 20))
    for name in ("first_meeting", "married"):
        plan[name] = np.where(plan[name] == NONE, NONE, np.maximum(plan[name], birth + 16 * YEAR))
    for name in ("child_birth", "child_citizen"):
        plan[name] = np.where(plan[name] == NONE, NONE, np.minimum(plan[name], day - 10))
    grown = sponsor_birth(plan["parent"]) + 17 * YEAR < plan["child_birth"]
    plan["parent"] = np.where(grown, plan["parent"], NONE)
    return plan
