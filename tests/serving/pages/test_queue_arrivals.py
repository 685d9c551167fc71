"""New arrivals announce themselves on the queue, without a script. Covers: pages.queue_arrivals."""

from __future__ import annotations

import time

import pytest

from tests.serving.conftest import LABELS, Service, close_cases
from tests.serving.decisions.test_shared_findings import application, send


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_case_that_came_since_the_last_look_is_counted_and_marked(service: Service, language: str) -> None:
    post = service.world["visa_applications"].column("post")[-1].as_py()
    name = f"A-ARRIVES-{language}"
    service.client.cookies.clear()
    service.sign_in("officer")
    url = f"/queue?rows=200&lang={language}"
    service.client.get(url)
    assert LABELS["arrived_single"][language] not in service.client.get(url).text
    time.sleep(1.1)  # a look is remembered to the second
    send(service, "feed", "visa-applications", application(service, name, post))
    second = service.client.get("/queue?after=" + "0" * 8 + f"-0000-0000-0000-{'0' * 12}&lang={language}").text
    first = service.client.get(url).text
    for page in (second, first):
        assert LABELS["arrived_single"][language] in page
    mark = f'<b class="mark">{LABELS["new"][language]}</b>'
    assert first.count(mark) == 1
    assert mark in first.partition(name)[2].partition("</li>")[0]
    time.sleep(1.1)
    service.client.get(url)
    assert LABELS["arrived_single"][language] not in service.client.get(url).text
    service.client.cookies.clear()
    close_cases(service, "visa", [name])


@pytest.mark.parametrize("cookie", ["", "x", "CN-SHA.", "CN-SHA.99999999999999999999", ".-5"])
def test_a_strange_cookie_counts_as_no_look(service: Service, cookie: str) -> None:
    service.client.cookies.clear()
    service.sign_in("officer")
    service.client.cookies.set("queue_seen", cookie)
    answer = service.client.get("/queue")
    service.client.cookies.clear()
    assert answer.status_code == 200
    assert LABELS["new"]["ja"] not in answer.text.partition("<ol")[0]
