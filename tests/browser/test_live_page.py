"""A page that stands open puts in what has changed, says it, and says plainly when it no longer listens."""

from __future__ import annotations

import re

import pytest

from tests.browser.driving import Browse
from yimen.watch.supervision.policies import LIGHTS

pytestmark = pytest.mark.browser

STREAM = "**/live/stream?ticket=*"


def test_the_board_follows_what_it_hears(browse: Browse) -> None:
    page = browse("sun")
    page.route("**/live/ticket/?topics=*", lambda route: route.fulfill(json={"url": "/live/stream?ticket=x"}))
    said = "id: a-1\nevent: hello\ndata: {}\n\n" + f'id: a-2\nevent: news\ndata: {{"t":"{LIGHTS}","i":[1]}}\n\n'
    page.route(STREAM, lambda route: route.fulfill(content_type="text/event-stream", body=said))
    page.goto("/desk/watch/")
    page.wait_for_selector("[data-live-swaps]", state="attached", timeout=15000)
    # The stream of this test ends at once: the page counts down to its next try, and asks by itself meanwhile.
    page.get_by_text(re.compile(r"已断开，\d+ 秒后重连")).wait_for(timeout=15000)


def test_a_page_whose_session_is_over_says_so(browse: Browse) -> None:
    page = browse("sun")
    page.route("**/live/ticket/?topics=*", lambda route: route.fulfill(status=401, json={}))
    page.goto("/desk/watch/")
    page.wait_for_selector('[data-live-state="over"]', timeout=15000)
    assert "请重新登录" in (page.text_content("[data-live-voice]") or "")
