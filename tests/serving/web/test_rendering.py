"""Covers: web.rendering, and the dataclass and template of every page."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest
from jinja2 import meta, nodes
from starlette.requests import Request

import serving.app
import serving.pages.tour  # the demonstration adds it
from features.languages import texts
from serving.web import rendering
from serving.web.rendering import COMMON_CONTEXT, TEMPLATES, Page, language_of, page_texts

PAGES = list({page.__name__: page for page in Page.__subclasses__()}.values())
FOLDER = Path(serving.app.__file__).parent / "pages" / "templates"


def source(name: str) -> str:
    return (FOLDER / f"{name}.html").read_text(encoding="utf-8")


def variables(name: str) -> set[str]:
    """Return the names that a template takes from its context."""
    tree = TEMPLATES.parse(source(name))
    own = {macro.name for macro in tree.find_all(nodes.Macro)}
    own |= {name for part in tree.find_all(nodes.FromImport) for name in part.names}
    own |= {
        target.name
        for assign in tree.find_all(nodes.Assign)
        for target in assign.find_all(nodes.Name)
        if target.ctx == "store"
    }
    return meta.find_undeclared_variables(tree) - own


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.__name__)
def test_a_page_has_exactly_the_fields_that_its_template_uses(page: type[Page]) -> None:
    assert {field.name for field in fields(page)} == variables(page.name) - COMMON_CONTEXT  # type: ignore[arg-type]


def test_every_template_has_a_page_and_the_frame_needs_no_more_than_the_common_context() -> None:
    assert {path.stem for path in FOLDER.glob("*.html")} == {page.name for page in PAGES} | {"page"}
    assert variables("page") <= COMMON_CONTEXT


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.__name__)
def test_a_template_names_only_texts_that_exist(page: type[Page]) -> None:
    named = set(re.findall(r"\bt\.(\w+)", source(page.name) + source("page")))
    assert named <= set(page_texts(page.name, "ja"))


def test_the_acts_on_a_case_name_only_texts_that_exist() -> None:
    named = set(re.findall(r"\bacts\.t\.(\w+)", source("parts/case_acts")))
    assert len(named) > 10
    assert named <= set(page_texts("case_acts", "ja"))


def request(query: str = "", accept: str = "", cookie: str = "") -> Request:
    headers = [(b"accept-language", accept.encode()), (b"cookie", cookie.encode())]
    return Request({"type": "http", "query_string": query.encode(), "headers": headers})


def test_the_address_chooses_the_language_before_cookie_and_browser() -> None:
    assert language_of(request("lang=en", "ja", "lang=ja")) == "en"
    assert language_of(request("", "ja", "lang=en")) == "en"
    assert language_of(request("lang=xx", "ja", "lang=en")) == "ja"
    assert language_of(request(accept="en-GB")) == "en"
    assert language_of(request(accept="fr")) == language_of(request()) == "ja"


def test_a_third_language_is_offered_without_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "LANGUAGES", ("ja", "en", "ar"))
    assert language_of(request("lang=ar")) == language_of(request(accept="ar-EG")) == "ar"


def test_both_languages_have_every_text() -> None:
    for page in PAGES:
        assert all(all(label.values()) for label in texts(f"pages.{page.name}").values())
