"""What would an experienced officer check? Twelve rules in plain words; their number is a ranking anybody can verify."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: it holds where any of the named features is at least a number."""

    words: str
    features: tuple[str, ...]
    least: float = 1.0


_ALWAYS = (
    Rule("an earlier interview found indications with this guarantor", ("guarantor_findings_ever_count",)),
    Rule("… or with the same guarantor's phone", ("guarantor_phone_findings_by_phone_ever_count",)),
    Rule("… or with the same introducer or place of stay", ("introducer_phone_findings_ever_count", "stay_address_findings_ever_count")),
    Rule("a person whom this guarantor sponsored went missing or overstayed", ("guarantor_missing_or_overstay_ever_count",)),
    Rule("an organiser in the Trafficking in Persons Database matches a sponsor, phone or address",
         ("watchlist_sponsor_count", "watchlist_phone_count", "watchlist_address_count", "watchlist_traveller_count")),
    Rule("two other guarantors used the guarantor's phone within a year", ("guarantor_phone_applications_guarantor_365d_count",), 2),
    Rule("somebody else applied as spouse of the same guarantor", ("guarantor_spouse_applications_person_ever_count",)),
    Rule("the introducer introduced to two other guarantors", ("introducer_phone_spouse_applications_guarantor_ever_count",), 2),
    Rule("the letter is the same as letters with two other guarantors", ("same_statement_guarantors_365d_count",), 2),
    Rule("the place of stay or the host was an adult-entertainment establishment or had a violation",
         ("stay_address_adult_establishments_ever_count", "host_actions_adverse_ever_count")),
)  # fmt: skip

RULES: dict[str, tuple[Rule, ...]] = {
    "visa": (
        *_ALWAYS,
        Rule(
            "two declared meetings before the marriage are not on record", ("declared_meetings_not_on_record_count",), 2
        ),
        Rule(
            "the guarantor's phone stood on another file of a child who had just become Japanese",
            ("guarantor_phone_applications_new_citizen_ever_count",),
        ),
    ),
    "entry": (
        *_ALWAYS,
        Rule("the travel document was found doubtful", ("doubtful_document_flag",)),
        Rule(
            "somebody else bought the onward ticket",
            ("onward_paid_by_other_flag",),
        ),
    ),
}
"""Twelve rules for each subject."""


def rules_held(values: NDArray[np.float64], catalogue: Catalogue) -> NDArray[np.bool_]:
    """Return bool[n, 12]: which rules hold; a feature that says nothing (NaN) holds none.

    Raises
    ------
    KeyError
        If a rule names a feature that the catalogue does not have.
    """
    at = {name: column for column, name in enumerate(catalogue.names)}
    held = np.zeros((len(values), len(RULES[catalogue.subject])), dtype=bool)
    for number, rule in enumerate(RULES[catalogue.subject]):
        for name in rule.features:
            # NaN compares as False, as it should
            held[:, number] |= values[:, at[name]] >= rule.least
    return held


def checklist_scores(values: NDArray[np.float64], catalogue: Catalogue) -> NDArray[np.float64]:
    """Return float64[n]: how many rules hold."""
    return rules_held(values, catalogue).sum(axis=1).astype(np.float64)
