"""Events of establishments: openings, reports of employment there, and actions against them."""

import numpy as np

from features.events.event_table import Events
from features.events.index import Index, values_at
from features.events.linked_facts import SPONSOR_KEYS, LinkedFacts, is_any_of, known_by_then, latest_of
from features.tables.times import NULL_TIME


def establishments(linked: LinkedFacts) -> Events:
    """Return establishments under their address and phone."""
    facts = linked.facts["establishments"]
    flags = {
        "adult": is_any_of(facts["industry"], "industry", "adult_entertainment"),
        "shelter": is_any_of(facts["industry"], "industry", "npo_shelter"),
    }
    return Events(
        facts["known_at"],
        facts["occurred_at"],
        {"address": facts["address"], "phone": facts["phone"]},
        flags,
        {"host": facts["id"]},
        (("establishments", np.arange(len(facts))),),
    )


def all_employment_reports(linked: LinkedFacts) -> Events:
    """Return every report of employment, with the establishment where it is on record."""
    facts, establishments = linked.facts["employment_reports"], linked.facts["establishments"]
    establishment = linked.establishment_index.first(facts["establishment"])
    industry = values_at(establishments["industry"], establishment, -1)
    return Events(
        latest_of(facts["known_at"], values_at(establishments["known_at"], establishment, NULL_TIME)),
        facts["occurred_at"],
        {"person": facts["person"], "passport": facts["passport"], "establishment": facts["establishment"]},
        {"adult": is_any_of(industry, "industry", "adult_entertainment")},
        {"establishment": facts["establishment"], "person": facts["person"]},
        (("employment_reports", np.arange(len(facts))), ("establishments", establishment)),
    )


def employment_reports(linked: LinkedFacts) -> Events:
    """Return reports of employment at an establishment on record; only this tells the kind of work."""
    reports = linked.events("all_employment_reports")
    return reports.where(reports.sources[1][1] >= 0)


def reports_of_sponsored(linked: LinkedFacts, name: str) -> Events:
    """Return employment reports of people under the sponsors, host and address that their application names."""
    reports, applications = linked.events(name), linked.facts["visa_applications"]
    report, application = Index(applications["person"]).pairs(reports.keys["person"])
    taken = reports.take(report)
    return Events(
        latest_of(taken.known_at, applications["known_at"][application]),
        taken.occurred_at,
        {key: applications[key][application] for key in SPONSOR_KEYS},
        taken.flags,
        taken.codes,
        (*taken.sources, ("visa_applications", application)),
    )


def actions(linked: LinkedFacts) -> Events:
    """Return actions of police and labour inspectors against establishments."""
    facts, establishments = linked.facts["establishment_actions"], linked.facts["establishments"]
    establishment = linked.establishment_index.first(facts["establishment"])
    establishment = known_by_then(establishments["known_at"], establishment, facts["known_at"])
    action = facts["action"]
    keys = {name: values_at(establishments[name], establishment) for name in ("address", "phone")}
    flags = {
        "adverse": is_any_of(action, "action", "violation_found", "trafficking_case", "licence_suspended"),
        "clean": is_any_of(action, "action", "inspection_clean"),
    }
    return Events(
        latest_of(facts["known_at"], values_at(establishments["known_at"], establishment, NULL_TIME)),
        facts["occurred_at"],
        {"establishment": facts["establishment"], **keys},
        flags,
        {"establishment": facts["establishment"]},
        (("establishment_actions", np.arange(len(facts))), ("establishments", establishment)),
    )


def actions_on_employers(linked: LinkedFacts, name: str) -> Events:
    """Return adverse actions against the establishments of employment reports."""
    reports, adverse = linked.events(name), linked.events("actions").with_flag("adverse")
    action, report = Index(reports.codes["establishment"]).pairs(adverse.keys["establishment"])
    work, acted = reports.take(report), adverse.take(action)
    return Events(
        latest_of(work.known_at, acted.known_at),
        acted.occurred_at,
        work.keys,
        work.flags,
        work.codes,
        (*acted.sources[:1], *work.sources),
    )
