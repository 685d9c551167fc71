"""No sheet is lost although the service is killed: each answer that was acknowledged is in the one sheet that is recorded."""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from features.tables.json_rows import row_as_json
from serving.decisions.interview_form import form_of
from serving.decisions.interview_sheets import sheet_answers
from serving.store.interview_sheets import latest_sheet
from serving.store.transactions import EVERYTHING, transaction
from tests.proof_size import cases
from tests.serving.conftest import Service
from tests.serving.interview_answers import REFERRED, good_answers
from tests.serving.processes import Process, running

pytestmark = [pytest.mark.proof, pytest.mark.timeout(14_000)]
KILLS, FEW = 200, 2


def decided(service: Service, name: str) -> dict[str, Any]:
    rows = service.world["visa_applications"]
    record = {**row_as_json(rows.slice(rows.num_rows - 1, 1).to_pylist()[0]), "application_id": name}
    answer = service.client.post("/v1/visa-applications", json=record, headers=service.headers("feed"))
    assert answer.status_code == 201, answer.text
    return answer.json()


class Officer:
    """An officer whose browser sends a form again when the service was gone."""

    def __init__(self, client: httpx.Client, process: Process) -> None:
        self.client, self._process = client, process
        self.killer: threading.Timer | None = None
        self.cut = 0

    def send(self, request: Callable[[], httpx.Response]) -> httpx.Response:
        while True:
            try:
                return request()
            except httpx.TransportError:
                assert self.killer is not None
                self.killer.join()
                self._process.start()
                self.cut += 1

    def fill_in(self, decision: dict[str, Any], answers: dict[str, str]) -> str:
        """Send each step with the answers of that step alone, record the sheet, and return its address."""
        case = f"/cases/{decision['decision_id']}"
        self.send(lambda: self.client.post(f"{case}/own-view", data={"view": "interview", "reason": "record"}))
        for step, items in form_of(decision).items():
            own = {item.name: answers[item.name] for item in items if item.name in answers}
            saved = self.send(lambda step=step, own=own: self.client.post(f"{case}/interview/{step}", data=own))  # type: ignore[misc]
            assert saved.status_code == 303, saved.text
        page = self.send(lambda: self.client.get(f"{case}/interview/check")).text
        shown = re.search(r'name="version" value="(\d+)"', page)
        assert shown is not None, page
        done = self.send(lambda: self.client.post(f"{case}/interview", data={"version": shown[1]}))
        assert done.status_code == 303, done.text
        return str(done.headers["location"])


def test_no_sheet_and_no_answer_is_lost_over_kills(service: Service) -> None:
    chance, kills = random.Random(11), cases(KILLS, FEW)
    with running(service) as process, httpx.Client(base_url=process.url, timeout=30) as client:
        officer = Officer(client, process)
        client.post("/sign-in", data={"name": "officer", "password": service.passwords["officer"]})
        seconds = 0.0
        for number in range(kills + 1):
            decision = decided(service, f"A-SHEET-KILLED-{number}")
            answers = good_answers(form_of(decision), **REFERRED)
            begin = time.monotonic()
            if number:  # the first shows how long a sheet takes; later ones are cut at some moment of it
                officer.killer = threading.Timer(chance.uniform(0, seconds), process.kill)
                officer.killer.start()
            officer.fill_in(decision, answers)
            if officer.killer is None:
                seconds = time.monotonic() - begin
            elif officer.killer.is_alive():
                officer.killer.cancel()
            _holds_once(service, decision, answers)
    assert officer.cut > 0
    print(f"{kills} sheets, {officer.cut} cut by a kill: 0 lost, 0 recorded twice")  # noqa: T201


def _holds_once(service: Service, decision: dict[str, Any], answers: dict[str, str]) -> None:
    """Check that a single sheet and a single outcome hold every answer."""
    case = (decision["subject"], decision["subject_id"])
    with transaction(service.backend.engine, EVERYTHING) as connection:
        query = text("select count(*), count(distinct outcome_id) from serving.interview_sheet where subject_id = :i")
        assert tuple(connection.execute(query, {"i": case[1]}).one()) == (1, 1)
        sheet = latest_sheet(connection, *case)
        assert sheet is not None
        stored = sheet_answers(connection, service.backend, sheet)
    assert {name: stored.get(name) for name in answers} == answers
