"""A model that deserves to pass, made from drawn numbers, and a home in which it is registered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import lightgbm as lgb
import numpy as np
import pandas as pd
import pytest

from features.catalogue import catalogue
from features.settings import Settings
from features.tables import Records
from models.forest import raw_scores
from models.scorer import Scorer
from models.signatures import load_or_create_key
from models.tree_text import parse_forest
from synthetic_data.world import generate
from training.fit.calibration_choice import choose_calibration
from training.gate.evidence import EvaluationCases, gather
from training.submission import Submission, golden_rows, submit
from training.tracking.provenance import DataUse, data_hash
from training.tracking.registry import Registry

DAY_US = 86_400_000_000
CASES = 4_000
STORIES = {"vignettes": {"failed": 0, "checked": 30}}
VISA = catalogue("visa")


@pytest.fixture(scope="session")
def small_records() -> Records:
    return generate(5, 700)[0]


def drawn_values(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    """Return feature rows, and findings whose odds rise with four features that may only raise the score."""
    values = np.zeros((count, len(VISA.names)))
    telling = [at for at, direction in enumerate(VISA.monotone) if direction == 1][:4]
    noise = [at for at in range(len(VISA.names)) if at not in telling][:4]
    values[:, telling + noise] = rng.integers(0, 4, (count, 8))
    odds = 1.1 * values[:, telling].sum(axis=1) - 11.0
    return values, (rng.random(count) < 1 / (1 + np.exp(-odds))).astype(float)


def drawn_frame(rng: np.random.Generator, finding: np.ndarray) -> pd.DataFrame:  # type: ignore[type-arg]
    """Return an evaluation frame in which everybody was interviewed, most at random, and no group differs from another."""
    count = len(finding)
    return pd.DataFrame(
        {
            "subject_id": [f"A{n}" for n in range(count)], "as_of": np.sort(rng.integers(0, 300, count)) * DAY_US,
            "week": 0, "score": np.nan, "label": finding, "confirmed": finding == 1.0, "case_group": np.where(finding == 1.0, np.arange(count), -1), "arm": rng.choice(["random", "targeted", "referral"], count, p=[0.8, 0.1, 0.1]), "weight": 1.0, "truth": np.nan, "ring": None,
            "post": rng.choice(["PH-MNL", "TH-BKK", "CN-SHA"], count), "nationality": rng.choice(["PHL", "THA", "CHN"], count),
            "sex": rng.choice(["F", "M"], count), "age_band": rng.choice(["18-24", "25-34"], count), "minor": "adult",
            "status": rng.choice(["student", "entertainer"], count), "typology": None, "stratum": "student",
        }
    ).assign(
        week=lambda frame: frame["as_of"] // (7 * DAY_US), randomly_sampled=lambda frame: frame["arm"] == "random", inclusion_probability=0.8,
        interview_finding=finding, sample_frame="all-files",
    )  # fmt: skip


@pytest.fixture(scope="session")
def built() -> Submission:
    rng = np.random.default_rng(1)
    values, finding = drawn_values(rng, 3 * CASES)
    fitted_rows, calibrating, evaluation_rows = np.split(np.arange(3 * CASES), 3)
    parameters = {
        "objective": "binary", "max_depth": 4, "num_leaves": 15, "learning_rate": 0.1, "verbosity": -1, "num_threads": 1,
        "monotone_constraints": list(VISA.monotone), "deterministic": True, "seed": 1, "feature_fraction": 0.5,
    }  # fmt: skip
    booster = lgb.train(
        parameters,
        lgb.Dataset(values[fitted_rows], finding[fitted_rows], feature_name=list(VISA.names)),
        num_boost_round=60,
    )
    text = booster.model_to_string().partition("end of trees\n")[0] + "end of trees\n"
    forest = parse_forest(text, VISA.names)
    raw = raw_scores(forest, values[calibrating])
    calibration = choose_calibration(raw, finding[calibrating], np.ones(len(raw)))[1]
    rivals = {"checklist": rng.random(CASES), "arrival": -np.arange(CASES, dtype=np.float64)}
    # a third of other cases were looked at, whatever stands in their files
    examined = (values[fitted_rows], rng.random(CASES) < 0.3)
    part = EvaluationCases(drawn_frame(rng, finding[evaluation_rows]), values[evaluation_rows], rivals, None, examined)
    about = {"learned_until_us": "-1", "seed": "1"}
    return Submission(text, Scorer(forest, calibration), values[fitted_rows], golden_rows(values), part, about)


def hand_in(settings: Settings, built: Submission, records: Records, folder: Path) -> str:
    """Register a submission as `mimamori train` does, and return its version.

    A model of drawn numbers knows no stories, so figures that hold stand in their place.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("training.submission.gather", lambda *given, **named: gather(*given, **named) | STORIES)
        return register(settings, built, records, folder)


def register(settings: Settings, built: Submission, records: Records, folder: Path) -> str:
    with Registry(settings).run("visa", tags={"data_sha256": data_hash(records)}) as run:
        run.log(parameters={"rounds": 60}, metrics={"auc": 0.9})
        for name in ("fit", "evaluation"):
            run.log_data(DataUse.of("visa cases", data_hash(records), np.arange(CASES), name), VISA)
        version, _ = submit(
            run, built, records=records, catalogue=VISA, artifacts=folder,
            key=load_or_create_key(settings.signing_key_path), seed=1,
        )  # fmt: skip
    return version


@pytest.fixture(scope="session")
def home_settings(
    tmp_path_factory: pytest.TempPathFactory, built: Submission, small_records: Records
) -> Iterator[Settings]:
    """A home of its own with two versions of the model, of which none serves yet."""
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("gate")
        patch.setenv("MIMAMORI_HOME", str(home))
        patch.delenv("MIMAMORI_MLFLOW_URI", raising=False)
        settings = Settings.from_environment()
        for seed in ("1", "2"):
            again = replace(built, about={**built.about, "seed": seed})
            hand_in(settings, again, small_records, tmp_path_factory.mktemp("artifacts"))
        yield settings
