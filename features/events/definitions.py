"""All events by name."""

from collections.abc import Callable

from features.events import employment_events as employment
from features.events import residence_events as residence
from features.events.application_events import applications
from features.events.event_table import Events
from features.events.landing_events import landings
from features.events.linked_facts import ADDRESSES, PHONES, LinkedFacts

EVENTS: dict[str, Callable[[LinkedFacts], Events]] = {
    "applications": applications,
    "applications_by_phone": lambda linked: linked.events("applications").under_any(PHONES, "phone"),
    "applications_by_address": lambda linked: linked.events("applications").under_any(ADDRESSES, "address"),
    "spouse_applications": lambda linked: linked.events("applications").with_flag("spouse"),
    "child_applications": lambda linked: linked.events("applications").with_flag("child"),
    "landings": landings,
    "departures": residence.departures,
    "residence_events": residence.residence_events,
    "findings": residence.findings,
    "findings_by_phone": lambda linked: linked.events("findings").under_any(PHONES, "phone"),
    "all_employment_reports": employment.all_employment_reports,
    "employment_reports": employment.employment_reports,
    "all_employment_reports_of_sponsored": lambda linked: employment.reports_of_sponsored(
        linked, "all_employment_reports"
    ),
    "employment_reports_of_sponsored": lambda linked: employment.reports_of_sponsored(linked, "employment_reports"),
    "actions": employment.actions,
    "actions_on_employers": lambda linked: employment.actions_on_employers(linked, "employment_reports"),
    "actions_on_employers_of_sponsored": lambda linked: employment.actions_on_employers(
        linked, "employment_reports_of_sponsored"
    ),
    "establishments": employment.establishments,
}
