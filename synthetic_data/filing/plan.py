"""Plans of applications before a form is filled: intentions as columns of numbers, one row each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from features.arrays import Bools, Ints
from synthetic_data.people.keys import NONE

Column = NDArray[np.generic]

# name: (value when nothing is said, type). Keys of people, phones, addresses, statements are int64, -1 for none; dates are days.
FIELDS: dict[str, tuple[float, str]] = {
    # who, when, for what
    "day": (0, "i8"), "status": (0, "i8"), "country": (0, "i8"), "post": (0, "i8"), "female": (0, "?"), "birth": (0, "i8"),
    "person": (NONE, "i8"), "body": (NONE, "i8"), "passport": (NONE, "i8"), "passport_issued": (0, "i8"),
    "family": (NONE, "i8"), "given": (NONE, "i8"), "other_name": (NONE, "i8"), "former": (NONE, "i8"),
    "home": (NONE, "i8"), "phone": (NONE, "i8"), "email": (NONE, "i8"), "occupation": (NONE, "i8"), "income": (np.nan, "f8"),
    # by whom, with whose help
    "lodged": (0, "i8"), "agency": (NONE, "i8"), "payer": (0, "i8"), "statement": (NONE, "i8"), "host": (NONE, "i8"),
    "guarantor": (NONE, "i8"), "guarantor_phone": (NONE, "i8"), "guarantor_home": (NONE, "i8"), "relation": (NONE, "i8"),
    "inviter": (NONE, "i8"), "inviter_phone": (NONE, "i8"), "inviter_home": (NONE, "i8"),
    "introducer": (NONE, "i8"), "introducer_phone": (NONE, "i8"),
    # the stay
    "coe": (NONE, "i8"), "coe_day": (NONE, "i8"), "lead": (30, "i8"), "stay_days": (15, "i8"), "stay": (NONE, "i8"),
    "stay_phone": (NONE, "i8"), "declared_slip": (0, "i8"),
    # marriage and children
    "married": (NONE, "i8"), "first_meeting": (NONE, "i8"), "abroad": (0, "?"), "meetings": (0, "i8"), "language": (0, "i8"),
    "earlier_spouses": (0, "i8"), "cohabit": (1, "?"), "minors": (0, "i8"), "child_birth": (NONE, "i8"),
    "child_citizen": (NONE, "i8"), "parent": (NONE, "i8"),
    # what will happen after landing: probabilities and places
    "comes": (0.92, "f8"), "party": (NONE, "i8"), "booking_phone": (NONE, "i8"), "gone": (0.006, "f8"),
    "missing": (0.3, "f8"), "flees_after": (NONE, "i8"), "moves": (0.05, "f8"), "move_to": (NONE, "i8"), "move_after": (120, "i8"),
    "filed_by": (NONE, "i8"), "workplace": (NONE, "i8"), "work_reported": (0.0, "f8"), "divorce": (0.0, "f8"), "extends": (0.0, "f8"),
    "doubt": (0.01, "f8"), "forged": (0.0, "f8"), "leaves_early": (0.0, "f8"), "onward": (0, "?"), "onward_payer": (0, "i8"),
    # what nobody sees
    "debt": (0.0, "f8"), "kind": (0, "i8"), "exploited": (0, "?"), "typology": (0, "i8"), "ring": (NONE, "i8"), "cluster": (NONE, "i8"),
}  # fmt: skip


class Plan:
    """n intended applications; ``plan["guarantor"]`` is one array of n values."""

    __slots__ = ("columns",)

    def __init__(self, columns: Mapping[str, NDArray]) -> None:  # type: ignore[type-arg]
        self.columns = dict(columns)

    @classmethod
    def blank(cls, n: int) -> Plan:
        """Return n rows in which nothing is said yet."""
        return cls({name: np.full(n, value, dtype=kind) for name, (value, kind) in FIELDS.items()})

    def __len__(self) -> int:
        return len(self.columns["day"])

    def __getitem__(self, name: str) -> NDArray:  # type: ignore[type-arg]
        return self.columns[name]

    def __setitem__(self, name: str, values: object) -> None:
        self.columns[name][:] = values

    def take(self, rows: Ints) -> Plan:
        """Return these rows, as a copy."""
        return Plan({name: values[rows] for name, values in self.columns.items()})


def concatenate(plans: Sequence[Plan]) -> Plan:
    """Put plans below one another."""
    return Plan({name: np.concatenate([plan[name] for plan in plans]) for name in FIELDS})


def inviter_is_guarantor(plan: Plan) -> Bools:
    """Return bool[n]: where the inviter is the guarantor."""
    return (plan["inviter"] == plan["guarantor"]) & (plan["inviter"] != NONE)


def stays_with_guarantor(plan: Plan) -> Bools:
    """Return bool[n]: who will stay at the guarantor's."""
    return (plan["stay"] == plan["guarantor_home"]) & (plan["stay"] != NONE)


def copy_guarantor_to_inviter(plan: Plan, rows: Bools) -> None:
    """Let the inviter of these rows be whoever the guarantor is now."""
    for name in ("", "_phone", "_home"):
        plan[f"inviter{name}"][rows] = plan[f"guarantor{name}"][rows]
