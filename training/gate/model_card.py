"""What does the card of a model say? Markdown from its evidence and from the lines of the gate; its text is model_card.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from features.catalogue import Catalogue
from training.evaluation.frame import utc_day
from training.evaluation.health import Health
from training.evaluation.score_parts import ScoreParts
from training.gate.evidence import FIRST_LINE
from training.gate.persons import as_markdown
from training.gate.verdict import Line, Verdict, verdict_of
from training.sampling.random_sample_frame import CONTRADICTED
from training.statistics.intervals import share_bounds

NOT_RECORDED = "not recorded"
_CALIBRATION = {"slope": "slope", "ratio": "expected over observed positives", "error": "expected calibration error"}
_VERDICTS = {
    Verdict.PASSED: "every line holds.",
    Verdict.TRIAL: "on trial; no line fails, and lines without evidence are open.",
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
    "labels": "labels that trees learned",
    "prior_worlds": "synthetic worlds of the prior",
    "data_sha256": "hash of the records",
    "evidence_sha256": "hash of the evidence",
}


def model_card(
    catalogue: Catalogue, evidence: Mapping[str, Any], about: Mapping[str, object], *, lines: Sequence[Line] = (),
    approvals: Sequence[str] = (), demo: bool = False,
) -> str:  # fmt: skip
    """Card as Markdown; ``lines`` and ``approvals`` are known only after the gate, in a ``demo`` or in service."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), undefined=StrictUndefined, keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 (Markdown; typed texts pass the filter)
    )  # fmt: skip
    environment.filters["md"] = as_markdown
    table = evidence["fairness"]["table"]
    known = [cell for cell in table if cell["attribute"] in _GROUPED and cell["value"] is not None]
    cells = [cell for cell in known if not _few(cell)]
    health, parts = Health.read(evidence.get("health") or {}), ScoreParts.read(evidence.get("score_parts") or {})
    verdict, entries = verdict_of(lines, demo=demo), {"trained_by": NOT_RECORDED, **about}
    return environment.get_template("model_card.md").render(
        first_line=first_line(about), catalogue=catalogue, evidence={"calibration": {}, **evidence},
        lines=lines, health=health, parts="" if parts is None else parts.line,
        approvals=approvals, verdict=verdict, verdict_text=_VERDICTS[verdict], all_hold=all(line.holds for line in lines),
        about=[(_ABOUT.get(name, name), _value(name, str(value))) for name, value in sorted(entries.items())],
        effective_positives=effective_positives(evidence), contradicted=CONTRADICTED, chosen_among=CHOSEN_AMONG,
        calibration_labels=list(_CALIBRATION.items()), cells=cells, left_out=len(known) - len(cells),
        min_effective=MIN_EFFECTIVE,
    )  # fmt: skip


def first_line(about: Mapping[str, object]) -> str:
    """First sentence of a card: what the model was trained on, and that no real visa record validated it."""
    if "prior_worlds" not in about:
        return FIRST_LINE
    prior = f"on synthetic worlds and their truth (prior: {about['prior_worlds']} worlds)"
    if about["labels"] == "0":
        return f"Trained {prior} alone, no tree on a label; not validated on any real visa record."
    return f"Trained first {prior}, then on {about['labels']} labels; not validated on any real visa record."


def effective_positives(evidence: Mapping[str, Any]) -> str:
    """Effective number of positives behind the calibration, in words."""
    number = (evidence.get("calibration") or {}).get("effective_positives")
    return "no positives" if number is None else f"positives with an effective size of {number:.0f}"


def _value(name: str, value: str) -> str:
    """Times as dates, everything else as it is."""
    return utc_day(int(value)) if name.endswith("_us") and value.isdecimal() else value


def _few(cell: Mapping[str, Any]) -> bool:
    """Whether an interval is wider than that of `MIN_EFFECTIVE` people."""
    low, high = share_bounds(cell["value"], MIN_EFFECTIVE)
    return bool(cell["high"] - cell["low"] > high - low + 1e-9)
