"""Codes of the form's answers: who pays, how sponsor and applicant are related, who lodges; as in the nine tables."""

from __future__ import annotations

from enum import IntEnum


class Payer(IntEnum):
    """Who pays for the journey."""

    SELF, FAMILY, SPONSOR, AGENCY, EMPLOYER, UNKNOWN = range(6)


class Relation(IntEnum):
    """What the guarantor is to the applicant."""

    SPOUSE, PARENT, CHILD, RELATIVE, EMPLOYER, FRIEND, AGENCY, ORGANISATION, OTHER = range(9)


class Lodger(IntEnum):
    """Who lodges the application."""

    APPLICANT, AGENCY, SPONSOR, OTHER = range(4)
