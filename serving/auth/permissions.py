"""Permissions: which role may use which route, and whose cases it reaches there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from starlette.requests import Request

from serving.refusals import Refusal
from serving.store.transactions import Reach


class Role(StrEnum):
    """Role of an account."""

    OFFICER = "officer"
    SCIENTIST = "scientist"
    AUDITOR = "auditor"
    ADMIN = "admin"
    FEED = "feed"


class Scope(StrEnum):
    """Cases that a role reaches on a route."""

    OWN_POST = "own post"
    ALL_POSTS = "all posts"
    NO_CASES = "no cases"


OFFICER, SCIENTIST, AUDITOR, ADMIN, FEED = Role
OWN_POST, ALL_POSTS, NO_CASES = Scope
_READERS = {OFFICER: OWN_POST, AUDITOR: ALL_POSTS}
_PEOPLE = dict.fromkeys((OFFICER, SCIENTIST, AUDITOR, ADMIN), NO_CASES)

PERMISSIONS: Mapping[str, Mapping[Role, Scope]] = {
    "POST /v1/visa-applications": {FEED: ALL_POSTS, OFFICER: OWN_POST},
    "POST /v1/landings": {FEED: ALL_POSTS, OFFICER: OWN_POST},
    "POST /v1/landings/batch": {FEED: ALL_POSTS},
    "POST /v1/records/{table}": {FEED: ALL_POSTS},
    "POST /v1/interviews": {OFFICER: OWN_POST},
    "POST /v1/corrections": _READERS,
    "POST /v1/score": {SCIENTIST: NO_CASES, AUDITOR: NO_CASES},
    "GET /v1/decisions/{decision_id}": _READERS,
    "POST /v1/decisions/{decision_id}/own-view": {OFFICER: OWN_POST},
    "GET /v1/decisions/{decision_id}/replay": _READERS,
    "GET /v1/decisions/{decision_id}/proof": _READERS,
    "GET /v1/decisions/{decision_id}/records/{table}/{record_id:path}": _READERS,
    "POST /v1/access-requests": {OFFICER: OWN_POST},
    "GET /v1/access-requests": _READERS,
    "POST /v1/access-requests/{request_id}/answer": _READERS,
    "GET /v1/queue": {OFFICER: OWN_POST},
    "GET /v1/audit/decisions": {AUDITOR: ALL_POSTS},
    "POST /v1/audit/decisions": {AUDITOR: ALL_POSTS},
    "GET /v1/audit/alarms": {AUDITOR: ALL_POSTS},
    "POST /v1/audit/alarms/{account_id}/{day}/answer": {AUDITOR: ALL_POSTS},
    "GET /v1/audit/log": {AUDITOR: ALL_POSTS},
    "GET /v1/audit/checkpoint": {AUDITOR: ALL_POSTS},
    "GET /v1/audit/fairness": {AUDITOR: ALL_POSTS},
    "GET /v1/models": dict.fromkeys(Role, NO_CASES),
    "GET /queue": _READERS,
    "GET /queue/put-off": _READERS,
    "GET /queue/hours": {OFFICER: OWN_POST},
    "POST /queue/hours": {OFFICER: OWN_POST},
    "GET /queue/search": {OFFICER: OWN_POST},
    "POST /queue/search": {OFFICER: OWN_POST},
    "POST /queue/take": {OFFICER: OWN_POST},
    "POST /queue/release": {OFFICER: OWN_POST},
    "POST /queue/hand-over": {OFFICER: OWN_POST},
    "POST /cases/{decision_id}/acts": {OFFICER: OWN_POST},
    "GET /cases/{decision_id}": _READERS,
    "GET /cases/{decision_id}/sheet": _READERS,
    "GET /cases/{decision_id}/records/{table}/{record_id:path}": _READERS,
    "GET /cases/{decision_id}/interview/{step}": {OFFICER: OWN_POST},
    "POST /cases/{decision_id}/interview/{step}": {OFFICER: OWN_POST},
    "POST /cases/{decision_id}/interview": {OFFICER: OWN_POST},
    "GET /interviews/{sheet_id}": _READERS,
    "POST /interviews/{sheet_id}/withdraw": {OFFICER: OWN_POST},
    "GET /interview-notice": {OFFICER: NO_CASES, AUDITOR: NO_CASES},
    "GET /interview-card": {OFFICER: NO_CASES, AUDITOR: NO_CASES},
    "POST /cases/{decision_id}/own-view": {OFFICER: OWN_POST},
    "POST /cases/{decision_id}/close": {OFFICER: OWN_POST},
    "GET /cases/{decision_id}/history": _READERS,
    "GET /cases/{decision_id}/correct": {OFFICER: OWN_POST},
    "POST /cases/{decision_id}/correct": {OFFICER: OWN_POST},
    "POST /cases/{decision_id}/separate": {OFFICER: OWN_POST},
    "POST /cases/{decision_id}/correction-requests": {OFFICER: OWN_POST},
    "POST /cases/{decision_id}/correction-requests/{request_id}/answer": {OFFICER: OWN_POST},
    "GET /cases/{decision_id}/correction-requests/{request_id}/letter": {OFFICER: OWN_POST, AUDITOR: ALL_POSTS},
    "GET /changes": _READERS,
    "GET /arrivals": _READERS,
    "GET /follow-up": _READERS,
    "GET /scoring": {**_PEOPLE, **_READERS},
    "POST /scoring": {OFFICER: OWN_POST, AUDITOR: ALL_POSTS, ADMIN: NO_CASES},
    "GET /requests": _READERS,
    "POST /requests": {OFFICER: OWN_POST},
    "POST /requests/{request_id}/answer": _READERS,
    "GET /practice": {OFFICER: NO_CASES},
    "GET /practice/{number}": {OFFICER: NO_CASES},
    "POST /practice/{number}": {OFFICER: NO_CASES},
    "GET /overrides": {AUDITOR: ALL_POSTS},
    "POST /requests/entries/{account_id}/{day}": {AUDITOR: ALL_POSTS},
    "GET /decisions": {AUDITOR: ALL_POSTS},
    "POST /decisions": {AUDITOR: ALL_POSTS},
    "GET /decisions/{decision_id}": {AUDITOR: ALL_POSTS},
    "GET /decisions/{decision_id}/proof": {AUDITOR: ALL_POSTS},
    "GET /fairness": {AUDITOR: ALL_POSTS},
    "GET /harm": {AUDITOR: ALL_POSTS},
    "GET /examples": {OFFICER: NO_CASES, AUDITOR: ALL_POSTS},
    "POST /examples": {AUDITOR: ALL_POSTS},
    "POST /examples/{example_id}/release": {AUDITOR: ALL_POSTS},
    "GET /review": {AUDITOR: ALL_POSTS},
    "GET /statistics": {AUDITOR: ALL_POSTS},
    "GET /statistics/csv": {AUDITOR: ALL_POSTS},
    "GET /vignettes": {SCIENTIST: NO_CASES, AUDITOR: NO_CASES, ADMIN: NO_CASES},
    "GET /models": {SCIENTIST: NO_CASES, AUDITOR: NO_CASES, ADMIN: NO_CASES},
    "GET /account": _PEOPLE,
    "POST /account/sessions/end": _PEOPLE,
    "POST /account/password": _PEOPLE,
    "POST /account/language": _PEOPLE,
    "POST /account/sign-out-everywhere": _PEOPLE,
    "POST /account/keys/revoke": _PEOPLE,
    "POST /account/keys/rotate": _PEOPLE,
}
"""Scope by role, by route."""
SCORE_PURPOSES: Mapping[str, str] = {
    **dict.fromkeys(("GET /v1/queue", "GET /queue", "GET /queue/put-off", "GET /arrivals", "GET /follow-up", "GET /changes"), "queue"),
    **dict.fromkeys(("GET /queue/search", "POST /queue/search", "GET /v1/audit/decisions", "GET /decisions"), "search"),
    **dict.fromkeys(("GET /cases/{decision_id}", "GET /cases/{decision_id}/sheet", "GET /cases/{decision_id}/history"), "case"),
    **dict.fromkeys((f"GET /v1/decisions/{{decision_id}}{part}" for part in ("", "/replay", "/proof")), "decision"),
}  # fmt: skip
"""What a score is read for, by route that shows scores; the roles that `PERMISSIONS` names there allot interviews or audit."""
STOP_SCOPES: Mapping[Role, tuple[str, ...]] = {
    OFFICER: ("post",), AUDITOR: ("all", "post", "model"), ADMIN: ("all", "post", "model"),
}  # fmt: skip
"""Where a role may stop scoring: at an own post, at any post, at all, or by a model."""
PUBLIC = frozenset({
    "GET /", "GET /sign-in", "POST /sign-in", "GET /sign-in/provider", "GET /sign-in/return", "POST /sign-out", "GET /healthz", "GET /readyz", "GET /metrics",
    "HEAD /healthz", "HEAD /readyz",
})  # fmt: skip
"""Routes without an account."""
DEMONSTRATION = frozenset({"GET /tour"})
"""Routes that a demonstration has beside them, without an account."""
NAVIGATION: Mapping[Role, tuple[str, ...]] = {
    OFFICER: ("queue", "arrivals", "follow-up", "changes", "requests", "scoring", "practice", "examples", "account"),
    AUDITOR: (
        "decisions", "queue", "changes", "requests", "overrides", "fairness", "harm", "statistics", "examples", "scoring", "models",
        "account",
    ),
    SCIENTIST: ("models", "account"),
    ADMIN: ("models", "scoring", "account"),
}  # fmt: skip
"""Pages linked for a role, the start page first; a role without pages cannot sign in."""
PORT_PAGES = ("arrivals", "follow-up")
"""Pages linked only for who works at a port, whose code has no country before a dash."""


class RouteWithoutPermission(Exception):
    """Raised when the application is built with a route that no table names."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Account that calls; ``scope`` is that of the route called, ``posts`` are its own posts and ports."""

    role: Role
    posts: tuple[str, ...]
    account_id: int
    name: str
    scope: Scope = NO_CASES

    @property
    def post(self) -> str | None:
        """First of the posts, shown where none is asked for."""
        return self.posts[0] if self.posts else None

    @property
    def reach(self) -> Reach:
        """Posts that the database lets this call see, and the account it acts as."""
        posts = self.posts if self.scope is OWN_POST else ()
        return Reach(posts, all_posts=self.scope is ALL_POSTS, account_id=self.account_id)

    def reaches(self, post: str | None) -> bool:
        """Return whether a case of this post is in the caller's scope."""
        return self.scope is ALL_POSTS or (self.scope is OWN_POST and post in self.posts)


def links_of(caller: Caller) -> tuple[str, ...]:
    """Return the pages that are linked for a caller."""
    at_port = any("-" not in post for post in caller.posts)
    return tuple(page for page in NAVIGATION.get(caller.role, ()) if at_port or page not in PORT_PAGES)


def require_permissions(routes: Iterable[str]) -> None:
    """Check that every route is in `PERMISSIONS`, `PUBLIC` or `DEMONSTRATION`.

    Raises `RouteWithoutPermission` with the names of the others.
    """
    missing = sorted(set(routes) - set(PERMISSIONS) - PUBLIC - DEMONSTRATION)
    if missing:
        raise RouteWithoutPermission(
            f"routes without a row in PERMISSIONS of serving/auth/permissions.py: {', '.join(missing)}"
        )


def route_name(request: Request) -> str:
    """Return the route called, as `PERMISSIONS` names it."""
    return f"{request.method} {request.scope['route'].path}"


def authorise(caller: Caller, request: Request) -> Caller:
    """Return the caller with the scope of this route.

    Raises `Refusal` 403 if the role may not use the route.
    """
    roles = PERMISSIONS.get(route_name(request), {})
    if caller.role not in roles:
        raise Refusal(403, "role", f"role {caller.role} may not do this", expected=" or ".join(roles))
    return replace(caller, scope=roles[caller.role])
