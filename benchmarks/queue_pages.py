"""How long does a page of the queue take with half a million open cases at one post, which is more than any post has?

Each page is asked for over HTTP as an officer's browser does: twenty people, their records decrypted, each reading sealed
before the answer. The decisions are made up; the records are those of a synthetic world. Further people are found by name,
and cases are taken and given back.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
from sqlalchemy import Connection, text
from starlette.testclient import TestClient

from features.settings import Settings
from features.tables.folder import read_folder
from serving.app import create_app
from serving.auth.people import account_named, create_person
from serving.auth.permissions import Role
from serving.decisions.capacity import week_of
from serving.decisions.search_words import words_of_record
from serving.decisions.service import DecisionService, open_service
from serving.store import case_words, interview_plans, waiting_cases
from serving.store.interview_plans import InterviewPlan

CASES, PAGES, ROWS, POST = 500_000, 60, 20, "CN-SHA"
WORDS = 4
"""Words a case; the first is common to half of them, as a status of residence is."""
_DECISIONS = text(
    """
    insert into serving.decision (decision_id, subject, subject_id, post, as_of, position, record_position, model_sha256,
        route, score, features, contributions, shown, account_id)
    select i, 'visa', 'B-' || n, :post, cast(extract(epoch from now() - random() * interval '20 days') * 1000000 as bigint),
        n, n, repeat('m', 64), route, case when route = 'no_score' then null else random() end, decode(repeat('00', 800), 'hex'),
        decode(repeat('00', 800), 'hex'), format(:shown, i, n, route), 0
    from (select n, gen_random_uuid() as i, case when random() < 0.01 then 'child_procedure' when random() < 0.01 then 'no_score'
          else 'interview_queue' end as route from generate_series(1, :cases) n) made
    """
)
_SHOWN = (
    '{"decision_id":"%s","subject":"visa","subject_id":"B-%s","route":"%s","score":null,"base_value":null,"model":null,"as_of":"2026-01-01T00:00:00Z","contributions":[],"reasons":[],"warnings":[],'
    '"notice":{"en":"Advice.","ja":"参考"}}'
)
_WAITING = (
    "insert into serving.waiting_case select subject, subject_id, post, decision_id, number, tier, sort_score, as_of, "
    "arrived_at, is_unpinned, is_application, act, act_account, act_until from serving.case_without_interview"
)
_WORDS = (
    "insert into serving.case_word select case when k = 1 then n % 2 else hashtextextended(format('%s %s', n % 50000, k), 0) end, "
    ":post, 'visa', 'B-' || n from generate_series(1, :cases) n, generate_series(1, :words) k on conflict do nothing"
)


def measure(world: Path, folder: Path) -> dict[str, list[float]]:
    """Return the milliseconds of pages: of each order the first one and others anywhere in the queue, of searches and takes."""
    os.environ["MIMAMORI_HOME"] = str(folder / "home")
    service = open_service(Settings.from_environment())
    with service.engine.begin() as connection:
        _fill(connection)
        starts = {order: _starts(connection, order) for order in waiting_cases.ORDERS}
        ids = [name for pages in starts.values() for _, shown in pages for name in shown]
        names = _store_records(connection, service, world, sorted(set(ids)))
        password = create_person(connection, "bench", Role.OFFICER, [POST]) or ""
        account = account_named(connection, "bench")
        plan = InterviewPlan(POST, week_of(POST), 60.0, 45, 0.15)
        interview_plans.insert(connection, plan, account.account_id if account else 0)
    with service.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum analyze"))
    with TestClient(create_app(service=service)) as client:
        client.post("/sign-in", data={"name": "bench", "password": password})
        took = {
            f"by {order}": list(_times(client, order, [start for start, _ in pages])) for order, pages in starts.items()
        }
        took["first page"] = list(_times(client, "priority", [""] * PAGES))
        took["search by name"] = [_timed(client, "POST", "/queue/search", name=name) for name in names[: PAGES + 1]][1:]
        took["take"] = list(_takes(client))
    service.engine.dispose()
    return took


def _fill(connection: Connection) -> None:
    """Store decisions without their leaves, and the queue at once rather than case by case."""
    connection.execute(text("set local session_replication_role = replica"))
    connection.execute(_DECISIONS, {"cases": CASES, "post": POST, "shown": _SHOWN})
    connection.execute(text(_WAITING))
    connection.execute(text(_WORDS), {"post": POST, "cases": CASES, "words": WORDS})
    connection.execute(text("set local session_replication_role = origin"))


def _starts(connection: Connection, order: str) -> list[tuple[str, list[str]]]:
    """Return pages anywhere in an order: the decision before each, and the ids on it."""
    columns = waiting_cases.ORDERS[order]
    query = text(
        "select decision_id::text from (select decision_id, row_number() over "
        f"(order by {columns}) as place from serving.waiting_case) w where place = any(:places)"
    )
    places = np.random.default_rng(0).choice(CASES - ROWS, PAGES, replace=False).tolist()
    starts = ["", *connection.execute(query, {"places": places}).scalars()]
    pages = [waiting_cases.page(connection, POST, ROWS, order=order, after=start) for start in starts]
    return [(start, [case.decision.subject_id for case in page]) for start, page in zip(starts, pages, strict=True)]


def _store_records(connection: Connection, service: DecisionService, world: Path, ids: list[str]) -> list[str]:
    """Store a record and its words for each case that a measured page shows, and return names to search for."""
    rows = read_folder(world)["visa_applications"]
    chosen = rows.take(pa.array(np.arange(len(ids)) % rows.num_rows))
    at = chosen.column_names.index("application_id")
    chosen = chosen.set_column(at, chosen.field(at), pa.array(ids))
    service.store.append(connection, "visa_applications", chosen)
    records = chosen.to_pylist()
    for record in records:
        words = words_of_record(service.store.data_key, record)
        case_words.insert(connection, POST, "visa", record["application_id"], words)
    return [" ".join(filter(None, (record["family_name"], record["given_names"]))) for record in records]


def _times(client: TestClient, order: str, starts: list[str]) -> Iterator[float]:
    _timed(client, "GET", "/queue", order=order)  # to warm up
    for start in starts:
        yield _timed(client, "GET", "/queue", order=order, after=start)


def _takes(client: TestClient) -> Iterator[float]:
    for _ in range(PAGES):
        yield _timed(client, "POST", "/queue/take", post=POST)
        client.post("/queue/release")


def _timed(client: TestClient, method: str, url: str, **words: str) -> float:
    begin = time.perf_counter()
    answer = client.get(url, params=words) if method == "GET" else client.post(url, data=words, follow_redirects=False)
    milliseconds = (time.perf_counter() - begin) * 1000
    if answer.status_code >= 400:
        raise RuntimeError(f"{method} {url} answered {answer.status_code}")
    return milliseconds
