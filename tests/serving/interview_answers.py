"""Answers of interview sheets, and the way from an empty sheet to a recorded one."""

from __future__ import annotations

import re
from typing import Any

from starlette.testclient import TestClient

from serving.decisions.interview_form import Form, form_of

GOOD = {
    "alone": "yes", "listener": "yes", "child_room": "yes", "companion_apart": "yes", "interpreter": "independent",
    "purpose": "yes", "stopped": "no", "card": "yes", "chosen": "targeted",
}  # fmt: skip
REFERRED = {"outcome": "referral_accepted", "partner": "ngo", "typology": "T5", "sign_exploitation": "sign"}


def good_answers(form: Form, **changes: str) -> dict[str, str]:
    """Return a full set of answers without a contradiction."""
    topics = {item.name: "explained" for item in form.get("topics", ())}
    signs = {item.name: "no_sign" for item in form["signs"]}
    names = {item.name for items in form.values() for item in items}
    kept = {name: value for name, value in GOOD.items() if name in names}
    return topics | signs | kept | {"outcome": "no_concern"} | changes


def fill_in(client: TestClient, decision: dict[str, Any], **changes: str) -> str:
    """Fill in every step of a sheet and return the version to be recorded; empty where an answer is refused."""
    form = form_of(decision)
    answers = good_answers(form, **changes)
    for step in form:
        saved = client.post(f"/cases/{decision['decision_id']}/interview/{step}", data=answers, follow_redirects=False)
        assert saved.status_code == 303, saved.text
    page = client.get(f"/cases/{decision['decision_id']}/interview/check").text
    shown = re.search(r'name="version" value="(\d+)"', page)
    return shown[1] if shown else ""


def record(client: TestClient, decision: dict[str, Any], **changes: str) -> str:
    """Record a sheet and return the address of its page."""
    version = fill_in(client, decision, **changes)
    done = client.post(f"/cases/{decision['decision_id']}/interview", data={"version": version}, follow_redirects=False)
    assert done.status_code == 303, done.text
    return str(done.headers["location"])
