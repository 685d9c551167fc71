from __future__ import annotations

import numpy as np

from training.evidence import confirmed_ranking


def test_a_ranking_is_judged_by_confirmed_people_and_not_by_what_was_only_noted() -> None:
    rng = np.random.default_rng(1)
    score = rng.random(2_000)
    confirmed = np.zeros(2_000, dtype=bool)
    confirmed[np.argsort(-score)[:40]] = True
    noted = np.zeros(2_000, dtype=bool)
    noted[np.argsort(score)[:300]] = True
    found = confirmed_ranking(score, confirmed, confirmed | noted)
    assert (found["auc"], found["positives"]) == (1.0, 40)
    assert found["low"] > 0.9
    of_nobody = confirmed_ranking(score, np.zeros(2_000, dtype=bool), noted)
    assert of_nobody["positives"] == 0
    assert not of_nobody["low"] > 0.5
