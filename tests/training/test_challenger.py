"""Covers: training.challenger, training.commands, training.submission, training.run_evaluation, training.evaluation.metrics."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pytest
from mlflow.entities import Run
from mlflow.entities.model_registry import ModelVersion
from mlflow.tracking import MlflowClient

from features.catalogue import Catalogue
from features.settings import Settings
from features.tables import Records
from models.bundle import Bundle, load_bundle
from models.signatures import load_or_create_key
from tests.training.cases import outcomes
from training.challenger import TrainingOptions, train_challenger
from training.evaluation.rankings import ARRIVAL
from training.experiments.baselines import NAMES
from training.experiments.tuning import Budget
from training.fit.cases import Cases
from training.fit.trainer import TrainingConfig
from training.labels.splits import Split, last_split
from training.sampling.schemes import TrainingRows
from training.tracking.registry import CHALLENGER, Registry


@dataclass(frozen=True)
class Trained:
    """What a training with a report and a search left in MLflow."""

    cases: Cases
    split: Split
    bundle: Bundle
    run: Run
    children: list[Run]
    open_at: list[bool]
    version: ModelVersion
    report: Path

    def kind(self, name: str) -> list[Run]:
        return [item for item in self.children if item.data.tags["kind"] == name]


def made_up_scores(
    values: np.ndarray, as_of: np.ndarray, part: TrainingRows, judge: np.ndarray, catalogue: Catalogue, **_: object
) -> dict[str, np.ndarray]:  # type: ignore[type-arg]
    rng = np.random.default_rng(1)
    return {name: -as_of[judge] if name == ARRIVAL else rng.random(len(judge)) for name in NAMES}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, small_records: Records) -> Iterator[Trained]:
    home = tmp_path_factory.mktemp("challenger")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MIMAMORI_HOME", str(home))
        patch.delenv("MIMAMORI_MLFLOW_URI", raising=False)
        # rivals and models that only other sections of the report ask for would take most of the time
        patch.setattr("training.experiments.cutoffs.baseline_scores", made_up_scores)
        for name in ("by_scheme", "by_separation", "stability", "drop_families"):
            patch.setattr(f"training.experiments.report.{name}", lambda *_: pd.DataFrame({"left out": []}))
        settings = Settings.from_environment()
        real = Cases.of(small_records, "visa", None)
        # the records of a small world with outcomes that can be learnt from
        telling = np.random.default_rng(1).integers(0, 5, len(real.matrix.as_of)).astype(float)
        values = real.matrix.values.copy()
        values[:, real.matrix.catalogue.names.index("guarantor_findings_ever_count")] = telling
        matrix = replace(real.matrix, values=values)
        recorded = replace(outcomes(matrix, delay_days=5), route=real.outcomes.route)
        recorded = replace(recorded, confirmed=recorded.value == 1.0)
        cases = replace(real, matrix=matrix, outcomes=recorded)
        wanted = TrainingOptions(home / "report", 2, budget=Budget(2), trained_by="Officer T")
        open_at: list[bool] = []
        train_challenger(
            cases,
            TrainingConfig(threads=1),
            wanted,
            settings,
            lambda _: open_at.append(mlflow.active_run() is not None),
        )
        registry = Registry(settings)
        version, _ = registry.find("visa", CHALLENGER)
        report = registry.download("visa", version, home / "fetched", "report")
        key = load_or_create_key(settings.signing_key_path).public_key()
        folder = registry.download("visa", version, home / "fetched")
        client = MlflowClient(settings.mlflow_uri)
        run = client.get_run(client.get_model_version("visa", version).run_id)
        children = client.search_runs(
            [run.info.experiment_id],
            f"tags.`mlflow.parentRunId` = '{run.info.run_id}'",
            order_by=["attribute.run_name"],
        )
        bundle = load_bundle(folder, trusted=[key], catalogue=matrix.catalogue)
        yield Trained(
            cases,
            last_split(recorded),
            bundle,
            run,
            list(children),
            open_at,
            client.get_model_version("visa", version),
            report,
        )


def test_each_cutoff_of_a_report_is_a_run_within_the_run(trained: Trained) -> None:
    cutoffs = trained.kind("cut-off")
    assert len(cutoffs) == 2
    for item in cutoffs:
        assert item.info.run_name == f"cut-off {item.data.params['cut_off']}"
        assert int(item.data.params["evaluated"]) > 0
        recalled = {"recall_at_2_0pct", "checklist_recall_at_2_0pct", "explainable_boosting_recall_at_2_0pct"}
        assert {f"{name}{end}" for name in recalled for end in ("", "_low", "_high")} <= set(item.data.metrics)
    # the last cut-off is that of the run itself, with the same model and the same judged cases
    last, own = cutoffs[-1].data, trained.run.data
    assert int(last.params["evaluated"]) == len(trained.split.evaluation)
    assert last.metrics["arrival_recall_at_2_0pct"] == own.metrics["arrival_recall_at_2_0pct"]


def test_the_run_holds_the_whole_report_and_every_link_of_it_leads_to_a_file(trained: Trained) -> None:
    linked = set(re.findall(r"\]\(([^)#]+)\)", (trained.report / "report.md").read_text(encoding="utf-8")))
    held = {path.name for path in trained.report.iterdir()}
    assert any(name.endswith(".png") for name in linked)
    assert held == linked | {"report.md", "report.html"}


def test_runs_say_by_name_kind_and_source_what_they_are(trained: Trained) -> None:
    tags = trained.run.data.tags
    day = datetime.fromtimestamp(trained.run.info.start_time / 1000, UTC).date()
    assert trained.run.info.run_name == f"visa {day} report background seed 1"
    assert tags["kind"] == "report"
    assert tags["mlflow.source.name"] == "mimamori train --report"
    assert {item.data.tags["kind"] for item in trained.children} == {"cut-off", "trial"}
    assert all(item.data.tags["mlflow.source.name"] == tags["mlflow.source.name"] for item in trained.children)


def test_every_metric_is_in_snake_case(trained: Trained) -> None:
    for run in (trained.run, *trained.children):
        own = {name for name in run.data.metrics if not name.startswith("system/")}
        assert own
        assert all(re.fullmatch("[a-z0-9_]+", name) for name in own)
    assert trained.run.data.metrics["labels_after_the_cut_off"] > 0


def test_a_version_says_what_it_is_and_first_that_its_data_are_synthetic(trained: Trained) -> None:
    output = trained.version.description
    learned = trained.cases.matrix.as_of[trained.split.calibrate].max()
    until = datetime.fromtimestamp(learned / 1e6, UTC).date()
    assert output.startswith("Synthetic data; not validated on any real visa record.")
    assert f"Trained on cases until {until}; evaluated on {len(trained.split.evaluation):,} later cases" in output


def test_each_trial_of_a_search_is_a_run_within_the_run(trained: Trained) -> None:
    first, second = trained.kind("trial")
    assert [first.info.run_name, second.info.run_name] == ["trial 1", "trial 2"]  # as the terminal counts them
    assert first.data.params["max_depth"] == "3"  # the defaults are tried first
    # two trials of a search cannot be told apart here, so the default stays or the better is adopted
    assert trained.run.data.params["num_leaves"] in {item.data.params["num_leaves"] for item in (first, second)}


def test_runs_within_a_run_carry_the_versions_of_code_and_data_and_nobodys_login(trained: Trained) -> None:
    own = trained.run.data.tags
    assert len(own["data_sha256"]) == 64
    for child in trained.children:
        for name in ("data_sha256", "code_sha256", "code_version", "mlflow.user"):
            assert child.data.tags[name] == own[name]


def test_system_metrics_are_those_of_the_whole_training(trained: Trained) -> None:
    assert len(trained.open_at) > 5
    assert all(trained.open_at)
    assert "system/cpu_utilization_percentage" in trained.run.data.metrics


def test_a_run_holds_the_data_of_all_three_parts(trained: Trained) -> None:
    observed = {item.tags[0].value: item.dataset for item in trained.run.inputs.dataset_inputs}
    assert set(observed) == {"fit", "calibrate", "evaluation"}
    assert len({item.digest for item in observed.values()}) == 3


def test_a_model_says_until_when_it_or_its_calibration_learned_and_who_trained_it(trained: Trained) -> None:
    as_of, split = trained.cases.matrix.as_of, trained.split
    assert as_of[split.calibrate].max() > as_of[split.fit].max()
    assert trained.bundle.about["learned_until_us"] == str(as_of[split.calibrate].max())
    assert trained.bundle.about["trained_by"] == "Officer T"
