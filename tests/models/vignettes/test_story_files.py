"""Covers: vignettes.story, vignettes.story_files, vignettes.story_references, vignettes.story_lines, vignettes.story_records, vignettes.pseudonyms."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest

from features.tables.definition import Link
from features.tables.schema import TABLES
from models.vignettes.pseudonyms import Pseudonyms
from models.vignettes.story import case_id
from models.vignettes.story_files import FOLDER, StoriesRejected, read_stories

TEMPLATES = (FOLDER / "templates.toml").read_text(encoding="utf-8")
GOOD = """
[[story]]
code = "first"
title = { ja = "一", en = "First" }
visa_applications = [{ id = "case", like = "guest", guarantor = "aunt" }]
variant = [{ code = "blank", title = { ja = "空", en = "Blank" }, change.case = { occupation = "" } }]
holds = [{ not_raised_by = "blank" }]
"""
FAULTS = {
    "not TOML": ('code = "first', r"stories\.toml: not TOML: "),
    "a table of another name": ("[stories]", r"stories\.toml: stories: expected \[\[story\]\]"),
    "a code with a blank": (GOOD.replace('"first"', '"first story"'), r"first story: code: expected letters, digits and underscores"),
    "a code twice": (GOOD + GOOD, r"first: the code is that of another story; expected a new one"),
    "a title in one language": (GOOD.replace('ja = "一", ', ""), r"first: title: expected title\.ja and title\.en"),
    "no case": (GOOD.replace('id = "case"', 'id = "other", at = "1 day before"'), r'first: expected a line of visa_applications or landings with id = "case"'),
    "an unknown table": (GOOD.replace("holds =", "arrivals = [{}]\nholds ="), r"first: arrivals: expected one of visa_applications, landings"),
    "an unknown field": (GOOD.replace("guarantor =", "sponsor ="), r"first: case: sponsor: no such field of visa_applications; expected of accompanying_minors"),
    "an unknown template": (GOOD.replace('like = "guest"', 'like = "visitor"'), r"first: case: like: no template visitor; expected of every, ordinary, guest"),
    "a date that is no distance": (GOOD.replace('guarantor = "aunt"', 'married_on = "long ago"'), r"first: case: married_on: expected a distance like '3 weeks before'"),
    "a phone that is no label": (GOOD.replace('guarantor = "aunt"', "applicant_phone = 90"), r"first: case: applicant_phone: expected a label"),
    "a word that is not allowed": (GOOD.replace('guarantor = "aunt"', 'common_language = "some"'), r"first: visa_applications case: common_language: 'some'; expected one of none basic fluent"),
    "a number below zero": (GOOD.replace('guarantor = "aunt"', "accompanying_minors = -1"), r"first: visa_applications case: accompanying_minors: -1; expected at least 0"),
    "copies without a number": (GOOD.replace('guarantor = "aunt"', "times = 3"), r"first: case: times: expected with # in the id, and # with times"),
    "stories that are no list": ("story = 3", r"stories\.toml: story: expected a list of tables"),
    "copies that are no number": (GOOD.replace('guarantor = "aunt"', 'times = "3"'), r"first: case: times: expected a whole number"),
    "a role that is no person": (GOOD.replace('"aunt"', "3"), r"first: case: guarantor: expected a text"),
    "conditions that are no list": (GOOD.replace("[{ not_raised_by = \"blank\" }]", '"all"'), r"first: holds: expected a list of tables"),
    "a change that is no table": (GOOD.replace('{ occupation = "" }', '"all"'), r"first: variant blank: change of case: expected fields in braces"),
    "no time": (GOOD.replace("holds =", 'departures = [{ id = "x" }]\nholds ='), r"first: x: at: expected when, like '3 weeks before'"),
    "a stay that ends nowhere": (GOOD.replace("holds =", 'stays = [{ id = "x", at = "1 year before", leaves = {} }]\nholds ='), r"first: x: leaves: expected after, in days from the landing"),
    "a variant without its line": (GOOD.replace("change.case", "change.casse"), r"first: variant blank: change: no line casse; expected of case"),
    "a changed field that there is not": (GOOD.replace("occupation", "profession"), r"first: variant blank: change of case: profession: no such field of visa_applications"),
    "a variant without a code": (GOOD.replace('code = "blank", ', ""), r"first: variant \?: code: expected a new one, in letters, digits and underscores"),
    "an unknown condition": (GOOD.replace("not_raised_by", "lowers"), r"first: holds: lowers; expected one of outranks, not_lowered_by"),
    "two conditions in a line": (GOOD.replace('{ not_raised_by = "blank" }', '{ not_raised_by = "blank", protected = true }'), r"first: holds: not_raised_by, protected; expected one of"),
    "a condition about nothing": (GOOD.replace('not_raised_by = "blank"', "not_raised_by = []"), r"first: holds: not_raised_by: expected the code of a variant, or a list of them"),
    "protection that is denied": (GOOD.replace('not_raised_by = "blank"', "protected = false"), r"first: holds: protected: expected true"),
    "an unknown variant": (GOOD.replace('not_raised_by = "blank"', 'not_raised_by = "black"'), r"first: holds: not_raised_by: no variant black"),
    "an unknown story": (GOOD.replace('not_raised_by = "blank"', 'outranks = "second"'), r"first: holds: outranks: no story second"),
    "an unknown finding": (GOOD.replace('not_raised_by = "blank"', 'named_first = "guilt"'), r"first: holds: named_first: no finding guilt"),
    "an unknown reason": (GOOD.replace('not_raised_by = "blank"', 'never_named = "nationality"'), r"first: holds: never_named: no reason nationality"),
    "a subject without a case": (GOOD.replace('not_raised_by = "blank"', 'not_raised_by = "blank", subject = "exit"'), r"first: holds: subject: expected of visa, entry"),
    "a story of which nothing is checked": (GOOD.replace('holds = [{ not_raised_by = "blank" }]', ""), r"first: expected \[\[story\.holds\]\], or another story that outranks this one"),
}  # fmt: skip


def written(folder: Path, stories: str) -> Path:
    (folder / "templates.toml").write_text(TEMPLATES, encoding="utf-8")
    (folder / "stories.toml").write_text(stories, encoding="utf-8")
    return folder


def test_a_good_story_is_read(tmp_path: Path) -> None:
    stories = read_stories(written(tmp_path, GOOD))
    assert list(stories.by_code) == ["first"]
    # the application and its landing, each as the story says and with the variant
    assert stories.records["visa_applications"].column("application_id").to_pylist() == [
        case_id("first"),
        case_id("first", "blank"),
    ]
    assert stories.records["landings"].column("application_id").to_pylist() == [
        case_id("first"),
        case_id("first", "blank"),
    ]
    assert stories.records["visa_applications"].column("occupation").to_pylist() == ["office clerk", None]


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_names_the_story_and_what_was_expected(name: str, tmp_path: Path) -> None:
    stories, expected = FAULTS[name]
    with pytest.raises(StoriesRejected) as rejected:
        read_stories(written(tmp_path, stories))
    assert re.search(expected, str(rejected.value)), str(rejected.value)


def test_a_template_with_an_unknown_field_or_table_is_refused(tmp_path: Path) -> None:
    written(tmp_path, GOOD)
    (tmp_path / "templates.toml").write_text(
        TEMPLATES + "\n[arrivals.every]\n[departures.every]\nreason = 1\n", encoding="utf-8"
    )
    with pytest.raises(
        StoriesRejected, match=r"arrivals: no such table[^\x00]*departures\.every: reason: no such field"
    ):
        read_stories(tmp_path)


def test_a_stay_is_its_application_its_landing_and_what_follows(tmp_path: Path) -> None:
    stays = """stays = [{ id = "#", times = 3, at = "300 days before", every_days = 100, like = "spouse", introducer = "broker", moves = { after = 30, address = "flat" }, works = { after = 60, establishment_id = "bar" }, goes_missing = { after = 90 } }]
    establishments = [{ id = "bar" }]
    holds ="""
    records = read_stories(written(tmp_path, GOOD.replace("holds =", stays))).records
    own = [
        row
        for row in records["visa_applications"].to_pylist()
        if row["application_id"] in {f"first/{n}" for n in (1, 2, 3)}
    ]
    # 300, 200 and 100 days before 1 June 2011
    assert [row["submitted_at"].date().isoformat() for row in own] == ["2010-08-05", "2010-11-13", "2011-02-21"]
    assert len({row["introducer_phone"] for row in own}) == 1
    assert len({row["guarantor_phone"] for row in own}) == len({row["passport_number"] for row in own}) == 3
    events = [row for row in records["residence_events"].to_pylist() if row["landing_id"] == "first/1"]
    # lands 40 days after the application, moves 30 days later, is missing 90 days after landing
    assert [(row["kind"], row["occurred_at"].date().isoformat()) for row in events] == [
        ("address_change", "2010-10-14"), ("missing_report", "2010-12-13"),
    ]  # fmt: skip
    work = records["employment_reports"].to_pylist()[0]
    assert (work["passport_number"], work["establishment_id"]) == (own[0]["passport_number"], "first/bar")


def test_people_phones_and_addresses_are_never_those_of_another_story() -> None:
    records = read_stories().records
    for name, table in TABLES.items():
        rows = records[name]
        story = [text.split("/")[0] for text in rows.column(table.id_column).to_pylist()]
        for column in table.columns:
            if column.link in {Link.PHONE, Link.ADDRESS, Link.EMAIL, Link.PASSPORT, Link.STATEMENT, Link.IDENTIFIER}:
                owners = Counter(
                    value
                    for value, _ in {
                        (v, s) for v, s in zip(rows.column(column.name).to_pylist(), story, strict=True) if v
                    }
                )
                assert not [value for value, count in owners.items() if count > 1], column.name


def test_no_two_people_have_the_same_name_or_birth_date() -> None:
    names = Pseudonyms()
    people = [names.person("story", str(number)) for number in range(3000)]
    assert len({(family, given) for family, given, _ in people}) == len({born for _, _, born in people}) == 3000
    assert names.person("story", "7") == people[7]


def test_the_other_spelling_is_the_same_name() -> None:
    from features.identity.person import name_skeletons  # noqa: PLC0415

    names = Pseudonyms()
    for number in range(200):
        plain, other = (names.person("story", str(number), other_spelling=spelling) for spelling in (False, True))
        assert plain[:2] != other[:2]
        first, second = name_skeletons(pa.array([" ".join(plain[:2]), " ".join(other[:2])])).to_pylist()
        assert first == second


def test_there_are_stories_of_every_typology_and_of_honest_and_protected_people() -> None:
    stories = read_stories().by_code
    assert len(stories) >= 80
    kinds = {code.partition("_")[0] for code in stories}
    assert {f"t{number}" for number in range(1, 13)} | {"honest", "protection", "ordinary"} == kinds
    for code, story in stories.items():
        if re.match(r"t\d", code):
            assert any(condition.kind == "outranks" for condition in story.conditions), code
        assert "の被害者です" not in story.title["ja"]


def test_no_column_of_the_records_carries_the_form_s_question_about_prostitution() -> None:
    assert not [
        name for table in TABLES.values() for name in table.column_names if re.search("prostitut|convict|refus", name)
    ]


def test_the_example_of_the_how_to_page_is_a_story(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "how-to" / "vignettes.md").read_text(encoding="utf-8")
    for path in FOLDER.glob("*.toml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "example.toml").write_text(page.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    assert "t1_two_weeks" in read_stories(tmp_path).by_code
