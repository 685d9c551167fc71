from __future__ import annotations

from benchmarks.drift_alarms import evaluate_world


def test_a_typology_that_comes_up_late_is_named_and_a_world_without_it_is_quiet() -> None:
    # the long form is `python -m benchmarks.drift_alarms`: 20 worlds of each kind, figures in docs/results/gate.md
    quiet, shifted = (evaluate_world(name, "visa", 5, 20_000) for name in ("default", "shift"))
    assert quiet["inputs"] == quiet["scores"] == quiet["outcomes"] == ""
    assert str(shifted["outcomes"]).startswith("T11 ")
    # thousands of yen for yen are seen in either
    assert quiet["slip alarmed"] and shifted["slip alarmed"]
