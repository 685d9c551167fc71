from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import mlflow
import numpy as np
import pandas as pd
import pytest
from mlflow.entities import Run
from mlflow.tracking import MlflowClient

from features.catalogue import Catalogue
from features.settings import Settings
from features.tables import Records
from models.bundle import Bundle, load_bundle
from models.signing import load_or_create_key
from tests.training.cases import outcomes
from training.challenger import train_challenger
from training.data.cases import Cases
from training.data.splits import Split, last_split
from training.evaluation.alternatives import ARRIVAL, NAMES
from training.fitting.making import How
from training.fitting.teaching import Part
from training.fitting.tuning import Budget
from training.reporting.full_report import Wanted
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

    def kind(self, name: str) -> list[Run]:
        return [one for one in self.children if one.data.tags["kind"] == name]


def made_up_scores(
    values: np.ndarray, as_of: np.ndarray, part: Part, judge: np.ndarray, catalogue: Catalogue, **_: object
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
        patch.setattr("training.evaluation.validation.alternative_scores", made_up_scores)
        for name in ("by_scheme", "by_group_apart", "stability", "drop_families"):
            patch.setattr(f"training.reporting.report.{name}", lambda *_: pd.DataFrame({"left out": []}))
        settings = Settings.from_environment()
        real = Cases.of(small_records, "visa", None)
        # the records of a small world with outcomes that can be learnt from
        telling = np.random.default_rng(1).integers(0, 5, len(real.matrix.as_of)).astype(float)
        values = real.matrix.values.copy()
        values[:, real.matrix.catalogue.names.index("guarantor_findings_ever_count")] = telling
        matrix = replace(real.matrix, values=values)
        found = replace(outcomes(matrix, delay_days=5), route=real.found.route)
        found = replace(found, confirmed=found.value == 1.0)
        cases = replace(real, matrix=matrix, found=found)
        wanted = Wanted(home / "report", 2, budget=Budget(2), trained_by="Officer T")
        open_at: list[bool] = []
        train_challenger(
            cases, How(threads=1), wanted, settings, lambda _: open_at.append(mlflow.active_run() is not None)
        )
        registry = Registry(settings)
        version, _ = registry.find("visa", CHALLENGER)
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
        yield Trained(cases, last_split(found), bundle, run, list(children), open_at)


def test_each_cutoff_of_a_report_is_a_run_within_the_run(trained: Trained) -> None:
    cutoffs = trained.kind("cut-off")
    assert len(cutoffs) == 2
    for one in cutoffs:
        assert one.info.run_name == f"cut-off {one.data.params['cut_off']}"
        assert int(one.data.params["judged"]) > 0
        reached = {"recall_at_2_0pct", "checklist_recall_at_2_0pct", "explainable_boosting_recall_at_2_0pct"}
        assert {f"{name}{end}" for name in reached for end in ("", "_low", "_high")} <= set(one.data.metrics)
    # the last cut-off is that of the run itself, with the same model and the same judged cases
    last, own = cutoffs[-1].data, trained.run.data
    assert int(last.params["judged"]) == len(trained.split.judge)
    assert last.metrics["arrival_recall_at_2_0pct"] == own.metrics["arrival_recall_at_2_0pct"]


def test_each_trial_of_a_search_is_a_run_within_the_run(trained: Trained) -> None:
    first, second = trained.kind("trial")
    assert first.data.params["max_depth"] == "3"  # the defaults are tried first
    best = max((first, second), key=lambda one: one.data.metrics["inner_average_precision"])
    assert best.data.params["num_leaves"] == trained.run.data.params["num_leaves"]


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
    seen = {one.tags[0].value: one.dataset for one in trained.run.inputs.dataset_inputs}
    assert set(seen) == {"fit", "calibrate", "judging"}
    assert len({one.digest for one in seen.values()}) == 3


def test_a_model_says_until_when_it_or_its_calibration_learned_and_who_trained_it(trained: Trained) -> None:
    as_of, split = trained.cases.matrix.as_of, trained.split
    assert as_of[split.calibrate].max() > as_of[split.fit].max()
    assert trained.bundle.about["learned_until_us"] == str(as_of[split.calibrate].max())
    assert trained.bundle.about["trained_by"] == "Officer T"
