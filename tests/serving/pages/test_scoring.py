"""The stop button: the queue goes on in order of arrival and says so on each page, and there is a way back.

Covers: pages.scoring, decisions.scoring_stops, store.scoring_stops, web.stop_banner.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest

from features.languages import texts
from features.tables.json_rows import row_as_json
from serving.auth.people import create_person
from serving.auth.permissions import Role
from serving.decisions.rescorer import Rescorer
from serving.decisions.scoring_stops import order_in_force
from serving.log.verification import verify_log
from serving.store import decisions, scoring_stops
from serving.store.decisions import Decision
from serving.store.transactions import EVERYTHING, transaction
from serving.web.trial_banner import trial_banners
from tests.serving.conftest import LABELS, Service, close_cases, until, waiting_at

POST = "QS-STOP"
BY_ARRIVAL = texts("pages.queue")["by_arrival"]["en"]


@pytest.fixture(scope="module")
def people(service: Service) -> None:
    with service.backend.engine.begin() as connection:
        for name, role, posts in (("stopper", Role.OFFICER, [POST]), ("chief", Role.ADMIN, [])):
            service.passwords[name] = create_person(connection, name, role, posts) or ""


@pytest.fixture(autouse=True)
def resumed(service: Service, people: None) -> Iterator[None]:
    yield
    service.client.cookies.clear()
    with transaction(service.backend.engine, EVERYTHING) as connection:
        for stop in scoring_stops.stops(connection):
            scoring_stops.insert_switch(
                connection, stop.scope, stop.name, is_stopped=False, reason="checked", account_id=0
            )
    close_cases(service, "visa", waiting_at(service, POST))


def decided(service: Service, name: str) -> dict[str, Any]:
    table = service.world["visa_applications"]
    record = row_as_json(table.slice(table.num_rows - 1, 1).to_pylist()[0])
    record |= {"application_id": name, "passport_number": f"ST{name}", "post": POST}
    answer = service.client.post("/v1/visa-applications", json=record, headers=service.headers("feed"))
    assert answer.status_code == 201, answer.text
    return answer.json()  # type: ignore[no-any-return]


def newest(service: Service, name: str) -> Decision:
    with transaction(service.backend.engine, EVERYTHING) as connection:
        decision = decisions.latest(connection, "visa", name)
    assert decision is not None
    return decision


def switch(service: Service, who: str, where: str, do: str = "stop", **form: str) -> Any:
    service.client.cookies.clear()
    service.sign_in(who)
    reason = "model_fault" if do == "stop" else "mended"
    content = {"where": where, "do": do, "reason": reason, **form}
    return service.client.post("/scoring?lang=en", data=content, follow_redirects=False)


def stopped(page: str) -> bool:
    return texts("serving.stops")["stopped"]["en"].split("{")[0] in page


def test_an_officer_stops_the_own_post_and_every_page_says_so(service: Service) -> None:
    before = decided(service, "ST-1")
    assert before["score"] is not None
    assert switch(service, "stopper", f"post {POST}").status_code == 303
    for path in ("/queue", f"/cases/{before['decision_id']}", "/account", "/changes", "/scoring"):
        page = service.client.get(f"{path}?lang=en").text
        assert stopped(page), path
        assert "stopper" in page
        assert texts("serving.stop_reasons")["model_fault"]["en"] in page
        assert (BY_ARRIVAL in page) == (path == "/queue")
    # who comes now waits without a score, by arrival; another post goes on
    unscored = decided(service, "ST-2")
    assert (unscored["score"], unscored["route"], unscored["model"]) == (None, "no_score", None)
    with transaction(service.backend.engine, EVERYTHING) as connection:
        assert order_in_force(connection, POST, "priority") == "arrival"
        assert order_in_force(connection, "QS-OTHER", "priority") == "priority"
    service.client.cookies.clear()
    service.sign_in("elsewhere")
    other = service.client.get("/queue?lang=en").text
    assert not stopped(other)
    assert BY_ARRIVAL not in other


def test_the_way_back_scores_who_waited_without(service: Service) -> None:
    switch(service, "stopper", f"post {POST}")
    unscored = decided(service, "ST-3")
    assert switch(service, "stopper", f"post {POST}", "resume").status_code == 303
    until(lambda: newest(service, "ST-3").score is not None)
    with transaction(service.backend.engine, EVERYTHING) as connection:
        latest = decisions.latest(connection, "visa", "ST-3")
        assert latest is not None
        assert latest.score is not None
        assert latest.as_of == decisions.by_id(connection, unscored["decision_id"]).as_of  # type: ignore[union-attr]
        assert [fault for fault in verify_log(connection) if fault.kind == "scoring_switch"] == []
    page = service.client.get("/scoring?lang=en").text
    assert not stopped(page)
    assert LABELS["past_resume"]["en"].format(place=POST) in page
    for decision_id in (unscored["decision_id"], latest.decision_id):
        replayed = service.client.get(f"/v1/decisions/{decision_id}/replay", headers=service.headers("auditor")).json()
        assert replayed["identical"] is True, replayed


def test_a_case_keeps_its_score_while_scoring_is_stopped_and_later_records_wait(service: Service) -> None:
    before = decided(service, "ST-4")
    switch(service, "stopper", f"post {POST}")
    entry = {"entry_id": "TIP-ST-4", "listed_at": "2030-01-01T00:00:00Z", "role": "victim", "family_name": "L", "given_names": "P",
             "birth_date": "1970-01-01", "passport_number": "STST-4"}  # fmt: skip
    entry["listed_at"] = before["as_of"][:19] + "Z"
    assert (
        service.client.post("/v1/records/tip_database", json=entry, headers=service.headers("feed")).status_code == 201
    )
    rescorer = Rescorer(service.backend.for_requests())
    while rescorer.rescore_some():
        pass
    with transaction(service.backend.engine, EVERYTHING) as connection:
        assert decisions.latest(connection, "visa", "ST-4").decision_id == before["decision_id"]  # type: ignore[union-attr]
    switch(service, "stopper", f"post {POST}", "resume")
    until(lambda: '"code":"protect"' in newest(service, "ST-4").shown)


def test_an_administrator_stops_all_or_a_model_and_an_officer_neither(service: Service) -> None:
    for where in ("all ", "model visa", "post QS-OTHER", "post ", "nothing x"):
        assert switch(service, "stopper", where).status_code == 403, where
    assert switch(service, "chief", "model visa").status_code == 303
    assert decided(service, "ST-5")["score"] is None
    assert switch(service, "chief", "model visa").status_code == 409
    assert switch(service, "chief", "model visa", "resume").status_code == 303
    assert switch(service, "chief", "all ").status_code == 303
    assert decided(service, "ST-6")["score"] is None
    # an officer sees the stop of all, and cannot end it
    assert switch(service, "stopper", "all ", "resume").status_code == 403
    assert stopped(service.client.get("/queue?lang=en").text)
    assert switch(service, "chief", "post ", post="QS-OTHER").status_code == 303
    assert switch(service, "chief", "all ", "resume", reason="").status_code == 422


def test_officers_see_which_line_a_waiver_covers(service: Service) -> None:
    models = service.backend.models
    approvals = models.approvals
    condition = next(iter(texts("training.conditions")))
    waived = dataclasses.replace(approvals["visa"], waiver=f"E7: small sample ({condition})")
    models.approvals = {**approvals, "visa": waived}
    try:
        for language in ("ja", "en"):
            [banner] = trial_banners(models, language)
            assert "E7" in banner
            assert texts("training.conditions")[condition][language] in banner
    finally:
        models.approvals = approvals
