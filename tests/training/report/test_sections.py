from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from training.report.sections import APPENDIX, FIRST_LINE, Section, compact, markdown, write

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
    assert "| --- | ---: |\n| a/b | 0.250 [0.100, ∞] |" in markdown("T", [Section("One", table=TABLE)])


def page(tmp_path: Path, *sections: Section) -> str:
    write(tmp_path, "T", sections)
    return (tmp_path / "report.html").read_text()


def test_lines_with_a_hyphen_are_a_list(tmp_path: Path) -> None:
    text = page(tmp_path, Section("One", "Before.\n- 1 %: **a** < b\n- 2 %: c\n\nAfter."))
    listed = "<ul><li>1 %: <strong>a</strong> &lt; b</li><li>2 %: c</li></ul>"
    assert f"<p>Before.</p>{listed}<p>After.</p>" in text


def test_numbers_stand_right_and_words_left(tmp_path: Path) -> None:
    table = TABLE.assign(met="yes", cases=[3], known=[True])
    text = page(tmp_path, Section("One", table=table))
    assert (
        '<tr><td>a|b</td><td class="number">0.250 [0.100, ∞]</td><td>yes</td><td class="number">3</td><td>True</td></tr>'
    ) in text
    assert ".number{text-align:right" in text
    assert "td{border:1px solid #bbb;padding:.2rem .5rem;text-align:left}" in text


def test_the_appendix_has_a_sentence_and_no_number_of_its_own(tmp_path: Path) -> None:
    text = page(tmp_path, Section("One"), Section("Last", appendix=True), Section("Two"))
    assert (
        '<nav><ol><li><a href="#s0">One</a></li><li><a href="#s1">Two</a></li></ol>'
        '<p><a href="#s2">Appendix</a></p><ol type="A"><li><a href="#s3">Last</a></li></ol></nav>'
    ) in text
    assert f'<h1 id="s2">Appendix</h1><p>{APPENDIX.text}</p><h2 id="s3">Last</h2>' in text
    assert f"# Appendix\n\n{APPENDIX.text}" in (tmp_path / "report.md").read_text()


def test_a_long_table_of_the_appendix_is_a_file_and_folded_in_the_page(tmp_path: Path) -> None:
    long = pd.DataFrame({"case": range(40)})
    write(tmp_path, "T", [Section("All & sundry", table=long, appendix=True), Section("One", "**bold** <b>", TABLE)])
    text = (tmp_path / "report.md").read_text()
    assert text.index("## One") < text.index("# Appendix") < text.index("[all_sundry.csv](all_sundry.csv)")
    assert pd.read_csv(tmp_path / "all_sundry.csv").equals(long)
    page = (tmp_path / "report.html").read_text()
    assert "<details>" in page
    assert "<strong>bold</strong> &lt;b&gt;" in page
