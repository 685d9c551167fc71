from __future__ import annotations

import re

from serving.pages.waterfall import waterfall

LABELS = {"base": "average", "total": "total", "chart": "Score"}


def test_bars_begin_where_the_ones_before_end_and_add_up_to_the_total() -> None:
    chart = waterfall(-2.0, [("a", 1.5), ("b", -0.5)], LABELS)
    assert re.findall(r">([+-]\d\.\d\d)<", chart) == ["-2.00", "+1.50", "-0.50", "-1.00"]
    assert re.findall(r'class="(whole|raises|lowers)"', chart) == ["whole", "raises", "lowers", "whole"]


def test_labels_are_escaped_and_cut() -> None:
    chart = waterfall(0.0, [("<b>", 0.1), ("x" * 80, 0.1)], LABELS)
    assert "<b>" not in chart
    assert "x" * 57 + "…" in chart
