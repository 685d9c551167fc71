"""Does the README say what happens? Its example is sent, its settings are those that the code reads."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from features.tables.json_rows import row_as_json
from tests.serving.conftest import Service

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CUT = "…"


def example() -> dict[str, Any]:
    text = re.search(r"-d '(\{.*?\})'", README, re.DOTALL)
    assert text is not None
    return json.loads(text[1])  # type: ignore[no-any-return]


def answer() -> str:
    text = re.search(r"<!-- answer -->\n\n((?:    .*\n)+)", README)
    assert text is not None
    return text[1]


def finding_of_another_case(service: Service) -> dict[str, Any]:
    """Return a finding of this service's model, which may find nothing in the example."""
    table = service.world["visa_applications"]
    for number in range(1, 31):
        record = row_as_json(table.slice(table.num_rows - number, 1).to_pylist()[0])
        body = {**record, "application_id": f"A-README-{number}"}
        decision = service.client.post("/v1/visa-applications", json=body, headers=service.headers("feed")).json()
        if decision["reasons"]:
            return decision["reasons"][0]  # type: ignore[no-any-return]
    raise AssertionError("no finding in 30 cases")


def test_the_example_is_answered_201_and_adds_up(service: Service) -> None:
    assert "curl -s http://127.0.0.1:8000/v1/visa-applications" in README
    got = service.client.post(
        "/v1/visa-applications", json=example(), headers={**service.headers("feed"), "Idempotency-Key": "readme"}
    )
    assert got.status_code == 201, got.text
    decision = got.json()
    total = decision["base_value"] + sum(item["contribution"] for item in decision["contributions"])
    assert abs(total - decision["raw_score"]) < 1e-9


def test_the_answer_that_is_printed_has_every_field_of_a_real_one(service: Service) -> None:
    url = "/v1/visa-applications"
    got = service.client.post(
        url, json={**example(), "application_id": "A-README"}, headers=service.headers("feed")
    ).json()
    printed = json.loads(answer().replace(f", {CUT}", ""))
    assert CUT in answer()
    assert list(printed) == list(got)
    assert list(printed["model"]) == list(got["model"])
    assert set(printed["contributions"][0]) == set(got["contributions"][0])
    assert list(printed["reasons"][0]) == list(finding_of_another_case(service))
    assert set(printed["findings"][0]) == set(got["findings"][0])
    assert (printed["notice"], printed["as_of"], printed["route"]) == (got["notice"], got["as_of"], got["route"])


def test_the_settings_table_names_every_setting_that_is_read_and_no_other() -> None:
    read = set()
    for room in ("features", "models", "training", "serving", "synthetic_data"):
        for path in (ROOT / room).rglob("*.py"):
            read |= set(re.findall(r"MIMAMORI_[A-Z_]+[A-Z]", path.read_text(encoding="utf-8")))
    assert set(re.findall(r"^\| `(MIMAMORI_[A-Z_]+)`", README, re.MULTILINE)) == read


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)]+)\)", README))))
def test_what_it_links_to_is_there(link: str) -> None:
    assert (ROOT / link).exists()
