"""No register answers a guess, and a correction hides no former victim.

Covers: decisions.hand_entry_limits, store.hand_entry_counts.
"""

from __future__ import annotations

import random
import zlib
from typing import Any

import pytest
from sqlalchemy import text

from features.facts.table_facts import facts_of_table
from features.tables.json_rows import row_as_json, rows_to_table
from serving.decisions.scoring import NO_REGISTER, WHOLE_REGISTER, RegisterView
from serving.decisions.sight import Sight
from tests.proof_size import cases
from tests.serving.conftest import Service

NAME = {"family_name": "Sutherland", "given_names": "Rosalinda", "birth_date": "1985-04-03"}
ELSEWHERE = "XX-XXX"


@pytest.fixture(scope="module", autouse=True)
def listed(service: Service) -> None:
    entry = {**NAME, "entry_id": "TIP-GUESS", "listed_at": "2012-01-01T00:00:00Z", "role": "victim"}
    answer = service.client.post("/v1/records/tip_database", json=entry, headers=service.headers("feed"))
    assert answer.status_code == 201, answer.text


def record(service: Service, name: str, post: str | None = None, **changed: Any) -> dict[str, Any]:
    table = service.world["visa_applications"]
    row = row_as_json(table.slice(table.num_rows - 1, 1).to_pylist()[0])
    return {
        **row,
        "application_id": name,
        "post": post or row["post"],
        "passport_number": f"ZZ{zlib.crc32(name.encode()) % 10**7:07}",
        **changed,
    }


def send(service: Service, role: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = service.client.post("/v1/visa-applications", json=body, headers=service.headers(role))
    assert answer.status_code == 201, answer.text
    return answer.json()  # type: ignore[no-any-return]


def correct(service: Service, role: str, body: dict[str, Any]) -> dict[str, Any]:
    content = {"table": "visa_applications", "record": body}
    answer = service.client.post("/v1/corrections", json=content, headers=service.headers(role))
    assert answer.status_code == 201, answer.text
    return answer.json()["decision"]  # type: ignore[no-any-return]


def protects(decision: dict[str, Any]) -> bool:
    return any(warning["code"] == "protect" for warning in decision["warnings"])


def replays(service: Service, *shown: dict[str, Any]) -> None:
    for decision in shown:
        url = f"/v1/decisions/{decision['decision_id']}/replay"
        assert service.client.get(url, headers=service.headers("auditor")).json()["identical"] is True


def test_a_feeds_record_of_a_former_victim_is_shown(service: Service) -> None:
    decision = send(service, "feed", record(service, "A-LISTED", **NAME))
    assert protects(decision)
    replays(service, decision)


@pytest.mark.parametrize("guess", [{}, {"family_name": "Suthreland"}, {"birth_date": "1985-03-04"}])
def test_an_officers_guess_is_answered_like_any_other_name(service: Service, guess: dict[str, str]) -> None:
    name = f"A-GUESS-{len(guess)}{''.join(guess)}"
    hit = send(service, "elsewhere", record(service, name, ELSEWHERE, **{**NAME, **guess}))
    assert not protects(hit)
    assert "TIP-GUESS" not in str(hit)
    replays(service, hit)


def test_an_officers_correction_is_no_guess_either(service: Service) -> None:
    plain = record(service, "A-TURNED")
    assert not protects(send(service, "feed", plain))
    guessed = correct(service, "officer", {**plain, **NAME})
    assert not protects(guessed)
    # an auditor, who may read the register, sees the match of the same record
    seen = correct(service, "auditor", {**plain, **NAME, "intended_stay_days": 11})
    assert protects(seen)
    replays(service, guessed, seen)


def test_a_correction_hides_no_former_victim(service: Service) -> None:
    victim = record(service, "A-STAYS", **NAME)
    assert protects(send(service, "feed", victim))
    again = correct(service, "officer", {**victim, "intended_stay_days": 12})
    third = correct(service, "officer", {**victim, "intended_stay_days": 13})
    assert protects(again)
    assert protects(third)
    replays(service, again, third)


LISTED = {"family_name": "Wronginen", "given_names": "Perpetua", "birth_date": "1961-02-07"}


@pytest.fixture(scope="module")
def perpetrator(service: Service) -> None:
    entry = {**LISTED, "entry_id": "TIP-PERP", "listed_at": "2012-01-01T00:00:00Z", "role": "perpetrator", "phone": "090-5150-0001"}  # fmt: skip
    answer = service.client.post("/v1/records/tip_database", json=entry, headers=service.headers("feed"))
    assert answer.status_code == 201, answer.text


def matched(decision: dict[str, Any]) -> dict[str, float]:
    """Return the features of the watch list that are not 0."""
    return {
        entry["feature"]: entry["value"]
        for entry in decision["contributions"]
        if "watch" in entry["feature"] and entry["value"]
    }


WAYS = [LISTED, {"guarantor_name": "Perpetua Wronginen", "guarantor_birth_date": "1961-02-07"}, {"guarantor_phone": "090-5150-0001"}]  # fmt: skip


@pytest.mark.usefixtures("perpetrator")
@pytest.mark.parametrize("at", range(len(WAYS)))
def test_the_perpetrators_register_answers_a_feed_and_no_officers_guess(service: Service, at: int) -> None:
    by_feed = send(service, "feed", record(service, f"A-PERP-{at}", ELSEWHERE, **WAYS[at]))
    by_hand = send(service, "elsewhere", record(service, f"A-PERP-{at}", ELSEWHERE, **WAYS[at]))
    assert matched(by_feed)
    assert not matched(by_hand)
    assert "TIP-PERP" not in str(by_hand)
    assert "register_withheld" in {warning["code"] for warning in by_hand["warnings"]}
    assert "register_withheld" not in {warning["code"] for warning in by_feed["warnings"]}
    replays(service, by_feed, by_hand)


@pytest.mark.usefixtures("perpetrator")
def test_an_officers_correction_keeps_a_match_that_was_shown_and_asks_for_no_other(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, listed = record(service, "A-REGISTER-PLAIN"), record(service, "A-LISTED-SPONSOR", **WAYS[1])
    send(service, "feed", plain)
    before = send(service, "feed", listed)
    assert not matched(correct(service, "officer", {**plain, **WAYS[1]}))
    after = correct(service, "officer", {**listed, "intended_stay_days": 17})
    shown = "TIP-PERP" in str([reason["evidence"] for reason in before["reasons"]])
    assert bool(matched(after)) == shown
    replays(service, before, after)


@pytest.mark.proof
@pytest.mark.timeout(3000)
def test_a_thousand_guesses_at_the_registers_tell_nothing(service: Service) -> None:
    """Each guess hits an entry; the answer is the same, bit for bit, with and without the entries."""
    chance, count, hits = random.Random(7), cases(1_000, 20), 0
    names = [{"family_name": word(chance), "given_names": word(chance), "birth_date": f"{1950 + n % 45}-0{1 + n % 9}-{10 + n % 18}"} for n in range(count)]  # fmt: skip
    entries = [
        {**name, "entry_id": f"TIP-N{n}", "listed_at": "2012-01-01T00:00:00Z", "role": ("victim", "perpetrator")[n % 2]}
        for n, name in enumerate(names)
    ]
    store, by_officer = service.backend.store, NO_REGISTER
    engine = service.backend.engine.execution_options(isolation_level="READ COMMITTED")
    with engine.connect() as connection:
        before = store.head(connection)
        store.append(connection, "tip_database", rows_to_table("tip_database", entries)[0])
        after = store.head(connection)
        for number, name in enumerate(names):
            given = name["family_name"]
            spelling = {"family_name": given[:-2] + given[-1] + given[-2]} if number % 3 == 0 else {}
            row, faults = rows_to_table("visa_applications", [record(service, f"A-{number}", **{**name, **spelling})])
            assert not faults
            own = facts_of_table("visa_applications", row)

            def answer(position: int, register: RegisterView) -> tuple[object, ...]:
                sight = Sight(position, register=register)
                decided = service.backend.compute(connection, "visa", row, own, "x", sight).decision  # noqa: B023
                return (
                    decided.route,
                    decided.score,
                    decided.features,
                    decided.contributions,
                    decided.shown.replace(decided.decision_id, ""),
                )

            assert answer(before, by_officer) == answer(after, by_officer), number
            hits += answer(before, WHOLE_REGISTER) != answer(after, WHOLE_REGISTER)
        connection.rollback()
    # what a feed sends is answered otherwise: the guesses were good
    assert hits > 0.9 * count


def word(chance: random.Random) -> str:
    return "".join(chance.choice("bdfgklmnprstv") + chance.choice("aeiou") for _ in range(4)).capitalize()


def test_many_entries_by_hand_meet_a_limit_that_says_nothing_and_auditors_an_alarm(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    with service.backend.engine.begin() as connection:
        connection.execute(text("delete from serving.hand_entry_count"))
    monkeypatch.setattr("serving.decisions.hand_entry_limits.ENTRIES_PER_DAY", 3)
    for number in range(3):
        send(service, "elsewhere", record(service, f"A-BY-HAND-{number}", ELSEWHERE))
    # the same record again is no new entry
    again = record(service, "A-BY-HAND-1", ELSEWHERE)
    for body, status in ((again, 200), (record(service, "A-BY-HAND-9", ELSEWHERE), 429), (again, 200)):
        answer = service.client.post("/v1/visa-applications", json=body, headers=service.headers("elsewhere"))
        assert answer.status_code == status
    [alarm] = alarms(service)
    assert (alarm["entry_count"], alarm["hint_count"]) == (3, 0)
    # a feed has no limit, and officers see no alarm
    send(service, "feed", record(service, "A-BY-HAND-10", ELSEWHERE))
    for role in ("officer", "elsewhere"):
        assert service.client.get("/v1/audit/alarms", headers=service.headers(role)).status_code == 403
    assert "1 open alarm(s) about entries" in page(service, "auditor")
    assert "alarm(s) about entries" not in page(service, "elsewhere")
    close_alarm(service, alarm)


def close_alarm(service: Service, alarm: dict[str, Any]) -> None:
    """An auditor closes it once; the officer it is about does not."""
    address = f"/v1/audit/alarms/{alarm['account_id']}/{alarm['day']}/answer"

    def answer(role: str, text: str, to: str = address) -> int:
        return service.client.post(to, json={"answer": text}, headers=service.headers(role)).status_code

    assert answer("elsewhere", "explained") == 403
    assert answer("auditor", "other") == 422
    assert answer("auditor", "explained", address.replace(alarm["day"], "2001-01-01")) == 404
    cookie = {"cookie": f"mimamori={service.sign_in('auditor')}"}
    form = f"/requests/entries/{alarm['account_id']}/{alarm['day']}"
    assert (
        service.client.post(form, data={"answer": "explained"}, headers=cookie, follow_redirects=False).status_code
        == 303
    )
    assert answer("auditor", "unexplained") == 409
    [closed] = alarms(service)
    assert (closed["answer"], closed["answered_by"]) == ("explained", "auditor")
    assert "Was explained" in page(service, "auditor")
    assert "alarm(s) about entries" not in page(service, "auditor")


def alarms(service: Service) -> list[dict[str, Any]]:
    return service.client.get("/v1/audit/alarms", headers=service.headers("auditor")).json()["entries"]  # type: ignore[no-any-return]


def page(service: Service, role: str) -> str:
    cookie = {"cookie": f"mimamori={service.sign_in(role)}"}
    service.client.cookies.clear()
    return service.client.get("/requests?lang=en", headers=cookie).text


@pytest.mark.parametrize("way", ["listed", "foreign id", "foreign application"])
def test_entries_that_probe_a_register_or_ids_raise_an_alarm_that_the_officer_does_not_see(
    service: Service, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    with service.backend.engine.begin() as connection:
        connection.execute(text("delete from serving.hand_entry_count"))
    monkeypatch.setattr("serving.decisions.hand_entry_limits.HINTS_PER_DAY", 2)
    for number in range(2):
        assert not alarms(service)
        name = f"A-PROBE-{way.replace(' ', '-')}-{number}"
        if way == "foreign id":
            send(service, "feed", record(service, name))
        body = record(service, name, ELSEWHERE, **(NAME if way == "listed" else {}))
        if way == "foreign application":
            send(service, "feed", record(service, name))
            body = landing(service, f"L-{name}", ELSEWHERE, application_id=name, landed_at="2013-08-01T00:00:00Z")
        path = "/v1/landings" if way == "foreign application" else "/v1/visa-applications"
        answer = service.client.post(path, json=body, headers=service.headers("elsewhere"))
        assert answer.status_code == 201, answer.text
    assert [alarm["hint_count"] for alarm in alarms(service)] == [2]
    with service.backend.engine.connect() as connection:
        query = "select count(*) from serving.log_leaf where kind = 'entry_alarm'"
        assert connection.execute(text(query)).scalar_one() >= 1


def landing(service: Service, name: str, port: str, **changed: Any) -> dict[str, Any]:
    table = service.world["landings"]
    return {
        **row_as_json(table.slice(table.num_rows - 1, 1).to_pylist()[0]),
        "landing_id": name,
        "port": port,
        **changed,
    }


def values(decision: dict[str, Any]) -> dict[str, float | None]:
    return {entry["feature"]: entry["value"] for entry in decision["contributions"]}


def test_an_invented_landing_shows_nothing_of_the_application_that_it_names(service: Service) -> None:
    income = {"monthly_income_jpy": 123_457, "guarantor_income_jpy": 7_654_321}
    send(service, "feed", record(service, "A-INCOME", **income))
    stranger = {"passport_number": "ZX998877", "family_name": "Qarqwell", "given_names": "Vilhelmina", "birth_date": "1971-01-01", "landed_at": "2013-08-01T00:00:00Z"}  # fmt: skip
    answers, bodies = [], []
    for name in ("A-INCOME", "A-OF-NOBODY"):
        bodies.append(landing(service, f"L-{name}", ELSEWHERE, application_id=name, **stranger))
        answer = service.client.post("/v1/landings", json=bodies[-1], headers=service.headers("elsewhere"))
        assert answer.status_code == 201, answer.text
        answers.append(answer.json())
    assert not {123_457.0, 7_654_321.0} & set(values(answers[0]).values())
    # nothing but what the first landing adds to the history of the second differs
    assert all(values(answers[0])[name] is None for name in ("monthly_income_yen", "guarantor_income_yen"))
    missing = [{name for name, value in values(answer).items() if value is None} for answer in answers]
    assert missing[0] == missing[1]
    replays(service, *answers)


def test_a_correction_keeps_the_application_that_a_feed_named_and_opens_no_other(service: Service) -> None:
    send(service, "feed", record(service, "A-NAMED", monthly_income_jpy=123_457))
    send(service, "feed", record(service, "A-OTHER", monthly_income_jpy=345_678))
    body = landing(service, "L-NAMING", ELSEWHERE, application_id="A-NAMED", landed_at="2013-08-01T00:00:00Z")
    decided = [service.client.post("/v1/landings", json=body, headers=service.headers("feed")).json()]
    for changed in ({"flight": "NH 1"}, {"application_id": "A-OTHER"}, {"application_id": "A-NAMED"}):
        content = {"table": "landings", "record": {**body, **changed}}
        answer = service.client.post("/v1/corrections", json=content, headers=service.headers("elsewhere"))
        assert answer.status_code == 201, answer.text
        decided.append(answer.json()["decision"])
    assert [values(each)["monthly_income_yen"] for each in decided] == [123_457, 123_457, None, 123_457]
    replays(service, *decided)
