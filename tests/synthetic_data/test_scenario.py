"""Covers: scenario, commands."""

from __future__ import annotations

import pytest

from synthetic_data.scenario import ParameterError, load_scenario, parameters, parse_changes, scenario_names


def test_the_scenarios_of_the_papers_are_there() -> None:
    wanted = {"default", "realistic", "adaptive", "no_signal", "flat", "injected_bias", "shift", "large"}
    assert set(scenario_names()) == wanted


@pytest.mark.parametrize("name", scenario_names())
def test_every_scenario_gives_every_parameter_a_value_in_its_range(name: str) -> None:
    scenario = load_scenario(name)
    for key, parameter in parameters().items():
        assert parameter.low <= scenario[key] <= parameter.high
    assert scenario.about.endswith(".")


@pytest.mark.parametrize("name", sorted(parameters()))
def test_a_value_out_of_range_is_refused_with_range_and_source(name: str) -> None:
    entry = parameters()[name]
    assert entry.unit
    for value in (entry.low - 1.0, entry.high + 1.0, float("nan")):
        with pytest.raises(ParameterError) as error:
            load_scenario("default", {name: value})
        assert name in str(error.value)
        assert f"{entry.low:g} to {entry.high:g}" in str(error.value)
        assert entry.source in str(error.value)


def test_an_unknown_scenario_or_parameter_or_word_is_refused_with_what_there_is() -> None:
    with pytest.raises(ParameterError, match=r"one of .*realistic"):
        load_scenario("paradise")
    with pytest.raises(ParameterError, match="detected_share"):
        load_scenario("default", {"speed": 1.0})
    with pytest.raises(ParameterError, match="NAME=NUMBER"):
        parse_changes(["detected_share:0.1"])
    assert parse_changes(["detected_share=0.05"]) == {"detected_share": 0.05}
