"""Nobody looks unseen although the service is killed: whatever was sent stood in the log before."""

from __future__ import annotations

import random
import threading
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from features.tables.json_rows import row_as_json
from tests.proof_size import cases
from tests.serving.conftest import Service
from tests.serving.processes import Process, running

pytestmark = [pytest.mark.proof, pytest.mark.timeout(7000)]
READS, SHORT = 20_000, 250
KILLS, FEW = 40, 2


@pytest.fixture(scope="module")
def decision(service: Service) -> dict[str, Any]:
    table = service.world["visa_applications"]
    record = {**row_as_json(table.slice(table.num_rows - 1, 1).to_pylist()[0]), "application_id": "A-KILLED"}
    return service.client.post("/v1/visa-applications", json=record, headers=service.headers("feed")).json()  # type: ignore[no-any-return]


def is_logged(service: Service, purpose: str) -> bool:
    query = "select 1 from (select purpose from serving.reading order by reading_id desc limit 200) r where purpose = :p limit 1"
    with service.backend.engine.connect() as connection:
        return connection.execute(text(query), {"p": purpose}).first() is not None


def read(service: Service, process: Process, url: str, purpose: str) -> tuple[bool, bool]:
    """Return whether anything was sent, and whether the service was gone; what was sent must be in the log by then."""
    sent = gone = False
    try:
        headers = service.headers("officer") | {"Mimamori-Purpose": purpose}
        with httpx.stream("GET", process.url + url, headers=headers, timeout=20) as answer:
            # the first bytes are a disclosure, whether or not the others follow
            sent = answer.status_code == 200
            if sent:
                assert is_logged(service, purpose), purpose
            answer.read()
    except httpx.TransportError:
        gone = True
    return sent, gone


def test_no_reading_is_sent_before_it_is_committed(service: Service, decision: dict[str, Any]) -> None:
    chance, count, kills = random.Random(3), cases(READS, SHORT), cases(KILLS, FEW)
    urls = (f"/v1/decisions/{decision['decision_id']}", "/v1/queue?capacity=3")
    kill_at = set(chance.sample(range(count), kills))
    disclosures = cuts = 0
    with running(service) as process:
        for number in range(count):
            killer = None
            if number in kill_at:
                # at some moment while this request is answered
                killer = threading.Timer(chance.uniform(0, 0.02), process.kill)
                killer.start()
            sent, gone = read(service, process, chance.choice(urls), f"read {number}")
            disclosures, cuts = disclosures + sent, cuts + gone
            if killer is not None:
                killer.join()
                process.start()
    assert disclosures >= count - kills
    seen = f"{disclosures:,} disclosures of {count:,} reads, {kills} kills, {cuts} answers cut"
    print(f"{seen}: 0 without an earlier reading")  # noqa: T201
