"""How long do an auditor's search and page of a decision take among very many decisions of all posts?

Each is asked for over HTTP as a browser does. Most decisions are made up, with the findings, names and interviews that searches
need; those whose page is opened are decisions of a reference model on cases of a synthetic world.
"""

from __future__ import annotations

import itertools
import resource
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import text
from starlette.testclient import TestClient

from benchmarks.sealed_log import open_benchmark
from features.catalogue.findings import FINDINGS
from features.tables.folder import read_folder
from features.tables.json_rows import row_as_json
from serving.app import create_app
from serving.auth.api_keys import create_key
from serving.auth.people import account_named, create_person
from serving.auth.permissions import Role
from serving.decisions.search_words import words_of_search
from serving.decisions.service import DecisionService

DECISIONS, CHUNK, REQUESTS, OPENED, INTERVIEWS = 500_000, 250_000, 40, 40, 4_000
FAMILIES = (
    "Wang",
    "Nguyen",
    "Santos",
    "Tanaka",
    "Kim",
    "Petrova",
    "Silva",
    "Haddad",
    "Okafor",
    "Thongkham",
    "Perera",
    "Tamang",
)
_SYLLABLES = ("ra", "mi", "no", "ke", "lu", "so", "ta", "vi")
GIVEN = ["".join(parts).title() for parts in itertools.product(_SYLLABLES, repeat=3)]
_PLACE = "format('Q%s-AAA', chr(65 + n % 20))"
_DECISIONS = f"""
    insert into serving.decision (decision_id, subject, subject_id, post, as_of, position, record_position, model_sha256,
        route, score, features, contributions, shown, account_id)
    select i, 'visa', 'B-' || (n % cast(:cases as bigint)), {_PLACE}, cast(:end as bigint) - cast(random() * 126144000000000 as bigint), n, n,
        case when n % 50 = 0 then repeat('0', 64) else cast(:model as text) end, route, case when route = 'no_score' then null else random() end,
        decode(repeat('00', :bytes), 'hex'), decode(repeat('00', :bytes), 'hex'),
        format(cast(:shown as text), i, n % cast(:cases as bigint), (cast(:codes as text[]))[1 + n % 9], (cast(:codes as text[]))[1 + n % 4], route), 0
    from (select n, gen_random_uuid() as i, case when random() < 0.01 then 'child_procedure' when random() < 0.01 then 'no_score'
          else 'interview_queue' end as route from generate_series(:first, :last) n) drawn
"""
_SHOWN = (
    '{"decision_id":"%s","subject":"visa","subject_id":"B-%s","as_of":"2012-01-01T00:00:00Z","model":null,"score":null,'
    '"base_value":null,"contributions":[],"warnings":[],"reasons":[{"code":"%s","evidence":[]},{"code":"%s","evidence":[]}],'
    '"route":"%s","notice":{"en":"Advice.","ja":"参考"}}'
)
_FINDINGS = (
    "insert into serving.decision_finding select c, as_of, number, post, decision_id from serving.decision d cross join lateral "
    "(select distinct c from unnest(array[(cast(:codes as text[]))[1 + d.position % 9], (cast(:codes as text[]))[1 + d.position % 4]]) c) codes "
    "where subject_id like 'B-%' and position between :first and :last"
)
_WORDS = (
    "insert into serving.case_word select case k when 1 then (cast(:family as bigint[]))[1 + n % 12] "
    "when 2 then (cast(:given as bigint[]))[1 + cast(511 * power(random(), 3) as int)] when 3 then (cast(:status as bigint[]))[1 + n % 4] "
    f"when 4 then case when n % 20 = 0 then cast(:outcome as bigint) else 0 end end, {_PLACE}, 'visa', 'B-' || (n % cast(:cases as bigint)) "
    "from generate_series(:first, :last) n, generate_series(1, 4) k on conflict do nothing"
)
_INTERVIEWS = (
    "insert into serving.interviewed_case (subject, subject_id, account_id) select 'visa', 'B-' || n, case when n % :every = 0 then cast(:account as bigint) else 0 end "
    "from generate_series(0, cast(:cases as bigint), 20) n on conflict do nothing"
)


def measure(world: Path, folder: Path, count: int = DECISIONS) -> dict[str, list[float]]:
    """Return the milliseconds of searches and pages, each of `REQUESTS` requests, among ``count`` decisions."""
    service = open_benchmark(world, folder)
    with service.engine.begin() as connection:
        password = create_person(connection, "bench", Role.AUDITOR, []) or ""
        person = account_named(connection, "bench")
        key = create_key(connection, "feed")
    with TestClient(create_app(service=service)) as client:
        opened = _decide(client, world, key)
        _fill(service, count, 0 if person is None else person.account_id, opened[0])
        client.post("/sign-in", data={"name": "bench", "password": password})
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        took = {}
        for name, form in _searches().items():
            took[name] = _times(client, form)

        took["a hundred pages on"] = _pages_on(client)
        took["page of a decision"] = [
            _timed(partial(client.get, f"/decisions/{each['decision_id']}")) for each in opened
        ]
        took["its facts tried"] = [
            _timed(partial(client.get, f"/decisions/{each['decision_id']}?facts=true")) for each in opened[:10]
        ]
        took["memory added (MB)"] = [(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024]
    service.engine.dispose()
    return took


def _decide(client: TestClient, world: Path, key: str) -> list[dict[str, Any]]:
    table = read_folder(world)["visa_applications"]
    answers = []
    for number in range(1, OPENED + 1):
        body = row_as_json(table.slice(table.num_rows - number, 1).to_pylist()[0]) | {"application_id": f"A-{number}"}
        answer = client.post("/v1/visa-applications", json=body, headers={"Authorization": f"Bearer {key}"})
        answers.append(answer.json())
    return answers


def _fill(service: DecisionService, count: int, account: int, decision: dict[str, Any]) -> None:
    """Store decisions without their leaves, and what they are found by at once rather than case by case."""
    data_key, model = service.store.data_key, decision["model"]["sha256"]

    def words(field: str, texts: tuple[str, ...] | list[str]) -> list[int]:
        return [words_of_search(data_key, {field: each})[0] for each in texts]

    values = {
        "cases": count * 9 // 10, "model": model, "bytes": 8 * len(decision["contributions"]), "shown": _SHOWN, "account": account,
        "codes": [finding.code for finding in FINDINGS][:9], "every": max(count * 9 // 10 // INTERVIEWS // 20 * 20, 20), "end": 1_356_998_400_000_000,
        "family": words("name", FAMILIES), "given": words("name", GIVEN), "outcome": words("outcome", ["indications"])[0],
        "status": words("status", ["temporary_visitor", "entertainer", "spouse_or_child_of_japanese", "student"]),
    }  # fmt: skip
    for first in range(1, count + 1, CHUNK):
        with service.engine.begin() as connection:
            connection.execute(text("set local session_replication_role = replica"))
            for statement in (_DECISIONS, _FINDINGS, _WORDS):
                connection.execute(text(statement), {**values, "first": first, "last": min(first + CHUNK - 1, count)})
    with service.engine.begin() as connection:
        connection.execute(text("set local session_replication_role = replica"))
        connection.execute(text(_INTERVIEWS), values)
    with service.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum analyze"))


def _searches() -> dict[str, Callable[[np.random.Generator], dict[str, str]]]:
    def day(random: np.random.Generator) -> str:
        return str(np.datetime64("2009-01-15") + int(random.integers(0, 1400)))

    def name(random: np.random.Generator) -> str:
        return f"{random.choice(FAMILIES)} {random.choice(GIVEN)}"

    return {
        "latest": lambda random: {},
        "name": lambda random: {"name": name(random)},
        "name and day": lambda random: {"name": name(random), "since": (at := day(random)), "until": at},
        "one word of twelve": lambda random: {"name": str(random.choice(FAMILIES))},
        "case": lambda random: {"subject_id": f"B-{random.integers(1, 100_000)}"},
        "post and day": lambda random: {"post": f"Q{chr(65 + int(random.integers(0, 20)))}-AAA", "since": (at := day(random)), "until": at},
        "finding": lambda random: {"finding": FINDINGS[int(random.integers(0, 9))].code},
        "finding, post, until": lambda random: {
            "finding": FINDINGS[int(random.integers(0, 9))].code, "post": f"Q{chr(65 + int(random.integers(0, 20)))}-AAA", "until": day(random),
        },
        "finding and outcome": lambda random: {"finding": FINDINGS[int(random.integers(0, 9))].code, "outcome": "indications"},
        "outcome and name": lambda random: {"outcome": "indications", "name": name(random)},
        "earlier model": lambda random: {"model": "0" * 12, "until": day(random)},
        "no score": lambda random: {"route": "no_score", "until": day(random)},
        "officer": lambda random: {"officer": "bench", "until": day(random)},
        "nobody": lambda random: {"name": "Nobody Atall"},
    }  # fmt: skip


def _times(client: TestClient, form: Callable[[np.random.Generator], dict[str, str]]) -> list[float]:
    random = np.random.default_rng(0)
    client.post("/decisions", data=form(random))  # to warm up
    return [_timed(lambda: client.post("/decisions", data=form(random))) for _ in range(REQUESTS)]


def _pages_on(client: TestClient) -> list[float]:
    """Return the milliseconds of pages that follow each other; the last is as fast as the first where a key leads on."""
    form = {"finding": FINDINGS[0].code, "before": ""}
    took = []
    for _ in range(100):
        begin = time.perf_counter()
        page = client.post("/decisions", data=form).text
        took.append((time.perf_counter() - begin) * 1000)
        form["before"] = page.rpartition('name="before" value="')[2][:36]
    return took


def _timed(ask: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    answer = ask()
    milliseconds = (time.perf_counter() - begin) * 1000
    if answer.status_code != 200:
        raise RuntimeError(f"answered {answer.status_code}")
    return milliseconds
