"""Numbers from the person's own stays, by name."""

from collections.abc import Callable

import numpy as np

from features.arrays import Floats
from features.kernel.stays import days_between
from features.kernel.view import View
from features.tables.times import DAY_US, NULL_TIME


def _between_meeting_and_marriage(view: View) -> Floats:
    begin, end = view.cases.key("first_met_on"), view.cases.key("married_on")
    return view.stays.count(view.stays.overlapping(begin, end))


def _around_conception(view: View) -> Floats:
    birth = view.cases.key("child_birth_date")
    known = birth != NULL_TIME
    begin, end = (np.where(known, birth - days * DAY_US, NULL_TIME) for days in (300, 240))
    return np.where(known, view.stays.count(view.stays.overlapping(begin, end)), np.nan)


STAY_MEASURES: dict[str, Callable[[View], Floats]] = {
    "all": lambda view: view.stays.count(),
    "overdue": lambda view: view.stays.count(view.stays.overdue),
    "completed": lambda view: view.stays.count(view.stays.left),
    "days_in_last_365": lambda view: view.stays.days_within(365, view.cases.as_of),
    "days_since_departure": lambda view: days_between(view.stays.latest_end(), view.cases.as_of),
    "undeclared": lambda view: view.stays.count() - view.cases.number("declared_previous_stays"),
    "between_meeting_and_marriage": _between_meeting_and_marriage,
    "declared_meetings_not_on_record": lambda view: (
        view.cases.number("meetings_before_marriage") - _between_meeting_and_marriage(view)
    ),
    "around_conception": _around_conception,
}
