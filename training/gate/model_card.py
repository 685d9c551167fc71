"""What is said about one model? Its card, generated from its evidence and from what the gate said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from features.catalogue import Catalogue
from training.data.judgement import day
from training.data.lot import CONTRADICTED
from training.gate.evidence import FIRST_LINE
from training.gate.signatories import as_markdown
from training.gate.verdict import Line, Verdict, verdict_of
from training.statistics.intervals import share_bounds

NOT_RECORDED = "not recorded"
"""Stands in place of who trained a model where nobody said."""
_CALIBRATED = {
    "slope": "slope",
    "ratio": "findings expected over findings",
    "error": "error",
}
_VERDICTS = {
    Verdict.PASSED: "every line holds.",
    Verdict.WAIVED: "no line fails on evidence; somebody signed for the evidence that is missing.",
    Verdict.DEMONSTRATION: "let in by a demonstration on synthetic data, which asks for fewer people and may waive lines that fail.",
    Verdict.REFUSED: "the model may not serve.",
}
_GROUPED = ("sex", "age_band", "nationality")
LEAST_EFFECTIVE = 5
"""A share that so few people carry, once weighted and those of one ring taken together, is not shown: it would be about one of them."""
CHOSEN_AMONG = {
    "selection_rate": "everybody",
    "false_positive_rate_interviewed": "people of whom an interview found nothing (false positives)",
    "recall_interviewed": "people with indications (recall)",
    "false_positive_rate_latent": "people not exploited in truth (false positives)",
    "recall_latent": "people exploited in truth (recall)",
}
"""Of whom a share is taken, by the name of the metric in `training.fairness.groups.denominators`."""
_ABOUT = {
    "trained_by": "trained by",
    "cutoff_us": "judged on cases from (cut-off)",
    "learned_until_us": "learned from cases until",
    "taught_with": "taught with",
    "lot": "random interviews were declared as drawn among",
    "calibration": "calibration",
    "seed": "seed",
    "data_sha256": "hash of the records",
    "evidence_sha256": "hash of the evidence",
}
_SAID_ALREADY = {"trained_until_us"}


def model_card(
    catalogue: Catalogue,
    evidence: Mapping[str, Any],
    about: Mapping[str, object],
    *,
    lines: Sequence[Line] = (),
    approvals: Sequence[str] = (),
    demo: bool = False,
) -> str:
    """Return the card as Markdown; ``lines`` and ``approvals`` are known only after the gate, in a ``demo`` or in service."""
    told = {"trained_by": NOT_RECORDED, **about}
    parts = [
        [FIRST_LINE, "", f"# Model card: {catalogue.subject}", ""],
        _purpose(catalogue, evidence),
        [
            "## How it was made",
            "",
            *(
                f"- {_ABOUT.get(name, name)}: {as_markdown(_value(name, str(value)))}"
                for name, value in sorted(told.items())
                if name not in _SAID_ALREADY
            ),
            "- data: described in `datasheet.md` of the same run, where the folder had one",
            "",
        ],
        _judged(evidence),
        _fairness(evidence),
        _gate(lines, approvals, demo=demo),
    ]
    return "\n".join(line for part in parts for line in part) + "\n"


def _value(name: str, value: str) -> str:
    """Return times as dates, and everything else as it is."""
    return day(int(value)) if name.endswith("_us") and value.isdecimal() else value


def _purpose(catalogue: Catalogue, evidence: Mapping[str, Any]) -> list[str]:
    few = evidence["random"]["effective_size"]
    return [
        "**Use**: to choose with whom a protective interview should be held next, where only a few can be held.",
        "**Not for**: refusing, delaying or policing anybody. A low score clears nobody; a high one accuses nobody.",
        "**The number** is calibrated to the chance that a protective interview would find indications, as interviews found them. It can be "
        f"read as that chance only as far as the calibration figures below allow, which rest on {number_of_findings(evidence)} and on random interviews "
        f"that count as {few:.0f} once weighted; where these are few, it serves as an order of who comes first, and as no more.",
        f"**Inputs**: {len(catalogue.names)} features of catalogue `{catalogue.sha256[:12]}`. Nationality, former "
        "nationality, sex, post and airport of embarkation are not among them; age only sends minors to the child procedure.",
        "**Form**: trees of limited depth, monotone in the features that must never lower, or never raise, a score; a calibration; "
        "contributions add up to the raw score.",
        "",
    ]


def number_of_findings(evidence: Mapping[str, Any]) -> str:
    """Return in words how many people with indications the calibration rests on."""
    carried = (evidence.get("calibration") or {}).get("effective_positives")
    return "no finding" if carried is None else f"findings that count as {carried:.0f}"


def _judged(evidence: Mapping[str, Any]) -> list[str]:
    rows = [
        f"| {name} | {gain['first']:.3f} | {gain['second']:.3f} | {gain['gain']:+.3f} | "
        f"[{gain['low']:+.3f}, {gain['high']:+.3f}] |"
        for name, gain in sorted(evidence.get("gain", {}).items())
        if "first" in gain
    ]
    calibration = evidence.get("calibration") or {}
    shown = [
        f"- {words}: {calibration[name]:.3f} [{calibration[f'{name}_low']:.3f}, {calibration[f'{name}_high']:.3f}]"
        for name, words in _CALIBRATED.items()
        if calibration.get(name) is not None
    ]
    return [
        "## How well it ranks",
        "",
        f"Judged on {evidence['cases']:,} cases, of which {evidence['interviewed']:,} were interviewed with a clear answer, "
        f"{evidence['positives']:,} of them with a finding; {evidence['random']['interviews']:,} of these interviews were "
        f"drawn at random (effective sample size {evidence['random']['effective_size']:.0f}). {_lot(evidence)}".rstrip(),
        "",
        "Whom it reaches is counted among people whose exploitation was confirmed: identified as victims, or found by "
        "others than an interviewer. Each counts once, whoever chose them for an interview; indications of an interview "
        "alone do not count. Whom others find is easier to rank than whom nobody finds. Share reached at "
        f"{evidence['capacity']:.1%} capacity of each post's week, minors ranked among all others though in service they go to the "
        "child procedure:",
        "",
        "| against | model | other | difference | 95 % interval |",
        "|---|---|---|---|---|",
        *rows,
        "",
        *_ranking(evidence),
        "Calibration, with 95 % intervals (1, 1 and 0 would be perfect):",
        "",
        *shown,
        "",
    ]


def _lot(evidence: Mapping[str, Any]) -> str:
    """Return among which files the random arm was declared to be drawn, and what the records say of that."""
    told = evidence["random"].get("lot")
    if not told:
        return ""
    against = "**The records contradict that.** " if told["verdict"] == CONTRADICTED else ""
    return f"The lot was declared as drawn among {told['lot']}. {against}{told['words']} "


def _ranking(evidence: Mapping[str, Any]) -> list[str]:
    told = evidence.get("ranking")
    if not told:
        return []
    said = f"{told['auc']:.3f} [{told['low']:.3f}, {told['high']:.3f}]"
    return [
        f"The chance that one of them ({told['positives']} people of {told['rings']} rings, somebody alone counting as "
        f"one) stands above somebody of whom nothing was found, interviewed or not: {said}.",
        "",
    ]


def _fairness(evidence: Mapping[str, Any]) -> list[str]:
    fairness = evidence["fairness"]
    known = [cell for cell in fairness["table"] if cell["attribute"] in _GROUPED and cell["value"] is not None]
    rows = [
        f"| {cell['attribute'].replace('_', ' ')} | {cell['group']} | {CHOSEN_AMONG.get(cell['metric'], cell['metric'])} | {cell['people']} | {_share(cell)} |"
        for cell in known
        if not _rests_on_few(cell)
    ]
    left_out = len(known) - len(rows)
    proxies = [
        f"| {one['attribute']} | {one['group']} | {one['told_by']} | {one['people']} | {one['auc']:.3f} "
        f"[{one['low']:.3f}, {one['high']:.3f}] | {one['auc_within_status']:.3f} |"
        for one in evidence["proxies"]["all"]
    ]
    return [
        "## Whom it calls in and whom it misses",
        "",
        f"{fairness['comparisons']} comparisons of groups with their like, {fairness['alarms']} alarms. Groups of fewer "
        f"than five are not shown, nor is what fewer than {LEAST_EFFECTIVE} people carry, as they count once weighted and rings "
        f"taken together ({left_out} left out). "
        f"{_hours(fairness)}The whole table, with crossings, statuses and posts, is in `evidence.json`.",
        "",
        "| attribute | group | share chosen among | people | share [95 % interval] |",
        "|---|---|---|---|---|",
        *rows,
        "",
        "How well a group is told from the score, or by an auxiliary model from score and reasons, among "
        f"{'people not exploited in truth' if evidence['truth_known'] else 'those of whom an interview found nothing'}:",
        "",
        "| attribute | group | told by | people | AUC [95 % interval] | within a status |",
        "|---|---|---|---|---|---|",
        *proxies,
        "",
    ]


def _hours(fairness: Mapping[str, Any]) -> str:
    """Return what the posts' hours add to the score, in words."""
    told = fairness.get("by_post_hours") or []
    return (
        f"As each post fills its own hours, these are called in or missed more often: {'; '.join(told)}. "
        if told
        else ""
    )


def _rests_on_few(cell: Mapping[str, Any]) -> bool:
    """Whether an interval is wider than `LEAST_EFFECTIVE` people of equal weight would make it."""
    low, high = share_bounds(cell["value"], LEAST_EFFECTIVE)
    return bool(cell["high"] - cell["low"] > high - low + 1e-9)


def _share(cell: Mapping[str, Any]) -> str:
    return f"{cell['value']:.3f} [{cell['low']:.3f}, {cell['high']:.3f}]"


def _gate(lines: Sequence[Line], approvals: Sequence[str], *, demo: bool) -> list[str]:
    if not lines:
        return ["## The gate", "", "Not yet judged: `mimamori promote` does."]
    verdict = verdict_of(lines, demo=demo)
    closed = [f"- `{line.code}`: {line.no_waiver}" for line in lines if line.no_waiver]
    waivers = [f"- **Waiver** for `{line.code}`, signed {as_markdown(line.waiver)}" for line in lines if line.waiver]
    return [
        "## The gate",
        "",
        f"**{verdict.value.capitalize()}**: {_VERDICTS[verdict]}",
        "",
        "| line | outcome | figures |",
        "|---|---|---|",
        *(f"| {line.condition} | {line.outcome.value} | {line.figures} |" for line in lines),
        "",
        *(waivers or [f"No waiver was {'needed' if all(line.holds for line in lines) else 'given'}."]),
        *closed,
        "",
        # a line for each, so that a comma in a name makes no second person
        f"Approved by {len(approvals) or 'nobody'}{':' if approvals else '.'}",
        *([""] if approvals else []),
        *(f"- {as_markdown(who)}" for who in approvals),
    ]
