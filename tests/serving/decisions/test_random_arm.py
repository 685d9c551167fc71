"""Random arm: drawn uniformly from those whom the score does not reach, stored by the service, and shown by nothing.

Covers: store.random_draws.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import time
from collections import Counter
from collections.abc import Iterator

import numpy as np
import orjson
import pytest
from scipy.stats import chisquare
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sqlalchemy import text
from starlette.testclient import TestClient

from serving.app import create_app
from serving.auth.api_keys import add_key
from serving.decisions.capacity import set_hours, week_of
from serving.decisions.interviews import record_outcome
from serving.decisions.random_arm import is_random_slot
from serving.decisions.scoring_stops import REASONS, RESUME_REASONS, switch_scoring
from serving.log.verification import verify_log
from serving.refusals import Refusal
from serving.store import random_draws
from serving.store.interview_plans import InterviewPlan
from serving.store.random_draws import RandomDraw
from tests.serving.decisions.conftest import POST, Desk

WAITING = 120
"""Cases that wait beside A, B and C."""


@pytest.fixture
def week(three: Desk) -> Iterator[Desk]:
    """A post with a hundred and more waiting cases, hours for twenty interviews, and no draw yet."""
    with three.backend.engine.begin() as connection:
        connection.execute(text("set local session_replication_role = replica"))
        for table in ("drawn_case", "random_draw", "interviewed_case"):
            connection.execute(text(f"delete from serving.{table}"))
        kinds = "('drawn_case', 'random_draw', 'queue_removal')"
        connection.execute(text(f"update serving.log_leaf set kind = 'old_' || kind where kind in {kinds}"))
        connection.execute(text("delete from serving.waiting_case where not starts_with(subject_id, :own)"), {"own": three.prefix})  # fmt: skip
    for number in range(WAITING):
        three.add(f"W-{number}", 0.09 - number / 10_000)
    set_hours(three.backend, three.officers[0], InterviewPlan(POST, week_of(POST), 15.0, 45, 0.15))
    yield three


def drawn(desk: Desk) -> dict[str, float]:
    with desk.backend.engine.connect() as connection:
        rows = connection.execute(text("select subject_id, inclusion_probability from serving.drawn_case"))
        return {row[0].removeprefix(desk.prefix): row[1] for row in rows}


def interview(desk: Desk, name: str, officer: int = 0, **claims: object) -> tuple[str, float | None]:
    """Record an interview, and return the arm and probability that were stored."""
    record = {"subject": "visa_application", "subject_id": desk.prefix + name, "occurred_at": "2012-12-04T02:00:00Z",
              "known_at": "2012-12-04T02:00:00Z", "arm": "targeted", "finding": "no_indication"}  # fmt: skip
    outcome_id = record_outcome(desk.backend, desk.officers[officer], record | claims)
    with desk.backend.engine.connect() as connection:
        [row] = desk.backend.store.rows(connection, "outcomes", [outcome_id]).to_pylist()
    return row["arm"], row["inclusion_probability"]


def test_a_week_draws_its_share_from_those_beyond_the_slots_of_the_score(week: Desk) -> None:
    week.take(0)
    chosen = drawn(week)
    # 20 slots, 15 % of them are 3; 17 go by score, and 123 - 17 are left
    assert len(chosen) == 3
    assert set(chosen.values()) == {3 / (WAITING + 3 - 17)}
    first = {"A", "B", "C", *(f"W-{number}" for number in range(14))}
    assert not first & set(chosen)


def test_the_draw_of_a_week_is_made_once(week: Desk) -> None:
    for officer in range(4):
        week.take(officer)
    with week.backend.engine.connect() as connection:
        assert connection.execute(text("select count(*) from serving.random_draw")).scalar_one() == 1
        leaves = connection.execute(text("select kind, count(*) from serving.log_leaf where kind in ('random_draw', 'drawn_case') group by 1"))  # fmt: skip
        assert dict(leaves.all()) == {"random_draw": 1, "drawn_case": 3}


def test_a_draw_is_uniform_over_many_seeds(week: Desk) -> None:
    counts: Counter[str] = Counter()
    with week.backend.engine.connect() as connection:
        for number in range(1500):
            seed = hashlib.sha256(b"%d" % number).digest()
            frame, cases = random_draws.undrawn(connection, POST, None, seed, 63, 6)
            counts.update(case.subject_id for case in cases)
    # 123 - 63 = 60 cases, each expected 1500 * 6 / 60 = 150 times
    assert (frame, len(counts), sum(counts.values())) == (60, 60, 9000)
    assert chisquare(list(counts.values())).pvalue > 0.001


def test_former_victims_and_children_are_not_left_to_chance(week: Desk) -> None:
    with week.backend.engine.begin() as connection:
        connection.execute(text("set local session_replication_role = replica"))
        connection.execute(text("update serving.waiting_case set tier = 1 where subject_id like '%W-9_'"))
        _, cases = random_draws.undrawn(connection, POST, None, b"seed", 0, 1000)
        connection.rollback()
    assert len(cases) == WAITING + 3 - 10
    assert not any(re.search(r"W-9\d$", case.subject_id) for case in cases)


def test_the_slots_of_a_week_come_mixed_and_the_drawn_cases_all_come_up(week: Desk) -> None:
    given = []
    for turn in range(20):
        name = week.take(0)
        assert name is not None
        given.append(name)
        interview(week, name)
        if turn == 0:
            chosen = set(drawn(week))
    places = [turn for turn, name in enumerate(given) if name in chosen]
    assert len(places) == 3
    with week.backend.engine.connect() as connection:
        draw = random_draws.draw_of(connection, POST, week_of(POST))
    assert draw is not None
    assert places == [slot for slot in range(20) if is_random_slot(draw, slot)]
    by_score = [name for name in given if name not in chosen]
    assert by_score == ["A", "B", "C", *(f"W-{number}" for number in range(14))]
    with pytest.raises(Refusal, match="used up"):
        week.take(0)


def test_every_slot_of_a_week_is_as_likely_to_be_random() -> None:
    counts = np.zeros(20)
    for number in range(2000):
        draw = RandomDraw(1, hashlib.sha256(b"%d" % number).digest(), 20, 3, dt.datetime.now(dt.UTC))
        counts += [is_random_slot(draw, slot) for slot in range(20)]
    assert counts.sum() == 6000
    assert chisquare(counts).pvalue > 0.001


@pytest.mark.parametrize("claims", [
    {"arm": "targeted", "inclusion_probability": 1.0}, {"arm": "random", "inclusion_probability": 0.9}, {"arm": "referral"},
])  # fmt: skip
def test_of_a_drawn_case_the_probability_of_the_draw_is_stored_whatever_is_claimed(
    week: Desk, claims: dict[str, object]
) -> None:
    week.take(0)
    [name, *_] = drawn(week)
    assert interview(week, name, **claims) == ("random", 3 / (WAITING + 3 - 17))


@pytest.mark.parametrize(("claims", "stored"), [
    ({"arm": "random", "inclusion_probability": 0.5}, ("targeted", 1.0)), ({"arm": "targeted"}, ("targeted", 1.0)),
    ({"arm": "targeted", "inclusion_probability": 0.2}, ("targeted", 1.0)), ({"arm": "referral"}, ("referral", None)),
    ({"arm": "later_identification"}, ("later_identification", None)),
])  # fmt: skip
def test_of_any_other_case_nobody_claims_the_random_sample(
    week: Desk, claims: dict[str, object], stored: tuple[str, float | None]
) -> None:
    assert week.take(0) in {"A", *drawn(week)}
    name = "A" if "A" in week.at_hand(0) else "B"
    assert interview(week, name, **claims) == stored


def test_a_case_opened_by_hand_is_kept_apart(week: Desk) -> None:
    week.act(0, week.case("B"), "open")
    assert interview(week, "B") == ("referral", None)


def test_an_answer_says_that_the_service_decides_and_is_the_same_for_both_arms(week: Desk) -> None:
    week.take(0)
    [name, *_] = drawn(week)
    other = next(f"W-{number}" for number in range(20, 100) if f"W-{number}" not in drawn(week))
    with week.backend.engine.begin() as connection:
        key = add_key(connection, week.officers[0].account_id, "test")
    answers = []
    for case in (name, other):
        body = {"subject": "visa_application", "subject_id": week.prefix + case, "occurred_at": "2012-12-04T02:00:00Z",
                "known_at": "2012-12-04T02:00:00Z", "arm": "random", "inclusion_probability": 0.5, "finding": "no_indication"}  # fmt: skip
        client = TestClient(create_app(service=week.backend))
        answer = client.post("/v1/interviews", json=body, headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code == 201, answer.text
        answers.append(answer.json())
    assert [answer["decided_by_service"] for answer in answers] == [["arm", "inclusion_probability"]] * 2
    assert answers[0].keys() == answers[1].keys()


def test_who_was_drawn_cannot_be_changed_or_added_unseen(week: Desk) -> None:
    week.take(0)
    with week.backend.engine.connect() as connection:
        connection.execute(text("set local session_replication_role = replica"))
        connection.execute(text("update serving.drawn_case set inclusion_probability = 1"))
        assert {fault.kind for fault in verify_log(connection) if not fault.kind.startswith("queue")} == {"drawn_case"}
        connection.rollback()
        assert not {fault.kind for fault in verify_log(connection)} & {"drawn_case", "random_draw"}


def test_no_page_no_field_no_order_and_no_time_tells_who_was_drawn(week: Desk) -> None:
    """A classifier on all that an officer is sent about those who wait; given their scores, it does no better than chance."""
    set_hours(week.backend, week.officers[0], InterviewPlan(POST, week_of(POST), 75.0, 45, 0.20))  # 100 slots, 20 drawn
    for number in range(100):
        week.add(f"X-{number}", 0.0789 - number / 10_000)
    week.take(0)
    chosen = drawn(week)
    assert len(chosen) == 20
    with week.backend.engine.begin() as connection:
        key = add_key(connection, week.officers[1].account_id, "test")
    page = week.page(1)
    texts_of, numbers_of = sent_about(week, page, {"Authorization": f"Bearer {key}"})
    rest = sorted(name for name in texts_of if rank_of(week, name) > 80)
    labels = np.array([name in chosen for name in rest])
    assert labels.sum() == 20
    numbers = np.array([numbers_of[name] for name in rest])
    sent = [texts_of[name] for name in rest]
    assert 0.3 < auc(sent, numbers, labels) < 0.7
    # the same classifier finds a word that would tell
    planted = [text + (" drawn" if label else "") for text, label in zip(sent, labels, strict=True)]
    assert auc(planted, numbers, labels) > 0.95


def sent_about(
    desk: Desk, page: TestClient, headers: dict[str, str]
) -> tuple[dict[str, str], dict[str, tuple[float, ...]]]:
    """Return what is sent about each waiting case: its texts, and its places, lengths and times as numbers."""
    rows = {order: listed(desk, page, order) for order in ("priority", "due")}
    answer = page.get("/v1/queue?capacity=500", headers=headers).json()["cases"]
    fields = {case["subject_id"].removeprefix(desk.prefix): case for case in answer}
    sent, numbers = {}, {}
    for place, (name, row) in enumerate(rows["priority"].items()):
        decision_id = desk.case(name).decision_id
        begin = time.perf_counter()
        case = page.get(f"/cases/{decision_id}").text
        seconds = time.perf_counter() - begin
        decision = page.get(f"/v1/decisions/{decision_id}", headers=headers).text
        values = row + case + decision + orjson.dumps(fields[name]).decode()
        # ids and names are random, and equal for nobody
        sent[name] = re.sub(r"[0-9a-f-]{36}|" + re.escape(desk.prefix) + r"\S*|\d+", " ", values)
        due = list(rows["due"]).index(name)
        numbers[name] = (place - due, len(row), len(case), len(decision), seconds, place - list(fields).index(name))
    return sent, numbers


def listed(desk: Desk, page: TestClient, order: str) -> dict[str, str]:
    """Return the row of each case in an order of the queue's page."""
    rows: dict[str, str] = {}
    url = f"/queue?order={order}&rows=200"
    while url:
        html = page.get(url).text
        for row in re.findall(r"<li>\s*<span class=\"rank\".*?</li>", html, re.DOTALL):
            rows[re.findall(re.escape(desk.prefix) + r"([\w-]+)", row)[0]] = row
        following = re.search(r'href="([^"]+)" rel="next"', html)
        url = "/queue" + following[1].replace("&amp;", "&") if following else ""
    return rows


def rank_of(desk: Desk, name: str) -> int:
    kind, _, number = name.partition("-")
    return {"A": 1, "B": 2, "C": 3}.get(kind) or (4 + int(number) if kind == "W" else 4 + WAITING + int(number))


def auc(texts: list[str], numbers: np.ndarray, labels: np.ndarray) -> float:
    """Return the area under the curve of a cross-validated classifier on texts and numbers."""
    words = CountVectorizer(max_features=500).fit_transform(texts).toarray()
    values = np.hstack([words, numbers])
    scaled = (values - values.mean(axis=0)) / np.maximum(values.std(axis=0), 1e-9)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    model = LogisticRegression(C=0.1, class_weight="balanced", max_iter=2000)
    return float(roc_auc_score(labels, cross_val_predict(model, scaled, labels, cv=folds, method="decision_function")))


def test_while_scoring_is_stopped_cases_come_in_order_of_arrival_and_nobody_is_drawn(week: Desk) -> None:
    week.add("LATE", 0.99)
    switch_scoring(week.backend, week.officers[0], "post", POST, is_stopped=True, reason=REASONS[0])
    assert (week.take(0), week.take(1), drawn(week)) == ("A", "B", {})
    switch_scoring(week.backend, week.officers[0], "post", POST, is_stopped=False, reason=RESUME_REASONS[0])
    assert week.take(2) in {"LATE", *drawn(week)}
    assert len(drawn(week)) == 3


def test_a_plan_for_no_hours_draws_nobody_and_gives_nobody(three: Desk) -> None:
    set_hours(three.backend, three.officers[0], InterviewPlan(POST, week_of(POST), 0.0, 45, 0.15))
    with pytest.raises(Refusal, match="used up"):
        three.take(0)
    set_hours(three.backend, three.officers[0], InterviewPlan(POST, week_of(POST), 1000.0, 45, 0.15))
    assert three.take(0) is not None
