"""A real Chromium before the real application, on a database of the test's own.

    def test_inbox(browse, look):
        page = browse("wang")                     # signed in as Wang, 1366×768; browse() is a visitor
        page.goto("/desk/")
        look(page, "inbox")                       # picture into shots/, axe, weight, width, console

`browse(phone=True)` is 390×844 with touch, `elder=True` sets the cookie, `js=False` switches JavaScript off.
"""

from __future__ import annotations

import math
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, Response, ViewportSize, sync_playwright

from tests.cast import Cast, cast_again

HERE = Path(__file__).parent
SHOTS = HERE.parents[1] / "shots"
LARGEST_PAGE = 300 * 1024
DESK, PHONE = ViewportSize(width=1366, height=768), ViewportSize(width=390, height=844)
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def chromium_path(managed: str) -> str | None:
    """`YIMEN_CHROMIUM`, the one Playwright installed, or one of the system's; None when there is none."""
    asked = os.environ.get("YIMEN_CHROMIUM")
    found = [asked] if asked else [managed, *(shutil.which(name) for name in NAMES)]
    return next((path for path in found if path and Path(path).exists()), None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests; they are skipped, or in CI (`YIMEN_NEED_BROWSER=1`) fail, where there is none."""
    # Playwright's loop runs in this thread, and Django would take that for an asynchronous view.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        path = chromium_path(playwright.chromium.executable_path)
        if path is None:
            why = "browser tests not run: no Chromium found (set YIMEN_CHROMIUM or run `playwright install chromium`)"
            if os.environ.get("YIMEN_NEED_BROWSER"):
                pytest.fail(why)
            pytest.skip(why)
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the application has its own log."""


@dataclass(frozen=True)
class Site:
    """The running application: its address, and the cast that lives in its database."""

    url: str
    cast: Cast


@pytest.fixture
def site(committed_db: Any) -> Iterator[Site]:
    """The application on a fresh database with the cast in it, answering on a port of its own."""
    from django.core.wsgi import get_wsgi_application
    from django.db import connection, transaction

    kept, connection.settings_dict["CONN_MAX_AGE"] = connection.settings_dict["CONN_MAX_AGE"], 0
    with transaction.atomic():
        cast = cast_again()
    server = make_server("127.0.0.1", 0, get_wsgi_application(), server_class=_Server, handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Site(f"http://127.0.0.1:{server.server_port}", cast)
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
        connection.settings_dict["CONN_MAX_AGE"] = kept


@dataclass
class Seen:
    """What a page said to its console and how much it loaded since its last navigation."""

    said: list[str] = field(default_factory=list)
    bytes: int = 0
    js: bool = True


Browse = Callable[..., Page]
_seen: dict[int, Seen] = {}


@pytest.fixture
def browse(chromium: Browser, site: Site) -> Iterator[Browse]:
    """Open a browser of one's own: `browse("wang", phone=True, elder=True, js=False)`; without a name a visitor."""
    contexts: list[BrowserContext] = []

    def open_page(name: str = "", *, phone: bool = False, elder: bool = False, js: bool = True) -> Page:
        size = PHONE if phone else DESK
        context = chromium.new_context(
            base_url=site.url,
            viewport=size,
            has_touch=phone,
            java_script_enabled=js,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
        )
        contexts.append(context)
        if elder:
            context.add_cookies([{"name": "elder", "value": "1", "url": site.url}])
        if name:
            session = site.cast.client(name).cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site.url}])
        page = context.new_page()
        page.set_default_timeout(10_000)
        _watch(page, js=js)
        return page

    yield open_page
    for context in contexts:
        context.close()
    _seen.clear()


@pytest.fixture
def page(browse: Browse) -> Page:
    """A visitor at a desk."""
    return browse()


@pytest.fixture
def phone(browse: Browse) -> Page:
    """A visitor with a telephone."""
    return browse(phone=True)


@pytest.fixture
def desk(browse: Browse) -> Page:
    """Wang at window 3."""
    return browse("wang")


def write_name(page: Page, turns: float) -> None:
    """A name of sorts, drawn over the sheet for signatures as a finger draws it."""
    page.locator("canvas").scroll_into_view_if_needed()
    box = page.locator("canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] / 2)
    page.mouse.down()
    for step in range(1, 41):
        across = box["x"] + 20 + (box["width"] - 40) * step / 40
        page.mouse.move(across, box["y"] + box["height"] * (0.5 + 0.35 * math.sin(step * turns)))
    page.mouse.up()


def violations(page: Page, rules: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """What axe calls serious or critical on the page as it stands; only these rules where any are named.

    Only that leaves the browser: all that axe found in order is much larger, and takes as long to fetch as to find.
    """
    page.evaluate(f"if (!window.axe) {{ {AXE_SCRIPT} }}")
    found: list[dict[str, Any]] = page.evaluate(
        "(rules) => axe.run({resultTypes: ['violations'], ...(rules.length && {runOnly: {type: 'rule', values: rules}})})"
        ".then((all) => all.violations.filter((each) => ['serious', 'critical'].includes(each.impact)))",
        list(rules),
    )
    return found


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """Assert that a page has no serious or critical finding."""

    def check(page: Page) -> None:
        bad = [
            f"{each['id']} ({each['impact']}): {each['help']} at {[node['target'] for node in each['nodes']][:5]}"
            for each in violations(page)
        ]
        assert not bad, "\n".join(bad)

    return check


@pytest.fixture
def look(axe: Callable[[Page], None]) -> Callable[..., None]:
    """Keep a picture and check what can be checked: axe, sideways scrolling, weight, words on the console.

    `silent=False` allows console messages (a page that is itself an error says so there).
    """

    def check(page: Page, name: str, *, silent: bool = True) -> None:
        SHOTS.mkdir(exist_ok=True)
        page.screenshot(path=SHOTS / f"{name}.png", full_page=True)
        seen = _seen[id(page)]
        if seen.js:  # axe is JavaScript itself
            axe(page)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} is {wide} px too wide"
        assert seen.bytes <= LARGEST_PAGE, f"{name} loads {seen.bytes} bytes"
        if silent:
            assert not seen.said, "\n".join(seen.said)

    return check


def press(page: Page, key: str) -> None:
    """Press a key once the page is all there; one pressed while it still arrives finds no script that hears it."""
    page.wait_for_load_state()
    page.keyboard.press(key)


def _watch(page: Page, *, js: bool) -> None:
    seen = _seen[id(page)] = Seen(js=js)

    def on_response(response: Response) -> None:
        if response.request.is_navigation_request() and response.frame == page.main_frame:
            seen.bytes = 0
            seen.said.clear()
        with suppress(Exception):  # a redirect and a page that was left have no body
            seen.bytes += int(response.headers.get("content-length") or 0) or len(response.body())

    page.on("response", on_response)
    page.on("console", lambda said: seen.said.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: seen.said.append(str(error)))
