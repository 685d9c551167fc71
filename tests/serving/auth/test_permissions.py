"""Covers: auth.permissions, app."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.routing import Mount, Route

import serving.app
from serving.app import create_app
from serving.auth.api_keys import api_caller
from serving.auth.permissions import NAVIGATION, PERMISSIONS, PUBLIC, Caller, Role, RouteWithoutPermission, Scope
from serving.auth.sessions import page_reader
from tests.serving.conftest import Service


def routes(service: Service) -> dict[str, APIRoute]:
    """Return the application's routes by the name that permissions use; included routers keep theirs."""
    app = service.client.app
    leaves = [leaf for route in app.routes for leaf in getattr(route, "original_router", app).routes]  # type: ignore[attr-defined]
    return {f"{method} {leaf.path}": leaf for leaf in leaves if isinstance(leaf, APIRoute) for method in leaf.methods}


def checks(route: APIRoute) -> set[object]:
    """Return every function that a route depends on."""
    pending, functions = [route.dependant], set()
    while pending:
        dependant = pending.pop()
        pending += dependant.dependencies
        functions.add(dependant.call)
    return functions


def test_every_route_is_in_the_table_or_public_and_nothing_else_is(service: Service) -> None:
    assert set(routes(service)) == set(PERMISSIONS) | PUBLIC
    assert not set(PERMISSIONS) & PUBLIC


def test_every_route_of_the_table_checks_its_caller_and_no_public_one_does(service: Service) -> None:
    for name, route in routes(service).items():
        check = api_caller if route.path.startswith("/v1/") else page_reader
        assert (check in checks(route)) == (name in PERMISSIONS), name


def test_beside_routers_there_are_only_static_files_and_the_description(service: Service) -> None:
    others = [route for route in service.client.app.routes if not hasattr(route, "original_router")]  # type: ignore[attr-defined]
    assert [(type(route), route.path) for route in others] == [(Route, "/openapi.json"), (Mount, "/static")]


@pytest.mark.parametrize("role", ["officer", "scientist", "auditor", "feed"])
def test_each_role_is_refused_exactly_where_the_table_says(service: Service, role: str) -> None:
    for name, route in routes(service).items():
        if not route.path.startswith("/v1/"):
            continue
        method, path = name.split()
        answer = service.client.request(method, path.replace("{", "").replace("}", ""), headers=service.headers(role))
        refused = answer.status_code == 403 and answer.json()["error"]["code"] == "role"
        assert refused == (Role(role) not in PERMISSIONS[name]), name


def test_a_route_without_a_row_keeps_the_service_from_starting(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    added = APIRouter()
    added.add_api_route("/v1/persons", lambda: None, methods=["GET"])
    monkeypatch.setattr(serving.app, "API", (*serving.app.API, SimpleNamespace(router=added)))
    with pytest.raises(RouteWithoutPermission, match="GET /v1/persons"):
        create_app(service=service.backend)


def test_every_linked_page_is_open_to_its_role() -> None:
    for role, pages in NAVIGATION.items():
        assert all(role in PERMISSIONS[f"GET /{page}"] for page in pages)


@pytest.mark.parametrize(
    ("scope", "own", "other"), [(Scope.OWN_POST, True, False), (Scope.ALL_POSTS, True, True), (Scope.NO_CASES, False, False)]
)  # fmt: skip
def test_a_caller_reaches_the_cases_of_the_scope(scope: Scope, own: bool, other: bool) -> None:
    caller = Caller(Role.OFFICER, ("PH-MNL", "NRT"), 1, "desk", scope)
    assert (caller.reaches("PH-MNL"), caller.reaches("TH-BKK"), caller.reaches(None)) == (own, other, other)
