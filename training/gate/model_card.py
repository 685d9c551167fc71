"""What does the card of a model say? Markdown from its evidence and from the lines of the gate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from features.catalogue import Catalogue
from training.evaluation.frame import utc_day
from training.gate.evidence import FIRST_LINE
from training.gate.persons import as_markdown
from training.gate.verdict import Line, Verdict, verdict_of
from training.sampling.random_sample_frame import CONTRADICTED
from training.statistics.intervals import share_bounds

NOT_RECORDED = "not recorded"
_CALIBRATION = {"slope": "slope", "ratio": "expected over observed positives", "error": "expected calibration error"}
_VERDICTS = {
    Verdict.PASSED: "every line holds.",
    Verdict.WAIVED: "no line fails on evidence; missing evidence is waived.",
    Verdict.DEMONSTRATION: "a demonstration on synthetic data, with fewer approvers and waivers for lines that fail.",
    Verdict.REFUSED: "the model may not serve.",
}
_GROUPED = ("sex", "age_band", "nationality")
MIN_EFFECTIVE = 5
"""A share with a smaller effective number of people is hidden: it would be about a person."""
CHOSEN_AMONG = {
    "selection_rate": "everybody",
    "false_positive_rate_interviewed": "people without indications (false-positive rate)",
    "recall_interviewed": "people with indications (recall)",
    "false_positive_rate_latent": "people not exploited in truth (false-positive rate)",
    "recall_latent": "people exploited in truth (recall)",
}
"""Population of each metric of `training.fairness.groups.denominators`."""
_ABOUT = {
    "trained_by": "trained by",
    "cutoff_us": "evaluated on cases from (cut-off)",
    "learned_until_us": "trained on cases until",
    "sampling": "sampling scheme",
    "random_sample_frame": "random interviews were declared as drawn among",
    "calibration": "calibration",
    "seed": "seed",
    "data_sha256": "hash of the records",
    "evidence_sha256": "hash of the evidence",
}


def model_card(
    catalogue: Catalogue, evidence: Mapping[str, Any], about: Mapping[str, object], *, lines: Sequence[Line] = (),
    approvals: Sequence[str] = (), demo: bool = False,
) -> str:  # fmt: skip
    """Card as Markdown; ``lines`` and ``approvals`` are known only after the gate, in a ``demo`` or in service."""
    entries = sorted({"trained_by": NOT_RECORDED, **about}.items())
    parts = [
        [FIRST_LINE, "", f"# Model card: {catalogue.subject}", ""],
        _purpose(catalogue, evidence),
        ["## Training", ""],
        [f"- {_ABOUT.get(name, name)}: {as_markdown(_value(name, str(value)))}" for name, value in entries],
        ["- data: `datasheet.md` of the same run, where the folder had one", ""],
        _ranking(evidence),
        _fairness(evidence),
        _gate(lines, approvals, demo=demo),
    ]
    return "\n".join(line for part in parts for line in part) + "\n"


def _value(name: str, value: str) -> str:
    """Times as dates, everything else as it is."""
    return utc_day(int(value)) if name.endswith("_us") and value.isdecimal() else value


def _purpose(catalogue: Catalogue, evidence: Mapping[str, Any]) -> list[str]:
    few = evidence["random"]["effective_size"]
    return [
        "**Use**: to choose the next protective interviews where only a few can be held.",
        "**Not for**: refusing, delaying or policing anybody. A low score clears nobody; a high score accuses nobody.",
        "**The number** is calibrated to the chance that a protective interview finds indications. As that chance it is as good "
        f"as the calibration below, which rests on {effective_positives(evidence)} and on random interviews with an effective "
        f"size of {few:.0f}; where these are few it is an order and no more.",
        f"**Inputs**: {len(catalogue.names)} features of catalogue `{catalogue.sha256[:12]}`. Nationality, former "
        "nationality, sex, post and airport of embarkation are not among them; age only sends minors to the child procedure.",
        "**Form**: shallow trees, monotone where a score must never fall or rise; a calibration; contributions add up to the raw "
        "score.",
        "",
    ]


def effective_positives(evidence: Mapping[str, Any]) -> str:
    """Effective number of positives behind the calibration, in words."""
    number = (evidence.get("calibration") or {}).get("effective_positives")
    return "no positives" if number is None else f"positives with an effective size of {number:.0f}"


def _ranking(evidence: Mapping[str, Any]) -> list[str]:
    rows = [
        f"| {name} | {gain['first']:.3f} | {gain['second']:.3f} | {gain['gain']:+.3f} | [{gain['low']:+.3f}, {gain['high']:+.3f}] |"
        for name, gain in sorted(evidence.get("gain", {}).items())
        if "first" in gain
    ]
    calibration = evidence.get("calibration") or {}
    shown = [
        f"- {label}: {_interval(calibration, name)}"
        for name, label in _CALIBRATION.items()
        if calibration.get(name) is not None
    ]
    return [
        "## Ranking and calibration",
        "",
        f"Evaluated on {evidence['cases']:,} cases: {evidence['interviewed']:,} interviewed with a clear finding, "
        f"{evidence['positives']:,} of them positive; {evidence['random']['interviews']:,} random interviews (effective size "
        f"{evidence['random']['effective_size']:.0f}). {_sample_frame(evidence)}".rstrip(),
        "",
        "Recall among confirmed positives: identified as victims, or reported by others than an interviewer. Each counts once; "
        "indications alone do not count. People whom others report are easier to rank than people whom nobody reports. At "
        f"{evidence['capacity']:.1%} capacity of each post's week, minors ranked among all others though in service they go to "
        "the child procedure:",
        "",
        "| against | model | other | difference | 95 % CI |",
        "|---|---|---|---|---|",
        *rows,
        "",
        *_auc(evidence),
        "Calibration with 95 % CI (1, 1 and 0 are perfect):",
        "",
        *shown,
        "",
    ]


def _interval(figures: Mapping[str, Any], name: str = "auc") -> str:
    ends = ("low", "high") if name == "auc" else (f"{name}_low", f"{name}_high")
    return f"{figures[name]:.3f} [{figures[ends[0]]:.3f}, {figures[ends[1]]:.3f}]"


def _sample_frame(evidence: Mapping[str, Any]) -> str:
    """Declared frame of the random sample, and the check against the records."""
    check = evidence["random"].get("sample_frame")
    if not check:
        return ""
    against = "**The records contradict that.** " if check["verdict"] == CONTRADICTED else ""
    return f"The random sample was declared as drawn among {check['sample_frame']}. {against}{check['summary']} "


def _auc(evidence: Mapping[str, Any]) -> list[str]:
    ranking = evidence.get("ranking")
    if not ranking:
        return []
    who = f"{ranking['positives']} people of {ranking['groups']} case groups"
    return [f"AUC of confirmed positives ({who}) against all cases without indications: {_interval(ranking)}.", ""]


def _fairness(evidence: Mapping[str, Any]) -> list[str]:
    fairness = evidence["fairness"]
    known = [cell for cell in fairness["table"] if cell["attribute"] in _GROUPED and cell["value"] is not None]
    rows = [
        f"| {cell['attribute'].replace('_', ' ')} | {cell['group']} | {CHOSEN_AMONG.get(cell['metric'], cell['metric'])} | "
        f"{cell['people']} | {cell['value']:.3f} [{cell['low']:.3f}, {cell['high']:.3f}] |"
        for cell in known
        if not _few(cell)
    ]
    proxies = [
        f"| {figure['attribute']} | {figure['group']} | {figure['source']} | {figure['people']} | {_interval(figure)} | "
        f"{figure['auc_within_status']:.3f} |"
        for figure in evidence["proxies"]["all"]
    ]
    hours = fairness.get("by_post_hours") or []
    by_hours = f"With each post's own hours, alarms would be: {'; '.join(hours)}. " if hours else ""
    return [
        "## Selection by group",
        "",
        f"{fairness['alarms']} alarms in {fairness['comparisons']} comparisons with comparable cases. Groups of fewer than five "
        f"people, or of an effective size below {MIN_EFFECTIVE}, are hidden ({len(known) - len(rows)} left out). {by_hours}The "
        "whole table, with crossings, statuses and posts, is in `evidence.json`.",
        "",
        "| attribute | group | share chosen among | people | share [95 % CI] |",
        "|---|---|---|---|---|",
        *rows,
        "",
        "AUC at which score, or score and reasons, reveal a group, among "
        f"{'people not exploited in truth' if evidence['truth_known'] else 'people without indications'}:",
        "",
        "| attribute | group | from | people | AUC [95 % CI] | within a status |",
        "|---|---|---|---|---|---|",
        *proxies,
        "",
    ]


def _few(cell: Mapping[str, Any]) -> bool:
    """Whether an interval is wider than that of `MIN_EFFECTIVE` people."""
    low, high = share_bounds(cell["value"], MIN_EFFECTIVE)
    return bool(cell["high"] - cell["low"] > high - low + 1e-9)


def _gate(lines: Sequence[Line], approvals: Sequence[str], *, demo: bool) -> list[str]:
    if not lines:
        return ["## Gate", "", "Not evaluated yet: `mimamori promote` does."]
    verdict = verdict_of(lines, demo=demo)
    waivers = [f"- **Waiver** for `{line.code}`, signed {as_markdown(line.waiver)}" for line in lines if line.waiver]
    return [
        "## Gate",
        "",
        f"**{verdict.value.capitalize()}**: {_VERDICTS[verdict]}",
        "",
        "| line | outcome | figures |",
        "|---|---|---|",
        *(f"| {line.condition['en']} | {line.outcome.value} | {line.figures['en']} |" for line in lines),
        "",
        *(waivers or [f"No waiver was {'needed' if all(line.holds for line in lines) else 'given'}."]),
        *(f"- `{line.code}`: {line.no_waiver}" for line in lines if line.no_waiver),
        "",
        # a line for each id, so that a comma makes no second person
        f"Approved by {len(approvals) or 'nobody'}{':' if approvals else '.'}",
        *([""] if approvals else []),
        *(f"- {as_markdown(who)}" for who in approvals),
    ]
