from __future__ import annotations

from benchmarks.fairness_alarms import evaluate_world


def test_a_world_without_bias_raises_no_alarm_and_another_whose_officers_prefer_a_group_names_it() -> None:
    # the long form is `python -m benchmarks.fairness_alarms`: 20 worlds of each kind, figures in docs/results/fairness.md
    fair, biased = (evaluate_world(name, 1, 12_000) for name in ("flat", "injected_bias"))
    assert fair["model"] == fair["practice"] == ""
    assert "PHL x F" in str(biased["practice"])
