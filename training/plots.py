"""What does it look like? Pictures of a run: what moved the score, whether it is calibrated, what capacity buys."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np
import shap
from matplotlib import pyplot as plt
from numpy.typing import NDArray

from training.evaluate import CAPACITIES, precision_at
from training.splits import Split

mpl.use("Agg")
Floats = NDArray[np.float64]
_NOTE = "synthetic data unless real records were given; not validated on any real visa record"


def draw_all(
    folder: Path, *, names: tuple[str, ...], values: Floats, contributions: Floats, score: Floats, positive: Floats,
    as_of: NDArray[np.int64], split: Split,
) -> None:  # fmt: skip
    """Draw every picture of a run into a folder (values, contributions, score, positive: the judging part)."""
    folder.mkdir(parents=True, exist_ok=True)
    shap.summary_plot(
        contributions,
        values,
        feature_names=list(names),
        show=False,
        max_display=20,
        rng=np.random.default_rng(0),
    )
    _save(folder / "shap_summary.png", "What moves the score (SHAP, log-odds)")
    parts = np.array_split(np.argsort(score, kind="stable"), 10)
    plt.plot([0, 1], [0, 1], color="0.7")
    plt.plot([score[part].mean() for part in parts], [positive[part].mean() for part in parts], marker="o")
    plt.xlabel("score")
    plt.ylabel("share of interviews with indications")
    _save(folder / "calibration.png", "Calibration")
    plt.plot(
        [100 * capacity for capacity in CAPACITIES],
        [precision_at(score, positive, c) for c in CAPACITIES],
        marker="o",
    )
    plt.axhline(positive.mean(), color="0.7", label="chance")
    plt.xlabel("interview capacity, % of cases")
    plt.ylabel("share of interviews with indications")
    plt.legend()
    _save(folder / "precision_at_capacity.png", "Precision at capacity")
    for height, (part, rows) in enumerate((("fit", split.fit), ("calibrate", split.calibrate), ("test", split.test))):
        years = 1970 + as_of[rows] / (365.2425 * 86_400e6)
        plt.plot(years, np.full(len(years), -height), "|", label=f"{part} ({len(rows)})")
    plt.yticks([])
    plt.legend()
    _save(folder / "splits.png", f"Parts in time, gap {split.gap_days:.0f} days")


def _save(path: Path, title: str) -> None:
    figure = plt.gcf()
    figure.suptitle(f"{title}\n({_NOTE})", fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    plt.close(figure)
