from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from training.reporting.sections import FIRST_LINE, Section, compact, markdown, write

TABLE = pd.DataFrame({"ranking": ["a|b"], "recall": [0.25], "recall_low": [0.1], "recall_high": [float("inf")]})


def test_the_first_line_says_what_data_it_is_about(tmp_path: Path) -> None:
    write(tmp_path, "A title", [Section("One", "Words.", TABLE)])
    assert (tmp_path / "report.md").read_text().splitlines()[0] == FIRST_LINE
    assert FIRST_LINE in (tmp_path / "report.html").read_text().splitlines()[0]


def test_a_figure_and_its_interval_share_a_cell() -> None:
    assert compact(TABLE).to_dict("records") == [{"ranking": "a|b", "recall": "0.250 [0.100, ∞]"}]


def test_a_figure_that_cannot_be_known_says_so_and_is_no_nought() -> None:
    table = pd.DataFrame({"recall": [np.nan], "recall_low": [np.nan], "recall_high": [np.nan], "other": [np.nan]})
    assert compact(table).to_dict("records") == [{"recall": "not known", "other": "–"}]


def test_a_bar_in_a_cell_does_not_break_the_table() -> None:
    assert "| a/b | 0.250 [0.100, ∞] |" in markdown("T", [Section("One", table=TABLE)])


def test_a_long_table_of_the_appendix_is_a_file_and_folded_in_the_page(tmp_path: Path) -> None:
    long = pd.DataFrame({"case": range(40)})
    write(tmp_path, "T", [Section("All & sundry", table=long, appendix=True), Section("One", "**bold** <b>", TABLE)])
    text = (tmp_path / "report.md").read_text()
    assert text.index("## One") < text.index("# Appendix") < text.index("[all_sundry.csv](all_sundry.csv)")
    assert pd.read_csv(tmp_path / "all_sundry.csv").equals(long)
    page = (tmp_path / "report.html").read_text()
    assert "<details>" in page
    assert "<strong>bold</strong> &lt;b&gt;" in page
