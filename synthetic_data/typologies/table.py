"""Table of typologies: a row of data each, with the behaviour that its file defines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from features.tables.typology import Typology
from synthetic_data.filing.volumes import Status
from synthetic_data.geography.establishments import ADULT, BAR, BUILDING, CARE, FACTORY, FARM, OTHER_INDUSTRY, SCHOOL
from synthetic_data.typologies.acknowledgement import acknowledged
from synthetic_data.typologies.entertainers import entertainers
from synthetic_data.typologies.forged_documents import forged_papers
from synthetic_data.typologies.groups import Members
from synthetic_data.typologies.impersonation import impersonation
from synthetic_data.typologies.men_at_work import men_at_work
from synthetic_data.typologies.minors import minors
from synthetic_data.typologies.mothers import mothers
from synthetic_data.typologies.organisers import organise
from synthetic_data.typologies.sham_marriage import sham_marriage
from synthetic_data.typologies.spouses_at_work import spouse_at_work
from synthetic_data.typologies.trainees import trainees
from synthetic_data.typologies.transit import transit

EVEN = (1.3, 1.0, 1.0, 1.0, 1.0, 1.0, 0.95, 0.95, 0.8, 0.3)
STAGE = (3.0, 2.6, 0.8, 0.4, 0.35, 0.35, 0.3, 0.3, 0.2, 0.1)
MARRIAGE = (1.1, 0.6, 1.4, 1.6, 1.4, 1.1, 0.8, 0.7, 0.5, 0.2)
CHILDREN = (0.8, 0.5, 0.5, 0.5, 0.5, 0.8, 1.3, 1.0, 0.7, 0.2)
"""Relative number of groups that begin in each year 2003 … 2012; displaced from the stage into marriage after 2005."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A typology.

    Attributes
    ----------
    share
        Of all exploited, widened to men, labour and children, so that each route is as frequent among the exploited as
        among all: else the status sought, and so which fields are empty, would give them away.
    share_in_life
        As if detection were blind: of 42 victims of 2007, 24 were entertainers and 6 on a short stay; of 16 of 2012, 9 spouses.
    statuses
        Status sought, with its probability.
    industries
        Of the establishments around which groups form.
    years
        Relative number of groups that begin in each year.
    stay_days
        Range of days after which people run away.
    volume
        Status whose volume the people follow over the years, if any.
    """

    behaviour: Callable[[Members], None]
    share: float
    share_in_life: float
    statuses: tuple[tuple[Status, float], ...]
    industries: tuple[int, ...] = (ADULT, BAR)
    years: tuple[float, ...] = EVEN
    stay_days: tuple[int, int] = (60, 300)
    volume: Status | None = None


_S = Status
_CHILD_STATUSES = ((_S.LONG_TERM, 0.4), (_S.VISITOR, 0.6))
TABLE: dict[int, Row] = {
    1: Row(behaviour=sham_marriage, share=0.055, share_in_life=0.18, statuses=((_S.SPOUSE, 1.0),), years=MARRIAGE),
    2: Row(behaviour=impersonation, share=0.115, share_in_life=0.05,
           statuses=((_S.VISITOR, 0.85), (_S.SPOUSE, 0.07), (_S.DEPENDENT, 0.08))),
    3: Row(behaviour=mothers, share=0.024, share_in_life=0.03, statuses=_CHILD_STATUSES,
           industries=(CARE, BAR, ADULT, FACTORY), years=CHILDREN),
    4: Row(behaviour=acknowledged, share=0.024, share_in_life=0.02, statuses=_CHILD_STATUSES,
           industries=(BAR, FACTORY, OTHER_INDUSTRY), years=CHILDREN),
    5: Row(behaviour=entertainers, share=0.075, share_in_life=0.45, statuses=((_S.ENTERTAINER, 1.0),),
           industries=(ADULT, ADULT, BAR), years=STAGE, volume=_S.ENTERTAINER),
    6: Row(behaviour=minors, share=0.11, share_in_life=0.06, statuses=((_S.VISITOR, 0.92), (_S.DEPENDENT, 0.08)),
           industries=(ADULT, BAR, OTHER_INDUSTRY)),
    # trainees with debts run away after half a year to fourteen months
    7: Row(behaviour=trainees, share=0.115, share_in_life=0.03, statuses=((_S.TRAINEE, 0.72), (_S.STUDENT, 0.28)),
           industries=(FACTORY, FACTORY, FARM, BUILDING), stay_days=(180, 425)),
    8: Row(behaviour=transit, share=0.13, share_in_life=0.02, statuses=((_S.VISITOR, 1.0),), industries=(OTHER_INDUSTRY,)),
    9: Row(behaviour=forged_papers, share=0.09, share_in_life=0.03, industries=(FACTORY, BAR, SCHOOL),
           statuses=((_S.VISITOR, 0.66), (_S.STUDENT, 0.16), (_S.ENGINEER, 0.18))),
    10: Row(behaviour=spouse_at_work, share=0.03, share_in_life=0.09, statuses=((_S.SPOUSE, 1.0),), years=MARRIAGE),
    11: Row(behaviour=men_at_work, share=0.09, share_in_life=0.02, industries=(BAR, BUILDING, FACTORY),
            statuses=((_S.COOK, 0.18), (_S.VISITOR, 0.5), (_S.DESIGNATED, 0.12), (_S.TRAINEE, 0.2))),
    12: Row(behaviour=organise, share=0.142, share_in_life=0.02,
            statuses=((_S.VISITOR, 0.68), (_S.SPOUSE, 0.05), (_S.STUDENT, 0.12), (_S.ENTERTAINER, 0.05),
                      (_S.DEPENDENT, 0.05), (_S.LONG_TERM, 0.05))),
}  # fmt: skip
"""Row by number: T1 is row 1."""
CODES = dict(zip(TABLE, Typology, strict=True))
SHARES = {number: row.share for number, row in TABLE.items()}
SHARES_IN_LIFE = {number: row.share_in_life for number, row in TABLE.items()}
