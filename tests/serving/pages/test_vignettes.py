from __future__ import annotations

import pytest
from httpx import Response

from models.vignettes.story_files import read_stories
from tests.serving.conftest import Service


def page(service: Service, role: str, url: str) -> Response:
    token = service.sign_in(role)
    service.client.cookies.clear()
    return service.client.get(url, headers={"cookie": f"mimamori={token}", "accept": "text/html"})


@pytest.mark.parametrize("role", ["scientist", "auditor"])
def test_the_stories_are_shown_with_their_results(service: Service, role: str) -> None:
    shown = page(service, role, "/vignettes?lang=en")
    assert shown.status_code == 200
    for code in read_stories().by_code:
        assert f'id="{code}"' in shown.text
    assert "conditions checked" in shown.text


def test_an_officer_is_not_a_reader(service: Service) -> None:
    assert page(service, "officer", "/vignettes").status_code == 403


def test_the_models_page_links_to_the_stories(service: Service) -> None:
    assert 'href="/vignettes"' in page(service, "scientist", "/models?lang=ja").text
