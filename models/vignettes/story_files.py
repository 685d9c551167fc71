"""Which stories are there? TOML files read strictly: every fault with its file, its story, and what was expected."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from features.tables.folder import Records
from features.tables.json_rows import rows_to_table
from features.tables.schema import TABLES
from models.vignettes.pseudonyms import Pseudonyms
from models.vignettes.story import (
    ANY_OF,
    ITSELF,
    KINDS,
    LANGUAGES,
    YES,
    Condition,
    Story,
    Variant,
    case_id,
)
from models.vignettes.story_lines import CASE, STAYS, Fields, StoryFault, Templates, fields_of, with_distances
from models.vignettes.story_records import Row, rows_of
from models.vignettes.story_references import reference_faults

FOLDER = Path(__file__).parent / "stories"
TEMPLATES = "templates.toml"


@dataclass(frozen=True, slots=True)
class Stories:
    """Stories by code, with the records of all of them and their variants, none of which link."""

    by_code: Mapping[str, Story]
    records: Records


class StoriesRejected(Exception):
    """Every fault of the story files, a line each."""


@cache
def read_stories(folder: Path = FOLDER) -> Stories:
    """Read and check every story of a folder.

    Raises
    ------
    StoriesRejected
        With every fault.
    """
    faults: list[str] = []
    documents = {path.name: _document(path, faults) for path in sorted(folder.glob("*.toml"))}
    templates = _templates(documents.pop(TEMPLATES, {}), faults)
    stories: dict[str, Story] = {}
    for file, document in documents.items():
        faults += [f"{file}: {key}: expected [[story]]" for key in document if key != "story"]
        for given in _tables(file, document, "story", faults):
            story = _story(file, given, faults)
            if story.code in stories:
                faults.append(f"{file}: {story.code}: the code is that of another story; expected a new one")
            stories[story.code] = story
    for story in stories.values():
        faults += [f"{story.file}: {story.code}: {fault}" for fault in reference_faults(story, stories)]
    records = _records(stories.values(), templates, faults)
    if faults:
        raise StoriesRejected("\n".join(faults))
    return Stories(stories, records)


def _document(path: Path, faults: list[str]) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        faults.append(f"{path.name}: not TOML: {error}")
        return {}


def _templates(document: Mapping[str, Any], faults: list[str]) -> Templates:
    own = {"id", "times", "every_days", "like"}
    for table, kinds in document.items():
        if table not in TABLES:
            faults.append(f"{TEMPLATES}: {table}: no such table; expected of {', '.join(TABLES)}")
            continue
        for kind, fields in kinds.items():
            unknown = set(fields) - (fields_of(table) - own)
            faults += [f"{TEMPLATES}: {table}.{kind}: {name}: no such field" for name in sorted(unknown)]
    return with_distances(document)


def _story(file: str, given: Mapping[str, Any], faults: list[str]) -> Story:
    code = str(given.get("code", "?"))
    where = f"{file}: {code}"
    if not code.isidentifier():
        faults.append(f"{where}: code: expected letters, digits and underscores")
    title, lines = _title(where, given, faults), _lines(where, given, {"code", "title", "variant", "holds"}, faults)
    variants = {ITSELF: Variant(title, (), {})}
    for entry in _tables(where, given, "variant", faults):
        name = str(entry.get("code", "?"))
        there = f"{where}: variant {name}"
        if name in variants or not name.isidentifier():
            faults.append(f"{there}: code: expected a new one, in letters, digits and underscores")
        change = entry.get("change", {})
        ids = {line["id"]: table for table, line in lines}
        for changed, fields in change.items():
            if changed not in ids:
                faults.append(f"{there}: change: no line {changed}; expected of {', '.join(ids)}")
            elif not isinstance(fields, Mapping):
                faults.append(f"{there}: change of {changed}: expected fields in braces")
            else:
                unknown = sorted(set(fields) - fields_of(ids[changed]))
                faults += [
                    f"{there}: change of {changed}: {field}: no such field of {ids[changed]}" for field in unknown
                ]
        more = _lines(there, entry, {"code", "title", "change"}, faults, "more ")
        change = {changed: fields for changed, fields in change.items() if isinstance(fields, Mapping)}
        variants[name] = Variant(_title(there, entry, faults), more, with_distances(change))
    cases = {table for table, line in lines if line["id"] == CASE}
    subjects = ("visa", "entry") if "visa_applications" in cases else ("entry",) if "landings" in cases else ()
    if not subjects:
        faults.append(f'{where}: expected a line of visa_applications or landings with id = "{CASE}"')
    conditions = tuple(
        condition for entry in _tables(where, given, "holds", faults) for condition in _conditions(where, entry, faults)
    )
    return Story(code, file, title, lines, variants, conditions, subjects)


def _tables(where: str, given: Mapping[str, Any], name: str, faults: list[str]) -> list[Mapping[str, Any]]:
    """Tables of a list; none where there is another thing, which is a fault."""
    entries = given.get(name, [])
    if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
        faults.append(f"{where}: {name}: expected a list of tables")
        return []
    return entries


def _title(where: str, given: Mapping[str, Any], faults: list[str]) -> dict[str, str]:
    title = given.get("title")
    if (
        not isinstance(title, Mapping)
        or set(title) != set(LANGUAGES)
        or not all(isinstance(text, str) and text for text in title.values())
    ):
        faults.append(f"{where}: title: expected title.ja and title.en")
        return dict.fromkeys(LANGUAGES, "")
    return dict(title)


def _lines(
    where: str, given: Mapping[str, Any], other: set[str], faults: list[str], more: str = ""
) -> list[tuple[str, Fields]]:
    """Lines by table; those without an id of their own are numbered."""
    lines = []
    for table in given:
        if table in other:
            continue
        if table not in {*TABLES, STAYS}:
            faults.append(f"{where}: {table}: expected one of {', '.join([*TABLES, STAYS])}")
            continue
        for number, line in enumerate(_tables(where, given, table, faults), start=1):
            lines.append((table, with_distances({"id": f"{more}{table} {number}", **line})))
    return lines


def _conditions(where: str, given: Mapping[str, Any], faults: list[str]) -> list[Condition]:
    """Conditions of a line: one for each story, variant or reason of a list, and a single one for findings that may come first."""
    kinds = [kind for kind in given if kind in KINDS]
    extra = set(given) - set(KINDS) - {"variant", "subject"}
    if len(kinds) != 1 or extra:
        faults.append(
            f"{where}: holds: {', '.join(given) or 'nothing'}; expected one of {', '.join(KINDS)}, and perhaps variant and subject"
        )
        return []
    [kind], about = kinds, given[kinds[0]]
    items = ("yes" if about is True else about,) if not isinstance(about, list) else tuple(about)
    if not items or not all(isinstance(item, str) for item in items) or (KINDS[kind] == YES and about is not True):
        expected = "true" if KINDS[kind] == YES else f"the code of a {KINDS[kind]}, or a list of them"
        faults.append(f"{where}: holds: {kind}: expected {expected}")
        return []
    place = {"variant": given.get("variant", ITSELF), "subject": given.get("subject", "")}
    return (
        [Condition(kind, items, **place)] if kind in ANY_OF else [Condition(kind, (item,), **place) for item in items]
    )


def _records(stories: Iterable[Story], templates: Templates, faults: list[str]) -> Records:
    """Records of every story and variant; faults of their values are added by story and line."""
    names = Pseudonyms()
    rows: dict[str, list[tuple[Story, Row]]] = {table: [] for table in TABLES}
    for story in stories:
        for name, variant in story.variants.items():
            lines = [(table, {**line, **variant.change.get(line["id"], {})}) for table, line in story.lines]
            try:
                for row in rows_of(
                    case_id(story.code, name).removesuffix(f"/{CASE}"), [*lines, *variant.lines], templates, names
                ):
                    rows[row.table].append((story, row))
            except StoryFault as fault:
                faults.append(f"{story.file}: {story.code}{f': variant {name}' if name else ''}: {fault}")
    tables = {}
    for table, built in rows.items():
        tables[table], wrong = rows_to_table(table, [row.values for _, row in built])
        for wrong_value in wrong:
            story, row = built[(wrong_value.row or 1) - 1]
            value = row.values.get(wrong_value.column or "", "nothing")
            faults.append(
                f"{story.file}: {story.code}: {table} {row.line}: {wrong_value.column}: {value!r}; expected {wrong_value.expected}"
            )
    return Records(tables)
