"""Which cases would a checklist select? Twelve rules in plain words; their number is a ranking that anybody can verify."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.arrays import Bools, Floats
from features.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that holds where any of the named features is at least ``minimum``."""

    condition: str
    features: tuple[str, ...]
    minimum: float = 1.0


_ALWAYS = (
    Rule("an earlier interview found indications with this guarantor", ("guarantor_findings_ever_count",)),
    Rule("… or with the same guarantor's phone", ("guarantor_phone_findings_by_phone_ever_count",)),
    Rule("… or with the same introducer or address of stay", ("introducer_phone_findings_ever_count", "stay_address_findings_ever_count")),
    Rule("a person whom this guarantor sponsored went missing or overstayed", ("guarantor_missing_or_overstay_ever_count",)),
    Rule("an organiser in the Trafficking in Persons Database matches a sponsor, phone or address",
         ("watchlist_sponsor_count", "watchlist_phone_count", "watchlist_address_count", "watchlist_traveller_count")),
    Rule("two other guarantors used the guarantor's phone within a year", ("guarantor_phone_applications_guarantor_365d_count",), 2),
    Rule("another person applied as spouse of the same guarantor", ("guarantor_spouse_applications_person_ever_count",)),
    Rule("the introducer introduced to two other guarantors", ("introducer_phone_spouse_applications_guarantor_ever_count",), 2),
    Rule("the statement is the same as statements with two other guarantors", ("same_statement_guarantors_365d_count",), 2),
    Rule("the address of stay or the host was an adult-entertainment establishment or had a violation",
         ("stay_address_adult_establishments_ever_count", "host_actions_adverse_ever_count")),
)  # fmt: skip

RULES: dict[str, tuple[Rule, ...]] = {
    "visa": (
        *_ALWAYS,
        Rule(
            "two declared meetings before the marriage are not on record", ("declared_meetings_not_on_record_count",), 2
        ),
        Rule(
            "the guarantor's phone was on another file of a child who had just become Japanese",
            ("guarantor_phone_applications_new_citizen_ever_count",),
        ),
    ),
    "entry": (
        *_ALWAYS,
        Rule("the travel document was doubtful", ("doubtful_document_flag",)),
        Rule("another person bought the onward ticket", ("onward_paid_by_other_flag",)),
    ),
}
"""Twelve rules for each subject."""


def rules_held(values: Floats, catalogue: Catalogue) -> Bools:
    """Rules that hold, bool[n, 12], for float64[n, f]; a missing value (NaN) holds none.

    Raises
    ------
    KeyError
        If a rule names a feature that the catalogue does not have.
    """
    at = {name: column for column, name in enumerate(catalogue.names)}
    columns = [
        np.any([values[:, at[name]] >= rule.minimum for name in rule.features], axis=0)
        for rule in RULES[catalogue.subject]
    ]
    return np.stack(columns, axis=1)


def checklist_scores(values: Floats, catalogue: Catalogue) -> Floats:
    """Number of rules that hold, float64[n]."""
    return rules_held(values, catalogue).sum(axis=1).astype(np.float64)
