"""Datasheet of a world: motivation, composition, process, uses, parameters, limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from synthetic_data.quality.deviation_reasons import reason
from synthetic_data.quality.probes import Probe
from synthetic_data.quality.public_figures import Figure
from synthetic_data.quality.text_tables import FIGURE_HEAD, GAPS, PROBE_HEAD, figure_rows, limits, markdown, probe_rows
from synthetic_data.scenario import Scenario, parameters

_MOTIVATION = """\
No record of visa applications and of people who were trafficked may be published. A model that chooses protective
interviews must still be trained, compared and tried to be misled, in public and with the truth at hand. This world exists
for that, and for nothing else."""
_PROCESS = """\
Agents act, and records are what they leave behind. A district has lawful agencies, establishments, sponsors and people;
rings of the twelve typologies recruit, place, rotate guarantors and replace whoever flees; for each of them honest
look-alikes are settled in the same statuses, years and establishments. People land, move, work, travel, come again and
leave. Officers with habits and few hours choose whom they interview, random samples add others, inspections and hotlines identify a
few, months later. Forms then get spellings, slips and gaps that depend on who filled them. Every behaviour draws from a
random generator of its own, so that the same seed gives the same bytes on any number of processes."""
_USES = """\
For developing and comparing methods, testing software, and rehearsing audits. Not for estimating how many people are
exploited, not for any statement about a nationality, an occupation, a sponsor or an establishment, and not as evidence
that a model would work on real records. Names, addresses and numbers are drawn from lists; likeness to living people is chance."""
_LIMITS = (
    "Typologies are behaviours inferred from reported cases; a ring that works in another way is not in here.",
    "Shares of typologies are chosen so that men, children and labour are seen, not as they were identified.",
    "Districts do not share agencies, sponsors or rings.",
    "Nationalities by route are the same in every year, but for the entertainers'; nobody overstays from before 2003.",
    "Visa refusals leave no record, as the system must not learn from them.",
)


def datasheet(
    notice: str, scenario: Scenario, seed: int, counts: Mapping[str, int],
    figures: Sequence[Figure] | None = None, probes: Sequence[Probe] = (),
) -> str:  # fmt: skip
    """Return the datasheet as Markdown; with figures and probes where a world was held against them."""
    rows = [(name, f"{count:,}") for name, count in counts.items() if name not in {"truth", "exploited"}]
    entries = [
        (name, f"{scenario[name]:g}", parameter.unit, f"{parameter.low:g} to {parameter.high:g}", parameter.source)
        for name, parameter in parameters().items()
    ]
    parts = [
        notice, f"# Datasheet: scenario `{scenario.name}`, seed {seed}", scenario.about, "## Motivation", _MOTIVATION,
        "## Composition",
        f"Nine tables over 2003 to 2012, and the truth apart from them. {counts['exploited']:,} applications and landings are exploited in truth.",
        markdown(("table", "rows"), rows), "## Process", _PROCESS, "## Uses", _USES,
        "## Parameters", markdown(("parameter", "value", "unit", "range", "source"), entries), "## Limits",
        "\n".join(f"- {limit}" for limit in _LIMITS),
    ]  # fmt: skip
    if figures is None:
        parts.append("Figures beside public ones: `mimamori world … --report`.")
        return "\n\n".join(parts) + "\n"
    realistic = scenario.name == "realistic"
    far = limits(figures, realistic=realistic)
    parts.append("Off from a public figure by more than a fifth:" + ("" if far else " none."))
    parts += (
        ["\n".join(f"- {figure.name}: {reason(figure, flat=scenario.says('flat_groups'))}." for figure in far)]
        if far
        else []
    )
    parts += ["## Beside public figures", markdown(FIGURE_HEAD, figure_rows(figures, realistic=realistic))]
    parts += ["## Short-cuts", markdown(PROBE_HEAD, probe_rows(probes)), GAPS]
    return "\n\n".join(parts) + "\n"
