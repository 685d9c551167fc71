"""Handing over: a named colleague accepts a case or gives it back, nobody else gets it meanwhile, and each step is a leaf."""

from __future__ import annotations

import html
import re

import pytest

from serving.auth.people import account_named, create_person
from serving.auth.permissions import Role
from serving.decisions.hand_overs import hand_over
from serving.refusals import Refusal
from serving.store import queue_acts
from tests.serving.conftest import LABELS
from tests.serving.decisions.conftest import POST, Desk
from tests.serving.decisions.test_case_acts import faults, place


def hand(desk: Desk, giver: int, receiver: int, name: str | None = None) -> int:
    decision = None if name is None else desk.case(name)
    return hand_over(desk.backend, desk.officers[giver], str(desk.officers[receiver].account_id), decision)


def test_all_cases_at_hand_go_to_a_colleague_who_accepts_and_nobody_else_gets_them(three: Desk) -> None:
    assert three.take(0) == "A"
    three.act(0, three.case("C"), "open")
    assert hand(three, 0, 1) == 2
    assert [three.take(2), three.take(3)] == ["B", None]
    with pytest.raises(Refusal, match="another officer"):
        three.act(2, three.case("A"), "open")
    three.act(1, three.case("A"), "open")
    three.act(1, three.case("C"), "open")
    # the way by which the case came stays: given by the queue, or opened by hand
    assert [(place(three, name).act, place(three, name).account) for name in "AC"] == [
        ("take", "desk-1"),
        ("open", "desk-1"),
    ]
    assert faults(three) == []


def test_a_colleague_lets_a_case_go_back_and_the_giver_takes_one_back(three: Desk) -> None:
    three.take(0)
    three.act(0, three.case("C"), "open")
    hand(three, 0, 1)
    three.act(1, three.case("A"), "release")
    assert three.take(2) == "A"
    three.act(0, three.case("C"), "open")
    assert (place(three, "C").act, place(three, "C").account) == ("open", "desk-0")
    # once it is accepted, the giver has no say any more
    hand(three, 0, 1, "C")
    three.act(1, three.case("C"), "open")
    with pytest.raises(Refusal, match="another officer"):
        three.act(0, three.case("C"), "open")


def test_what_nobody_accepts_is_free_after_a_shift_and_outlasts_a_new_decision(three: Desk) -> None:
    three.take(0)
    hand(three, 0, 1, "A")
    three.add("A", 0.99)
    assert place(three, "A").act == "hand"
    assert three.take(2) == "B"
    three.act(2, three.case("B"), "release")
    three.run_out()
    assert three.take(2) == "A"
    with three.backend.engine.connect() as connection:
        assert queue_acts.handed_over(connection, three.officers[0].account_id) == []


@pytest.mark.parametrize(
    ("giver", "receiver", "case", "status"), [(0, 0, "A", 422), (1, 2, "A", 409), (0, 1, "B", 409)]
)
def test_a_case_goes_from_who_has_it_to_another_officer_of_its_post(
    three: Desk, giver: int, receiver: int, case: str, status: int
) -> None:
    three.take(0)
    with pytest.raises(Refusal) as refused:
        hand(three, giver, receiver, case)
    assert refused.value.status == status
    with pytest.raises(Refusal, match="no such colleague"):
        hand_over(three.backend, three.officers[0], "no account", None)
    elsewhere = f"elsewhere-{giver}-{case}"
    with three.backend.engine.begin() as connection:
        create_person(connection, elsewhere, Role.OFFICER, ["XX-ELSE"])
        account = account_named(connection, elsewhere)
    assert account is not None
    with pytest.raises(Refusal, match="no such colleague"):
        hand_over(three.backend, three.officers[0], str(account.account_id), None)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_by_form_a_colleague_reads_from_whom_and_both_see_the_way_back(three: Desk, language: str) -> None:
    giver, receiver, case = three.page(0), three.page(1), three.case("A").decision_id
    for client in (giver, receiver):
        client.cookies.set("lang", language)
    page = giver.post("/queue/take", data={"post": POST})
    assert f'<option value="{three.officers[1].account_id}">desk-1</option>' in page.text
    to = str(three.officers[1].account_id)
    done = giver.post("/queue/hand-over", data={"to": to, "case": case})
    assert LABELS["done_hand"][language] in done.text
    assert re.search(rf"{LABELS['given_to'][language]} <bdi>desk-1</bdi>", done.text)
    assert LABELS["take_back"][language] in giver.get(f"/cases/{case}").text
    shown = html.unescape(receiver.get("/queue").text)
    assert re.search(rf"{LABELS['handed_by'][language]} <bdi>desk-0</bdi>", shown)
    for label in ("accept", "let_go"):
        assert LABELS[label][language] in shown
        assert LABELS[label][language] in receiver.get(f"/cases/{case}").text
    accepted = receiver.post(f"/cases/{case}/acts", data={"act": "open"})
    assert LABELS["mine"][language].partition("{")[0] in html.unescape(accepted.text)
    assert giver.post("/queue/hand-over", data={"to": to}).status_code == 409
