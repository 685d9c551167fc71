"""Acts on the queue: no case is held twice, each act has its leaf, and each has a way back.

Covers: store.queue_acts, pages.queue_acts, pages.queue_desk, pages.case_acts.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from serving.app import create_app
from serving.auth.api_keys import add_key
from serving.decisions.case_acts import give_back_all
from serving.log.verification import verify_log
from serving.refusals import Refusal
from serving.store import decisions, queue_acts, waiting_cases
from tests.serving.conftest import LABELS
from tests.serving.decisions.conftest import OFFICERS, POST, Desk

CASES = 40


def faults(desk: Desk) -> list[str]:
    with desk.backend.engine.connect() as connection:
        return [str(fault) for fault in verify_log(connection)]


def test_eight_officers_who_take_at_once_never_get_the_same_case(three: Desk) -> None:
    for number in range(CASES - 3):
        three.add(f"D-{number}", 0.05)
    requests = replace(three, backend=three.backend.for_requests())

    def work(number: int) -> list[str]:
        officer, seen = number % OFFICERS, []
        for _ in range(CASES // OFFICERS):
            name = requests.take(officer)
            assert name is not None
            seen.append(name)
            with three.backend.engine.begin() as connection:
                decisions.mark_interviewed(
                    connection, "visa", three.prefix + name, requests.officers[officer].account_id
                )
        return seen

    with ThreadPoolExecutor(OFFICERS) as pool:
        given = Counter(name for seen in pool.map(work, range(OFFICERS)) for name in seen)
    assert len(given) == sum(given.values()) == CASES
    assert requests.take(0) is None
    assert faults(three) == []


def test_a_case_that_eight_officers_open_at_once_is_at_hand_of_a_single_one(three: Desk) -> None:
    decision = three.case("B")

    def work(officer: int) -> int:
        try:
            three.act(officer, decision, "open")
        except Refusal as refusal:
            return refusal.status
        return 200

    with ThreadPoolExecutor(OFFICERS) as pool:
        assert Counter(pool.map(work, range(OFFICERS))) == {200: 1, 409: OFFICERS - 1}
    assert sum("B" in three.at_hand(officer) for officer in range(OFFICERS)) == 1


def test_the_next_case_is_the_first_that_nobody_has_and_an_officer_has_one_at_a_time(three: Desk) -> None:
    assert [three.take(0), three.take(0), three.take(1), three.take(2), three.take(3)] == ["A", "A", "B", "C", None]


def test_a_hold_runs_out_and_begins_anew_where_it_is_kept(three: Desk) -> None:
    assert three.take(0) == "A"
    three.run_out()
    assert three.at_hand(0) == []
    assert three.take(1) == "A"
    before = place(three, "A").until
    three.act(1, three.case("A"), "open")
    kept = place(three, "A")
    assert kept.until is not None
    assert before is not None
    assert kept.until > before
    # what the queue gave stays so; a case opened by hand is kept apart
    assert kept.act == "take"
    three.act(1, three.case("C"), "open")
    assert place(three, "C").act == "open"
    assert three.take(1) == "A"
    three.act(1, three.case("A"), "release")
    three.act(1, three.case("A"), "open")
    assert place(three, "A").act == "take"
    three.act(1, three.case("A"), "release")
    three.act(2, three.case("A"), "open")
    assert place(three, "A").act == "open"


def test_at_the_end_of_a_shift_all_is_given_back(three: Desk) -> None:
    three.take(0)
    three.act(0, three.case("C"), "open")
    assert give_back_all(three.backend, three.officers[0]) == 2
    assert three.at_hand(0) == []
    assert three.take(1) == "A"


def test_a_case_passed_over_is_not_given_again_to_the_same_officer_but_to_others(three: Desk) -> None:
    three.act(0, three.case("A"), "skip", reason="acquaintance")
    assert three.take(0) == "B"
    assert three.take(1) == "A"
    three.act(1, three.case("A"), "release")
    three.act(0, three.case("B"), "release")
    assert three.take(0) == "A"


def test_a_case_put_off_is_given_to_nobody_and_wakes_when_it_changes(three: Desk) -> None:
    three.act(0, three.case("A"), "snooze", day=tomorrow())
    assert (three.take(0), three.take(1)) == ("B", "C")
    with three.backend.engine.connect() as connection:
        assert [row.decision.subject_id[-1] for row in waiting_cases.page(connection, POST, 10)] == ["B", "C"]
    three.add("A", 0.3)  # decided again, as after a correction
    assert three.take(2) == "A"


def test_a_case_put_off_comes_back_on_its_day_at_the_post(three: Desk) -> None:
    three.act(0, three.case("A"), "snooze", day=tomorrow())
    until = place(three, "A").until
    assert until is not None
    assert until.astimezone(dt.timezone(dt.timedelta(hours=8))).isoformat()[:16] == f"{tomorrow()}T00:00"
    three.run_out()
    assert three.take(1) == "A"


@pytest.mark.parametrize("day", ["", "2012-01-01", "9999-12-31", "tomorrow"])
def test_a_case_is_not_put_off_to_a_day_that_is_past_far_or_none(three: Desk, day: str) -> None:
    with pytest.raises(Refusal, match="cannot be put off"):
        three.act(0, three.case("A"), "snooze", day=day)
    assert three.take(0) == "A"


@pytest.mark.parametrize(("act", "reason"), [("skip", ""), ("skip", "other"), ("close", "withdrawn"), ("", "")])
def test_an_act_without_its_reason_or_of_another_name_is_refused(three: Desk, act: str, reason: str) -> None:
    with pytest.raises(Refusal, match="no such act"):
        three.act(0, three.case("A"), act, reason=reason)


def test_what_was_put_off_passed_over_or_closed_comes_back_and_may_be_closed_again(three: Desk) -> None:
    decision = three.case("A")
    for act, words in (("skip", {"reason": "papers"}), ("snooze", {"day": tomorrow()})):
        three.act(0, decision, act, **words)
        three.act(1, decision, "restore")
        assert three.take(2) == "A"
        three.act(2, decision, "release")
    for _ in range(2):
        with three.backend.engine.begin() as connection:
            queue_acts.close(connection, "visa", three.prefix + "A", "withdrawn", three.officers[0].account_id)
        assert three.take(2) == "B"
        three.act(2, three.case("B"), "release")
        three.act(1, decision, "restore")
        assert three.take(2) == "A"
        three.act(2, decision, "release")
    assert faults(three) == []


def test_a_case_closed_before_closing_was_an_act_stays_closed_until_it_is_restored(three: Desk) -> None:
    with three.backend.engine.begin() as connection:
        connection.execute(text("insert into serving.closed_case (subject, subject_id, reason, account_id) values ('visa', :id, 'duplicate', 0)"), {"id": three.prefix + "A"})  # fmt: skip
        assert queue_acts.closing_reason(connection, "visa", three.prefix + "A") == "duplicate"
    assert three.take(0) == "B"
    three.act(1, three.case("A"), "restore")
    assert three.take(2) == "A"
    with three.backend.engine.begin() as connection:  # it has no leaf, and the log stays without faults for others
        connection.execute(text("delete from serving.closed_case"))


def test_a_case_after_its_interview_takes_no_act(three: Desk) -> None:
    with three.backend.engine.begin() as connection:
        decisions.mark_interviewed(connection, "visa", three.prefix + "A", three.officers[0].account_id)
    for act in ("open", "release", "restore"):
        with pytest.raises(Refusal, match="does not wait"):
            three.act(0, three.case("A"), act)


def test_an_interview_of_a_case_that_another_officer_has_is_refused(three: Desk) -> None:
    three.take(0)
    with three.backend.engine.begin() as connection:
        keys = [add_key(connection, officer.account_id, "test") for officer in three.officers[:2]]
    body = {"subject": "visa_application", "subject_id": three.prefix + "A", "occurred_at": "2012-12-03T02:00:00Z",
            "known_at": "2012-12-03T02:00:00Z", "arm": "referral", "finding": "no_indication"}  # fmt: skip
    client = TestClient(create_app(service=three.backend))
    answers = [
        client.post("/v1/interviews", json=body, headers={"Authorization": f"Bearer {key}"}) for key in reversed(keys)
    ]
    assert [answer.status_code for answer in answers] == [409, 201]
    assert answers[0].json()["error"]["code"] == "held"


def test_every_act_is_a_leaf_with_the_account_and_a_change_of_one_is_seen(three: Desk) -> None:
    three.take(3)
    three.act(3, three.case("A"), "skip", reason="language")
    with three.backend.engine.connect() as connection:
        rows = connection.execute(
            text("select content from serving.log_leaf where kind = 'queue_act' order by position desc limit 2")
        )
        contents = [bytes(row[0]).decode() for row in rows]
        assert [re.findall(r'"(?:account_id|act|reason)":(?:"([^"]*)"|null)', content) for content in contents] == [
            [str(three.officers[3].account_id), "skip", "language"], [str(three.officers[3].account_id), "take", ""],
        ]  # fmt: skip
        connection.execute(text("set local session_replication_role = replica"))
        connection.execute(
            text("update serving.queue_act set reason = 'papers' where act = 'skip' and reason = 'language'")
        )
        assert [fault.kind for fault in verify_log(connection)] == ["queue_act"]
        connection.rollback()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_by_form_a_case_is_taken_passed_over_and_brought_back(three: Desk, language: str) -> None:
    client = three.page(0)
    client.cookies.set("lang", language)
    taken = client.post("/queue/take", data={"post": POST})
    case = three.case("A").decision_id
    assert taken.url.path == f"/cases/{case}"
    assert LABELS["keep"][language] in taken.text
    assert LABELS["release_all"][language] in client.get("/queue").text
    passed = client.post(f"/cases/{case}/acts", data={"act": "skip", "reason": "acquaintance"})
    assert LABELS["done_skip"][language] in passed.text
    assert LABELS["undo_act"][language] in passed.text
    aside = client.get("/queue/put-off").text
    assert f'<a href="/cases/{case}">' in aside
    back = client.post(f"/cases/{case}/acts", data={"act": "restore"})
    assert LABELS["done_restore"][language] in back.text
    assert LABELS["put_off_none"][language] in client.get("/queue/put-off").text
    assert client.post("/queue/take", data={"post": POST}).url.path == f"/cases/{case}"
    other = three.page(1)
    other.cookies.set("lang", language)
    shown = other.post(f"/cases/{case}/acts", data={"act": "open"})
    held = LABELS["with_other"][language].partition("{")[0]
    assert f"<bdi>desk-0</bdi> {held}" in shown.text
    assert LABELS["done_all"][language] in client.post("/queue/release").text


def test_the_page_says_so_where_nobody_is_free_and_a_foreign_post_is_refused(three: Desk) -> None:
    for officer in range(3):
        three.take(officer)
    client = three.page(4)
    assert LABELS["done_none"]["ja"] in client.post("/queue/take", data={"post": POST}).text
    assert client.post("/queue/take", data={"post": "TH-BKK"}).status_code == 403


def test_closing_by_hand_offers_the_way_back(three: Desk) -> None:
    client, case = three.page(0), three.case("A").decision_id
    closed = client.post(f"/cases/{case}/close", data={"reason": "duplicate"})
    assert LABELS["done_close"]["ja"] in closed.text
    assert LABELS["undo_act"]["ja"] in closed.text
    client.post(f"/cases/{case}/acts", data={"act": "restore"})
    assert three.take(1) == "A"


def place(desk: Desk, subject_id: str) -> queue_acts.Place:
    with desk.backend.engine.connect() as connection:
        found = queue_acts.place_of(connection, "visa", desk.prefix + subject_id)
    assert found is not None
    return found


def tomorrow() -> str:
    """Return tomorrow at the post, eight hours ahead of UTC."""
    return (dt.datetime.now(dt.UTC) + dt.timedelta(hours=8, days=1)).date().isoformat()
