from __future__ import annotations

import numpy as np
import pytest

from training.evaluation.score_parts import ScoreParts


@pytest.mark.parametrize(
    ("prior", "labels", "shares", "correlation"),
    [
        ([0.0, 2.0], [0.0, 1.0], (2 / 3, 1 / 3), 1.0),
        # variances 1 and 1 (over n - 1: 4 / 3), no covariance
        ([1.0, 1.0, -1.0, -1.0], [1.0, -1.0, 1.0, -1.0], (0.5, 0.5), 0.0),
        # the labels take back half of what the prior says: covariance with the whole 2 * 1 and -1 * 1, of a variance of 1
        ([0.0, 2.0], [0.0, -1.0], (2.0, -1.0), -1.0),
        ([0.0, 2.0], [0.0, 0.0], (1.0, 0.0), np.nan),
        ([1.0, 1.0], [0.0, 0.0], (np.nan, np.nan), np.nan),
        ([1.0], [1.0], (np.nan, np.nan), np.nan),
    ],
)
def test_shares_of_the_variance_by_hand(
    prior: list[float], labels: list[float], shares: tuple[float, float], correlation: float
) -> None:
    parts = ScoreParts.of(np.array(prior), np.array(labels))
    assert (parts.prior_share, parts.label_share) == pytest.approx(shares, nan_ok=True)
    assert parts.correlation == pytest.approx(correlation, abs=1e-12, nan_ok=True)


def test_a_line_says_what_is_prior_and_what_is_learned() -> None:
    line = ScoreParts(0.62, 0.38, 0.4).line
    assert line.startswith(
        "62% of the score's variance from trees of the prior, 38% from trees of the labels (correlation 0.40)"
    )
    assert "no correlation" in ScoreParts(1.0, 0.0, float("nan")).line
    alike = ScoreParts.read({"prior_share": None, "label_share": None, "correlation": None})
    assert alike is not None
    assert "the same for all" in alike.line
    assert ScoreParts.read({}) is None
