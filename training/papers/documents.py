"""What is published about the system? Papers generated from the build, so that none is outdated."""

from __future__ import annotations

import json
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from features.catalogue import catalogue
from features.tables.definition import Use
from features.tables.schema import TABLES
from models.forest import MAX_DEPTH
from models.reasons import LIMIT
from training.fit.prior_trees import load_prior
from training.gate.evidence import FIRST_LINE
from training.gate.policy import read_policy
from training.labels.outcomes import NEGATIVE, POSITIVE
from training.sampling.schemes import BACKGROUND_CASES

TEMPLATES = Path(__file__).with_name("templates")
HAZARDS = Path(__file__).with_name("hazards.toml")
_PAGES = ("model_card.md", "impact_assessment.md", "annex_iv.md", "hazards.md")
_RECORD = "transparency_record.json"
_STANDARDS = (
    "Model cards (Mitchell et al. 2019) and datasheets (Gebru et al. 2021), for their shape.",
    "UK Algorithmic Transparency Recording Standard, for the shape of the record.",
    "RFC 8785 (canonical JSON) and RFC 8032 (Ed25519), for signed models.",
)


def papers() -> dict[str, str]:
    """Papers by file name; the same build gives the same text."""
    facts = _facts()
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 (Markdown, from our own texts alone)
    )  # fmt: skip
    documents = {name: environment.get_template(name).render(facts).rstrip("\n") + "\n" for name in _PAGES}
    documents[_RECORD] = json.dumps(_record(facts), indent=2, ensure_ascii=False) + "\n"
    return documents


def hazards() -> list[dict[str, Any]]:
    """Hazards of the log."""
    return list(tomllib.loads(HAZARDS.read_text(encoding="utf-8"))["hazard"])


def write_papers(folder: Path) -> list[Path]:
    """Write all papers into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, content in papers().items():
        (folder / name).write_text(content, encoding="utf-8")
        written.append(folder / name)
    return written


def outdated(folder: Path) -> list[str]:
    """Names of papers that are missing from a folder or differ from the build."""
    current = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*") if path.is_file()}
    return [name for name, content in papers().items() if current.get(name) != content]


def _facts() -> dict[str, Any]:
    models = [
        {
            "subject": {"visa": "visa applications", "entry": "landings"}[subject],
            "features": len(catalogue(subject).names),
            "monotone": sum(direction != 0 for direction in catalogue(subject).monotone),
            "fingerprint": catalogue(subject).sha256,
        }
        for subject in ("visa", "entry")
    ]
    excluded = sorted({column.name for table in TABLES.values() for column in table.columns if column.use is Use.AUDIT})
    return {
        "first_line": FIRST_LINE,
        "version": version("mimamori"),
        "purpose": "It orders the queue for protective interviews, with reasons.",
        "models": models,
        "max_depth": MAX_DEPTH,
        "reasons": LIMIT,
        "positives": sorted(POSITIVE),
        "negatives": sorted(NEGATIVE),
        "policy": read_policy(),
        "background": BACKGROUND_CASES,
        "prior_worlds": _prior_worlds(),
        "excluded": excluded,
        "hazards": hazards(),
        "standards": _STANDARDS,
        "answers": [answer | {"links": _links(answer["links"])} for answer in _answers()],
    }


def _prior_worlds() -> str:
    """Numbers of worlds of the shipped priors; ``0`` where none fits this catalogue."""
    priors = (load_prior(catalogue(subject)) for subject in ("visa", "entry"))
    return " and ".join(sorted({str(prior.worlds if prior else 0) for prior in priors}))


def _answers() -> list[dict[str, Any]]:
    return list(tomllib.loads((TEMPLATES / "answers.toml").read_text(encoding="utf-8"))["answer"])


def _links(paths: list[str]) -> str:
    return ", ".join(f"[{Path(path).name}](../../{path})" for path in paths) or "none"


def _record(facts: dict[str, Any]) -> dict[str, Any]:
    """Transparency record, in the tiers of the UK standard."""
    record = tomllib.loads((TEMPLATES / "transparency_record.toml").read_text(encoding="utf-8"))
    record["first_line"] = facts["first_line"]
    tier = record["tier_2"]
    tier["tool_specification"]["version"] = facts["version"]
    tier["tool_specification"]["models"] = facts["models"]
    tier["tool_specification"]["conditions_for_use"] = [
        {"line": line.code, "condition": line.text["en"], "reason": line.reason} for line in facts["policy"].lines
    ]
    tier["data_specification"]["excluded_columns"] = facts["excluded"]
    tier["risks_mitigations_and_impact_assessments"]["risks"] = [
        {"id": hazard["id"], "risk": hazard["harm"], "mitigation": hazard["control"], "left": hazard["left"]}
        for hazard in facts["hazards"]
    ]
    return record
