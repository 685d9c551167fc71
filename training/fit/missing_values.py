"""How does a missing value count? As no sign: like the value that is farthest from remarkable."""

from __future__ import annotations

import re

import numpy as np

from features.catalogue import Catalogue
from features.catalogue.findings import FINDING_OF_FEATURE
from training.fit.tree_sum import tree_sum

_FAR = 36_500.0
"""Stands in for a missing value where a small one is remarkable: a hundred years ago."""
_LEFT, _RIGHT = 10, 8
"""LightGBM's decision types of a numeric split that sends missing values to the lower and to the upper side."""


def without_missing(values: np.ndarray, catalogue: Catalogue) -> np.ndarray:
    """Copy of values[n, f] in which a missing value of a feature with a finding equals one without a sign.

    Trees are fitted on it, so that absence is no ground; features without a finding stay as they are.
    """
    out = values.copy()
    for column, name in enumerate(catalogue.names):
        finding = FINDING_OF_FEATURE.get(name)
        if finding is not None:
            out[np.isnan(out[:, column]), column] = _FAR if name in finding.low else 0.0
    return out


def missing_without_sign(text: str, catalogue: Catalogue) -> str:
    """Text of trees fitted on `without_missing`, which score the values with their gaps the same."""
    head, *trees = re.split(r"(?=^Tree=\d+$)", text, flags=re.MULTILINE)
    return tree_sum([("".join([head, *(_tree(tree, catalogue) for tree in trees)]), 1.0)])


def _tree(text: str, catalogue: Catalogue) -> str:
    split, decision = (re.search(rf"^{name}=(.*)$", text, re.MULTILINE) for name in ("split_feature", "decision_type"))
    if split is None or decision is None or not split[1]:
        return text
    kinds = [
        _side(catalogue.names[int(column)], kind)
        for column, kind in zip(split[1].split(), decision[1].split(), strict=True)
    ]
    return text.replace(decision[0], f"decision_type={' '.join(kinds)}")


def _side(name: str, kind: str) -> str:
    finding = FINDING_OF_FEATURE.get(name)
    if finding is None:
        return kind
    return str(_RIGHT if name in finding.low else _LEFT)
