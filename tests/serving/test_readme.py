"""Does the README say what happens? Its example is sent, the tutorial explains the answer, listed settings are read."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.serving.conftest import Service

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
SETTINGS = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")


def example() -> dict[str, Any]:
    text = re.search(r"-d '(\{.*?\})'", README, re.DOTALL)
    assert text is not None
    return json.loads(text[1])  # type: ignore[no-any-return]


def test_the_example_is_answered_201_and_adds_up(service: Service) -> None:
    assert "curl -s http://127.0.0.1:8000/v1/visa-applications" in README
    got = service.client.post(
        "/v1/visa-applications", json=example(), headers={**service.headers("feed"), "Idempotency-Key": "readme"}
    )
    assert got.status_code == 201, got.text
    decision = got.json()
    total = decision["base_value"] + sum(item["contribution"] for item in decision["contributions"])
    assert abs(total - decision["raw_score"]) < 1e-9


def test_the_tutorial_shows_and_explains_every_field_of_an_answer(service: Service) -> None:
    url = "/v1/visa-applications"
    got = service.client.post(
        url, json={**example(), "application_id": "A-README"}, headers=service.headers("feed")
    ).json()
    assert re.findall(r'^        "(\w+)":', TUTORIAL, re.MULTILINE) == list(got)
    explained = set(re.findall(r"^\| `(\w+)` \|", TUTORIAL, re.MULTILINE))
    assert explained == set(got) - {"subject", "subject_id"}
    assert set(re.findall(r'"(\w+)":', re.search(r'"model": (\{.*\})', TUTORIAL)[1])) == set(got["model"])  # type: ignore[index]
    first = re.search(r'"contributions": \[(\{.*?\})', TUTORIAL)
    assert first is not None
    assert set(json.loads(first[1])) == set(got["contributions"][0])
    assert re.search(r'"as_of": "(.*?)"', TUTORIAL)[1] == got["as_of"]  # type: ignore[index]
    assert re.search(r'"route": "(.*?)"', TUTORIAL)[1] == got["route"]  # type: ignore[index]
    assert got["notice"]["en"].startswith(re.search(r'"notice": \{"en": "(.*?) …"', TUTORIAL)[1])  # type: ignore[index]


def test_the_settings_table_names_every_setting_that_is_read_and_no_other() -> None:
    read = set()
    for room in ("features", "models", "training", "serving", "synthetic_data"):
        for path in (ROOT / room).rglob("*.py"):
            read |= set(re.findall(r"MIMAMORI_[A-Z_]+[A-Z]", path.read_text(encoding="utf-8")))
    assert set(re.findall(r"^\| `(MIMAMORI_[A-Z_]+)`", SETTINGS, re.MULTILINE)) == read


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)]+)\)", README))))
def test_what_it_links_to_is_there(link: str) -> None:
    assert (ROOT / link).exists()
