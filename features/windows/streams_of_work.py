"""Where did people work, and what was found there? Reports of work, and action against the establishments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from features.facts.facts import NULL_TIME
from features.windows.events import Events, Index, pick
from features.windows.joining import SPONSOR_KEYS, all_known, is_any_of, known_by_then

if TYPE_CHECKING:
    from features.windows.history import History


def jobs(history: History) -> Events:
    """Reports of work at an establishment that is on record."""
    # what the work was is known only with the establishment
    reports = history.stream("work_reports")
    return reports.where(reports.sources[1][1] >= 0)


def work_reports(history: History) -> Events:
    """Reports of work, with what kind of place it was."""
    facts, places = history.facts["employment_reports"], history.facts["establishments"]
    place = history.establishment_index.first(facts["establishment"])
    industry = pick(places["industry"], place, -1)
    return Events(
        all_known(facts["known_at"], pick(places["known_at"], place, NULL_TIME)),
        facts["occurred_at"],
        {"person": facts["person"], "passport": facts["passport"], "establishment": facts["establishment"]},
        {
            "adult": is_any_of(industry, "industry", "adult_entertainment"),
            "bar": is_any_of(industry, "industry", "bar_restaurant"),
        },
        {"establishment": facts["establishment"], "person": facts["person"]},
        (("employment_reports", np.arange(len(facts))), ("establishments", place)),
    )


def of_sponsored(history: History, name: str) -> Events:
    """Reports of work by people whose application names the same sponsor, introducer, host or address."""
    jobs, applications = history.stream(name), history.facts["visa_applications"]
    job, application = Index(applications["person"]).pairs(jobs.keys["person"])
    taken = jobs.take(job)
    return Events(
        all_known(taken.known_at, applications["known_at"][application]),
        taken.occurred_at,
        {name: applications[name][application] for name in SPONSOR_KEYS},
        taken.flags,
        taken.codes,
        (*taken.sources, ("visa_applications", application)),
    )


def actions(history: History) -> Events:
    """Action of police and labour inspectors against establishments."""
    facts, places = history.facts["establishment_actions"], history.facts["establishments"]
    place = history.establishment_index.first(facts["establishment"])
    place = known_by_then(places["known_at"], place, facts["known_at"])
    action = facts["action"]
    return Events(
        all_known(facts["known_at"], pick(places["known_at"], place, NULL_TIME)),
        facts["occurred_at"],
        {
            "establishment": facts["establishment"],
            "place_unit": pick(places["place_unit"], place),
            "phone": pick(places["phone"], place),
        },
        {
            "adverse": is_any_of(action, "action", "violation_found", "trafficking_case", "licence_suspended"),
            "trafficking": is_any_of(action, "action", "trafficking_case"),
            "clean": is_any_of(action, "action", "inspection_clean"),
        },
        {"establishment": facts["establishment"]},
        (("establishment_actions", np.arange(len(facts))), ("establishments", place)),
    )


def acted_on_jobs(history: History, name: str) -> Events:
    """Work reports joined with police or labour action against the same establishment."""
    jobs, actions = (
        history.stream(name),
        history.stream("actions").where(history.stream("actions").flags["adverse"]),
    )
    action, job = Index(jobs.codes["establishment"]).pairs(actions.keys["establishment"])
    work, acted = jobs.take(job), actions.take(action)
    return Events(
        all_known(work.known_at, acted.known_at),
        acted.occurred_at,
        work.keys,
        {**work.flags, "trafficking": acted.flags["trafficking"]},
        work.codes,
        (*acted.sources[:1], *work.sources),
    )
