"""What must a model show before it may serve? The policy file: conditions with limits, reasons and evidence."""

from __future__ import annotations

import hashlib
import math
import tomllib
from dataclasses import dataclass, replace
from enum import IntEnum
from pathlib import Path

from features.languages import LANGUAGES, Text, texts
from models.approval import Stage

POLICY_FILE = Path(__file__).with_name("policy.toml")
_LIMITS = ("above", "at_least", "at_most")
_TEXTS = ("code", "text", "figure", "reason", "evidence", "names", "waiver_reason")
_KEYS = {*_TEXTS, "stages", "min_evidence", "absent", "waivable", *_LIMITS}
_CONDITIONS = texts("training.conditions")


class Waivable(IntEnum):
    """Reach of a waiver over a line without evidence."""

    NEVER = 0
    IN_DEMONSTRATIONS = 1
    WHERE_EVIDENCE_LACKS = 2


_WAIVABLE = {
    "True": Waivable.WHERE_EVIDENCE_LACKS, "in demonstrations": Waivable.IN_DEMONSTRATIONS, "False": Waivable.NEVER,
}  # fmt: skip


class PolicyRejected(Exception):
    """Raised when a policy file is not well formed; names the line and the expectation."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A line of the policy.

    Attributes
    ----------
    text
        The condition by language.
    figure, evidence
        Dotted paths into the evidence; ``evidence`` is None where the figure is its own evidence.
    limit
        ``above``, ``at_least`` or ``at_most``, and the number.
    holds_if_absent
        Whether the line holds without the figure, as for a first model without a champion.
    names
        Dotted path to the feature or group of the figure.
    waivable, waiver_reason
        Whether a waiver may cover missing evidence, and if not everywhere, why.
    stages
        Stages for which the line must hold.
    delivered
        The delivered line of the same code, for another policy: what fails by it fails.
    """

    code: str
    text: Text
    figure: str
    limit: tuple[str, float]
    reason: str
    evidence: str | None
    min_evidence: float
    holds_if_absent: bool
    names: str | None = None
    waivable: Waivable = Waivable.WHERE_EVIDENCE_LACKS
    waiver_reason: str = ""
    stages: frozenset[Stage] = frozenset({Stage.FULL})
    delivered: Condition | None = None

    def holds_for(self, value: float) -> bool:
        """Whether a value is within the limit; NaN never is."""
        kind, limit = self.limit
        return {"above": value > limit, "at_least": value >= limit, "at_most": value <= limit}[kind]


@dataclass(frozen=True, slots=True)
class Policy:
    """Conditions, the capacity at which rankings are compared, and the number of approvers."""

    version: str
    capacity: float
    approvers: int
    lines: tuple[Condition, ...]
    sha256: str

    def for_stage(self, stage: Stage) -> tuple[Condition, ...]:
        """Conditions of a stage."""
        return tuple(line for line in self.lines if stage in line.stages)


def read_policy(path: Path = POLICY_FILE) -> Policy:
    """Policy of a file; lines of another than the delivered policy refer to the delivered lines.

    Raises
    ------
    PolicyRejected
        If it has no lines, an entry is unknown, missing or of the wrong kind, or a code is there twice.
    """
    content = path.read_bytes()
    try:
        raw = tomllib.loads(content.decode("utf-8"))
        if type(raw["approvers"]) is not int or not isinstance(raw["line"], list):
            raise TypeError("approvers is not a whole number, or line is no list")
        delivered = {} if path == POLICY_FILE else {line.code: line for line in read_policy().lines}
        lines = tuple(replace(line, delivered=delivered.get(line.code)) for line in map(_condition, raw["line"]))
        sha256, capacity = hashlib.sha256(content).hexdigest(), _number(raw["capacity"])
        policy = Policy(str(raw["version"]), capacity, raw["approvers"], lines, sha256)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyRejected(f"{path.name} is not TOML: {error}") from None
    except RecursionError:
        raise PolicyRejected(f"{path.name} is not TOML that can be read: it is nested too deeply") from None
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise PolicyRejected(f"{path.name}: {error}; expected version, capacity, approvers and [[line]]") from None
    if not lines or len({line.code for line in lines}) != len(lines):
        raise PolicyRejected(f"{path.name}: expected at least one line, each with a code of its own")
    if not 0.0 < policy.capacity < 1.0 or policy.approvers < 1:
        raise PolicyRejected(f"{path.name}: expected a capacity between 0 and 1 and at least one approver")
    return policy


def looser(policy: Policy, than: Policy) -> list[str]:
    """Points in which a policy is looser than another: codes of lines, ``approvers``, ``capacity``."""
    own = {line.code: line for line in policy.lines}
    points = [line.code for line in than.lines if line.code not in own or not _as_strict(own[line.code], line)]
    points += ["approvers"] if policy.approvers < than.approvers else []
    return points + (["capacity"] if policy.capacity != than.capacity else [])


def _as_strict(line: Condition, other: Condition) -> bool:
    same = ("figure", "evidence", "holds_if_absent")
    if any(getattr(line, name) != getattr(other, name) for name in same) or line.limit[0] != other.limit[0]:
        return False
    sign = 1 if line.limit[0] == "at_most" else -1
    stricter = sign * line.limit[1] <= sign * other.limit[1]
    as_wide = line.stages >= other.stages and line.waivable <= other.waivable
    return stricter and as_wide and line.min_evidence >= other.min_evidence


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError("a number that is none, or not finite")
    return float(value)


def _condition(entry: object) -> Condition:
    if not isinstance(entry, dict):
        raise TypeError("a line that is no table")
    code = str(entry.get("code", "?"))
    limits = [name for name in _LIMITS if name in entry]
    wrong = [name for name in _TEXTS if not isinstance(entry.get(name, ""), str)]
    waivable = _WAIVABLE.get(str(entry.get("waivable", True)))
    restricted = waivable is not Waivable.WHERE_EVIDENCE_LACKS
    stages = entry.get("stages", [Stage.FULL])
    faults = (
        (bool(wrong), f"{', '.join(wrong)} is not a text"),
        (bool(set(entry) - _KEYS), f"unknown {sorted(set(entry) - _KEYS)}; expected {sorted(_KEYS)}"),
        (
            len(limits) != 1 or not {"code", "figure", "reason"} <= set(entry),
            f"expected code, figure, reason and exactly one of {', '.join(_LIMITS)}",
        ),
        (("evidence" in entry) != ("min_evidence" in entry), "expected evidence and min_evidence together, or neither"),
        (entry.get("absent", "fails") not in {"fails", "holds"}, "absent is fails or holds"),
        (
            not isinstance(stages, list) or not stages or not {*map(str, stages)} <= {*Stage},
            f"stages is a list of {', '.join(Stage)}",
        ),
        (waivable is None, "waivable is true, false or in demonstrations"),
        (
            restricted != ("waiver_reason" in entry),
            "expected a waiver_reason where a waiver is restricted, and nowhere else",
        ),
        (code not in _CONDITIONS and "text" not in entry, "expected a text, because the code is not a delivered one"),
    )
    for wrong_entry, fault in faults:
        if wrong_entry:
            raise PolicyRejected(f"line {code}: {fault}")
    text = dict.fromkeys(LANGUAGES, str(entry["text"])) if "text" in entry else _CONDITIONS[code]
    return Condition(
        code, text, entry["figure"], (limits[0], _number(entry[limits[0]])), entry["reason"], entry.get("evidence"),
        _number(entry.get("min_evidence", 0.0)), entry.get("absent") == "holds", entry.get("names"),
        waivable or Waivable.NEVER, str(entry.get("waiver_reason", "")), frozenset(map(Stage, stages)),
    )  # fmt: skip
