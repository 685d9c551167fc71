"""The tour shows cases of a world whose truth is known, each with what to notice. Covers: serving.tour, serving.pages.tour."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from fastapi.testclient import TestClient

from features.languages import LANGUAGES, texts
from features.settings import Settings
from serving.app import create_app
from serving.auth.permissions import Caller, Role, Scope
from serving.demo import serve_reference
from serving.tour import TourCase, choose_tour, read_tour, write_tour
from synthetic_data.world import generate
from tests.serving.conftest import Service


@pytest.fixture(scope="module")
def tour_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tour") / "world"
    folder.mkdir()
    records, truth = generate(1, 3000)
    for name, rows in records.tables.items():
        rows.to_pandas().to_parquet(folder / f"{name}.parquet")
    truth.to_pandas().to_parquet(folder / "truth.parquet")
    return folder


def test_the_cases_are_what_their_stops_say(tour_world: Path, tmp_path: Path) -> None:
    settings = Settings(tmp_path, None, "", tmp_path / "signing.pem", tmp_path / "data.key")
    models = {subject: serve_reference(settings, subject, tmp_path / subject) for subject in ("visa", "entry")}
    chosen = {case.stop: case for case in choose_tour(tour_world, models)}
    exploited = pd.read_parquet(tour_world / "truth.parquet").query("exploited").set_index("subject_id")["typology"]
    kinds = {
        "marriage_ring": {"T1", "T10"},
        "entertainers": {"T5"},
        "trainees": {"T7", "T11"},
        "identity": {"T2", "T9"},
        "transit": {"T8"},
    }
    for stop, typologies in kinds.items():
        if stop in chosen:
            assert exploited[chosen[stop].subject_id] in typologies
    for stop in ("marriage_honest", "host_honest", "family_visit"):
        assert chosen[stop].subject_id not in exploited.index
    assert set(kinds) & set(chosen)


def test_every_stop_has_its_texts() -> None:
    labels = texts("serving.tour")
    assert len({key.rpartition("_")[0] for key in labels}) == 10
    assert all(labels[key][code] for key in labels for code in LANGUAGES)


def test_the_page_shows_each_case_with_what_to_notice(service: Service) -> None:
    backend, rows = service.backend, service.world["visa_applications"]
    subject_id, row = "A-TOUR-1", rows.slice(rows.num_rows - 7, 1)
    row = row.set_column(row.schema.get_field_index("application_id"), "application_id", pa.array([subject_id]))
    post = row.column("post")[0].as_py()
    decision, _ = backend.decide("visa", row, post, caller=Caller(Role.FEED, (), 0, "", Scope.ALL_POSTS))
    home = backend.models.settings.home
    write_tour(home, [TourCase("marriage_honest", "visa", subject_id), TourCase("child", "visa", "not stored")])
    app = create_app(service=backend, demonstration=True)
    for code in LANGUAGES:
        page = TestClient(app).get(f"/tour?lang={code}")
        assert page.status_code == 200
        assert texts("serving.tour")["marriage_honest_title"][code] in page.text
        assert f"/cases/{decision.decision_id}" in page.text
        assert texts("serving.tour")["child_title"][code] not in page.text
    (home / "tour.json").unlink()
    assert read_tour(home) == []


def test_only_a_demonstration_has_the_page(service: Service) -> None:
    assert service.client.get("/tour").status_code == 404
