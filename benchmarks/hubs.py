"""Do honest hubs fill the tail? ``python -m benchmarks.hubs WORLD SCORES``: clients of the largest tenth of agencies.

SCORES is what `mimamori score WORLD --subject visa` writes. The figure is the share of these clients among the highest 2 %
of applications, over their share of all; 1 is no preference. All data are synthetic.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from features.arrays import Floats
from features.tables.folder import read_folder

CAPACITY, LARGEST = 0.02, 0.1


def hub_ratio(agency: pd.Series, raw_score: Floats) -> tuple[float, float, float]:
    """Return (share of hub clients among those called in, among all, ratio of the two).

    Parameters
    ----------
    agency
        Agency id of each application, missing for none.
    raw_score
        float64[n], log-odds.
    """
    clients = agency.value_counts()
    hubs = clients.index[: max(round(LARGEST * len(clients)), 1)]
    of_hub = agency.isin(hubs).to_numpy()
    called = np.argsort(-raw_score, kind="stable")[: max(round(CAPACITY * len(raw_score)), 1)]
    among, overall = float(of_hub[called].mean()), float(of_hub.mean())
    return among, overall, among / overall if overall else float("nan")


def main() -> None:
    """Print the ratio of a world."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("world", type=Path)
    parser.add_argument("scores", type=Path)
    args = parser.parse_args()
    scores = pd.read_parquet(args.scores, columns=["subject_id", "raw_score"])
    applications = read_folder(args.world)["visa_applications"].to_pandas().set_index("application_id")
    among, overall, ratio = hub_ratio(
        applications["agency_id"].loc[scores["subject_id"]], scores["raw_score"].to_numpy()
    )
    print(
        f"{ratio:.2f} times: {among:.1%} of those called in and {overall:.1%} of all came through the largest tenth of agencies"
    )


if __name__ == "__main__":
    main()
