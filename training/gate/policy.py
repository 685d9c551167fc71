"""What must a model show before it may serve? The policy file: conditions with limits, reasons and least evidence."""

from __future__ import annotations

import hashlib
import math
import tomllib
from dataclasses import dataclass, replace
from enum import IntEnum
from pathlib import Path

POLICY_FILE = Path(__file__).with_name("policy.toml")
_LIMITS = ("above", "at_least", "at_most")
_WORDS = ("code", "says", "says_ja", "figure", "reason", "evidence", "names", "waiver_reason")
_KEYS = {
    "code", "says", "says_ja", "figure", "reason", "evidence", "least_evidence", "absent", "names", "waivable", "waiver_reason",
    *_LIMITS,
}  # fmt: skip


class Waivable(IntEnum):
    """How far a waiver may go with a line that lacks evidence, from never on."""

    NEVER = 0
    IN_DEMONSTRATIONS = 1
    WHERE_EVIDENCE_LACKS = 2


class PolicyRejected(Exception):
    """Raised when a policy file is not well formed: which line, and what was expected."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of the policy.

    Attributes
    ----------
    figure, evidence
        Dotted paths into the evidence; ``evidence`` is None where the figure is its own measure of evidence.
    limit
        ``above``, ``at_least`` or ``at_most``, and the number.
    holds_if_absent
        Whether the line holds where the figure does not exist, as with a first model that has no champion to beat.
    names
        Dotted path to words in the evidence that say what the figure is about: which feature, which group.
    waivable, waiver_reason
        Whether a waiver may cover missing evidence, and if not everywhere, why.
    delivered
        In another policy than the delivered one, the delivered line of the same code: what fails by it fails.
    """

    code: str
    says: str
    says_ja: str
    figure: str
    limit: tuple[str, float]
    reason: str
    evidence: str | None
    least_evidence: float
    holds_if_absent: bool
    names: str | None = None
    waivable: Waivable = Waivable.WHERE_EVIDENCE_LACKS
    waiver_reason: str = ""
    delivered: Condition | None = None

    def met_by(self, value: float) -> bool:
        """Say whether a value is within the limit; NaN never is."""
        kind, limit = self.limit
        return {"above": value > limit, "at_least": value >= limit, "at_most": value <= limit}[kind]


@dataclass(frozen=True, slots=True)
class Policy:
    """All conditions, the capacity at which rankings are compared, and how many people must approve."""

    version: str
    capacity: float
    approvers: int
    lines: tuple[Condition, ...]
    sha256: str


def read_policy(path: Path = POLICY_FILE) -> Policy:
    """Read a policy file; the lines of another than the delivered one know the delivered lines that they stand for.

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
        policy = Policy(
            str(raw["version"]),
            _number(raw["capacity"]),
            raw["approvers"],
            lines,
            hashlib.sha256(content).hexdigest(),
        )
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyRejected(f"{path.name} is not TOML: {error}") from None
    except RecursionError:
        raise PolicyRejected(f"{path.name} is not TOML that can be read: it is nested too deeply") from None
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise PolicyRejected(f"{path.name}: {error}; expected version, capacity, approvers and [[line]]") from None
    codes = [line.code for line in lines]
    if not lines or len(set(codes)) != len(codes):
        raise PolicyRejected(f"{path.name}: expected at least one line, each with a code of its own")
    if not 0.0 < policy.capacity < 1.0 or policy.approvers < 1:
        raise PolicyRejected(f"{path.name}: expected a capacity between 0 and 1 and at least one approver")
    return policy


def looser(policy: Policy, than: Policy) -> list[str]:
    """Return in what a policy asks for less than another: codes of lines, ``approvers``, ``capacity``; empty if in nothing."""
    own = {line.code: line for line in policy.lines}
    found = [line.code for line in than.lines if line.code not in own or not _as_strict(own[line.code], line)]
    found += ["approvers"] if policy.approvers < than.approvers else []
    return found + (["capacity"] if policy.capacity != than.capacity else [])


def _as_strict(one: Condition, other: Condition) -> bool:
    same = ("figure", "evidence", "holds_if_absent")
    if any(getattr(one, name) != getattr(other, name) for name in same) or one.limit[0] != other.limit[0]:
        return False
    sign = 1 if one.limit[0] == "at_most" else -1
    return (
        sign * one.limit[1] <= sign * other.limit[1]
        and one.least_evidence >= other.least_evidence
        and one.waivable <= other.waivable
    )


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError("a number that is none, or not finite")
    return float(value)


def _condition(entry: object) -> Condition:
    if not isinstance(entry, dict):
        raise TypeError("a line that is no table")
    code = str(entry.get("code", "?"))
    words = [name for name in _WORDS if not isinstance(entry.get(name, ""), str)]
    if words:
        raise PolicyRejected(f"line {code}: {words[0]} is not a text")
    limits = [name for name in _LIMITS if name in entry]
    if set(entry) - _KEYS:
        raise PolicyRejected(f"line {code}: unknown {sorted(set(entry) - _KEYS)}; expected {sorted(_KEYS)}")
    if len(limits) != 1 or not {"code", "says", "says_ja", "figure", "reason"} <= set(entry):
        raise PolicyRejected(
            f"line {code}: expected code, says, says_ja, figure, reason and exactly one of {', '.join(_LIMITS)}"
        )
    if ("evidence" in entry) != ("least_evidence" in entry):
        raise PolicyRejected(f"line {code}: expected evidence and least_evidence together, or neither")
    if entry.get("absent", "fails") not in {"fails", "holds"}:
        raise PolicyRejected(f"line {code}: absent is fails or holds")
    waivable = _WAIVABLE.get(str(entry.get("waivable", True)))
    if waivable is None:
        raise PolicyRejected(f"line {code}: waivable is true, false or in demonstrations")
    if (waivable is Waivable.WHERE_EVIDENCE_LACKS) == ("waiver_reason" in entry):
        raise PolicyRejected(f"line {code}: expected a waiver_reason where a waiver is restricted, and nowhere else")
    return Condition(
        code,
        str(entry["says"]),
        str(entry["says_ja"]),
        str(entry["figure"]),
        (limits[0], _number(entry[limits[0]])),
        str(entry["reason"]),
        entry.get("evidence"),
        _number(entry.get("least_evidence", 0.0)),
        entry.get("absent") == "holds",
        entry.get("names"),
        waivable,
        str(entry.get("waiver_reason", "")),
    )


_WAIVABLE = {
    "True": Waivable.WHERE_EVIDENCE_LACKS,
    "in demonstrations": Waivable.IN_DEMONSTRATIONS,
    "False": Waivable.NEVER,
}
