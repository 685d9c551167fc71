from __future__ import annotations

import pytest

from models.vignettes.story_files import read_stories
from tests.serving.conftest import Service


@pytest.mark.parametrize("role", ["scientist", "auditor", "admin"])
def test_the_stories_are_shown_with_their_results(service: Service, role: str) -> None:
    if role not in service.keys:
        pytest.skip("no key of this role")
    page = service.client.get("/vignettes?lang=en", headers=service.headers(role))
    assert page.status_code == 200
    for story in list(read_stories().by_code.values())[:10]:
        assert f'id="{story.code}"' in page.text
    assert "conditions checked" in page.text


def test_an_officer_is_not_a_reader(service: Service) -> None:
    assert service.client.get("/vignettes", headers=service.headers("officer")).status_code == 403


def test_the_models_page_links_to_the_stories(service: Service) -> None:
    assert 'href="/vignettes"' in service.client.get("/models?lang=ja", headers=service.headers("scientist")).text
