"""Acts of an officer on the queue: take the next case, keep or give back, pass over, put off, bring back."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection

from serving.auth.permissions import Caller
from serving.decisions.capacity import begin_of, week_of
from serving.decisions.desk_clock import queued_since, stands
from serving.decisions.post_calendar import zone_of
from serving.decisions.random_arm import Chooser, week_is_full
from serving.decisions.service import DecisionService
from serving.refusals import Refusal
from serving.store import interview_plans, queue_acts
from serving.store.decisions import Decision
from serving.store.queue_acts import HAND, HOLDS, Place, QueueAct
from serving.store.transactions import in_transaction, lock_until_commit

HOLD = dt.timedelta(minutes=60)
"""Time after which a case at hand is free for others: an interview, and its preparation. Keeping it begins anew."""
PASSED_OVER = dt.timedelta(hours=12)
"""Time for which "take the next case" does not give a case again to whoever passed it over: a shift."""
LONGEST_SNOOZE_DAYS = 14
SKIP_REASONS = ("acquaintance", "language", "training", "absent", "papers")
"""Why an officer passes a case over; none says anything about the person's credibility."""


def take_next(service: DecisionService, caller: Caller, post: str) -> tuple[str, str] | None:
    """Put the first free case of a post into the caller's hands and return its (subject, subject id); None without.

    Whoever was given a case before and still has it gets that one: an officer has one at a time from the queue.

    Raises `Refusal` 409 where the interview hours of the week are used up.
    """

    def work(connection: Connection) -> tuple[str, str] | None:
        lock_queue(connection, caller, post)
        taken = [place for place in queue_acts.at_hand(connection, caller.account_id) if place.act == "take"]
        if taken:
            return taken[0].subject, taken[0].subject_id
        case = _next_case(connection, service, caller, post)
        if case is not None:
            queue_acts.insert(connection, *case, caller.account_id, QueueAct("take", until=_now() + HOLD))
        return case

    return in_transaction(service.engine, work, caller.reach)


def _next_case(connection: Connection, service: DecisionService, caller: Caller, post: str) -> tuple[str, str] | None:
    week = week_of(post)
    plan = interview_plans.plan_of(connection, post, week)
    if plan is not None and week_is_full(connection, post, plan, begin_of(week, post)):
        raise Refusal(
            409, "full", "the interview hours of this week are used up", expected="more hours, or a case opened by hand"
        )
    since = queued_since(service.now(connection), service.models.settings)
    return Chooser(connection, post, caller.account_id, since).next_case(plan, week)


def give_back_all(service: DecisionService, caller: Caller) -> int:
    """Give back every case at the caller's hand, as at the end of a shift, and return how many there were."""

    def work(connection: Connection) -> int:
        held = [place for place in queue_acts.at_hand(connection, caller.account_id) if place.act in HOLDS]
        for place in held:
            queue_acts.insert(connection, place.subject, place.subject_id, caller.account_id, QueueAct("release"))
        return len(held)

    return in_transaction(service.engine, work, caller.reach)


def act_on_case(
    service: DecisionService, caller: Caller, decision: Decision, act: str, *, reason: str = "", day: str = ""
) -> None:
    """Do an act on the case of a decision.

    Parameters
    ----------
    act
        ``open`` (also to keep it), ``release``, ``skip``, ``snooze`` or ``restore``.
    reason, day
        One of `SKIP_REASONS` for ``skip``; the day on which the case comes back, at its post, for ``snooze``.

    Raises `Refusal` 422 for another act, reason or day; 409 for a case that another account has at hand, or that does not wait.
    """

    def work(connection: Connection) -> None:
        lock_queue(connection, caller, str(decision.post))
        place = queue_acts.place_of(connection, decision.subject, decision.subject_id)
        if act == "restore" and place is None:
            if queue_acts.closing_reason(connection, decision.subject, decision.subject_id) is None:
                raise not_waiting()
        else:
            require_free(place, caller)
        stored = (
            _opening(connection, caller, decision, place) if act == "open"
            else _act(connection, service, place, decision.post, act, reason, day)
        )  # fmt: skip
        queue_acts.insert(connection, decision.subject, decision.subject_id, caller.account_id, stored)

    in_transaction(service.engine, work, caller.reach)


def require_free(place: Place | None, caller: Caller) -> None:
    """Raise `Refusal` 409 for a case that does not wait, or that another account has at hand."""
    if place is None:
        raise not_waiting()
    if place.is_held_from(caller.account_id, _now()):
        raise Refusal(409, "held", "another officer has this case at hand", expected="a case that nobody has at hand")


def not_waiting() -> Refusal:
    """Return the refusal of an act on a case that is not in the queue."""
    return Refusal(409, "not_waiting", "this case does not wait in the queue", expected="a case of the queue")


def snooze_days(now: dt.datetime, place: Place, post: str | None, service: DecisionService) -> tuple[dt.date, dt.date]:
    """Return the first and the last day to which a case may be put off: it must come back before its days run out."""
    today = now.astimezone(zone_of(post)).date()
    last = today + dt.timedelta(days=LONGEST_SNOOZE_DAYS)
    if not stands(service.models.settings):
        end = place.arrived_at + dt.timedelta(days=service.models.settings.queue_days - 1)
        last = min(last, end.astimezone(zone_of(post)).date())
    return today + dt.timedelta(days=1), last


def _opening(connection: Connection, caller: Caller, decision: Decision, place: Place | None) -> QueueAct:
    """Return the hold of a case; one that the queue gave stays so when it is taken up again, or accepted from a colleague."""
    act, account_id = queue_acts.last_hold(connection, decision.subject, decision.subject_id) or ("open", None)
    is_handed = place is not None and place.act == HAND and place.is_held(_now())
    kept = act if is_handed or account_id == caller.account_id else "open"
    return QueueAct(kept, until=_now() + HOLD)


def _act(
    connection: Connection,
    service: DecisionService,
    place: Place | None,
    post: str | None,
    act: str,
    reason: str,
    day: str,
) -> QueueAct:
    if act in {"release", "restore"}:
        return QueueAct(act)
    if act == "skip" and reason in SKIP_REASONS:
        return QueueAct(act, reason, _now() + PASSED_OVER)
    if act == "snooze" and place is not None:
        return QueueAct(act, None, _wakes_at(service.now(connection), place, post, service, day))
    raise Refusal(422, "act", "no such act, or its reason is missing", expected="open release skip snooze restore")


def _wakes_at(now: dt.datetime, place: Place, post: str | None, service: DecisionService, day: str) -> dt.datetime:
    """Return when a day begins at a post; days pass on the machine's clock, also where that of the desk stands."""
    first, last = snooze_days(now, place, post, service)
    try:
        chosen = dt.date.fromisoformat(day)
    except ValueError:
        chosen = dt.date.min
    if not first <= chosen <= last:
        raise Refusal(
            422, "day", "the case cannot be put off to this day", where=["day"], expected=f"{first} to {last}"
        )
    return _now() + (dt.datetime(chosen.year, chosen.month, chosen.day, tzinfo=zone_of(post)) - now)


def lock_queue(connection: Connection, caller: Caller, *posts: str) -> None:
    """Let one act at a time look at what is free: of an account, then of posts in their order."""
    for name in (str(caller.account_id), *posts):
        lock_until_commit(connection, "queue", name)


def _now() -> dt.datetime:
    """Return the machine's time, which holds run out by."""
    return dt.datetime.now(dt.UTC)
