"""The network is really cut: the server is stopped, the browser is set offline and started anew, and nothing is lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from wsgiref.simple_server import make_server

import pytest
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import transaction
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.driving import DESK, PHONE, _Quiet, _Server, chromium_path, violations
from tests.cast import build_cast
from yimen.ground.matters.selectors import timeline
from yimen.service.cases.models import Case
from yimen.service.cases.tests.stage import published
from yimen.service.offline.models import Entry, Fault

SHOTS = Path(__file__).parents[2] / "shots"
RECEIPTS = 12


class Host:
    """The application, to be stopped and started at one port."""

    def __init__(self) -> None:
        self.port = 0
        self.start()

    def start(self) -> None:
        self.server = make_server(
            "127.0.0.1", self.port, get_wsgi_application(), server_class=_Server, handler_class=_Quiet
        )
        self.port = self.server.server_port
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture
def host(committed_db: Any) -> Iterator[Host]:
    from django.db import connection

    kept, connection.settings_dict["CONN_MAX_AGE"] = connection.settings_dict["CONN_MAX_AGE"], 0
    made = Host()
    try:
        yield made
    finally:
        made.stop()
        connection.settings_dict["CONN_MAX_AGE"] = kept


@pytest.fixture
def started(chromium: Any, tmp_path: Path) -> Iterator[Any]:
    """Open a browser with a profile of its own that outlives it: `started(host)`."""
    opened: list[BrowserContext] = []

    def start(host: Host, session: str = "", *, phone: bool = False) -> Page:
        path = chromium_path(chromium.browser_type.executable_path)
        context = chromium.browser_type.launch_persistent_context(
            tmp_path / "profile", executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"],
            base_url=host.url, viewport=PHONE if phone else DESK, locale="zh-CN", timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
        )  # fmt: skip
        opened.append(context)
        if session:
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": host.url}])
        page: Page = context.pages[0] if context.pages else context.new_page()
        page.set_default_timeout(30_000)
        return page

    yield start
    for context in opened:
        context.close()


def shot(page: Page, name: str) -> None:
    """A picture, and no serious finding of axe."""
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png", full_page=True)
    bad = [f"{each['id']} at {[node['target'] for node in each['nodes']][:5]}" for each in violations(page)]
    assert not bad, bad


def enrol(page: Page) -> None:
    page.goto("/desk/offline/")
    page.get_by_label("这台电脑叫什么").fill("左边的电脑")
    page.get_by_role("button", name="登记在").click()
    expect(page.locator("[data-left]")).to_contain_text("50 个离线编号", timeout=30_000)
    expect(page.locator("[data-extract]")).to_contain_text("1 个事项")
    page.evaluate("navigator.serviceWorker.ready.then(() => 0)")


def receive(page: Page, count: int, first: int = 0) -> None:
    """So many receipts, by the keyboard."""
    for at in range(first, first + count):
        page.locator("#item").fill("卫生许可")
        page.locator("#item").press("Enter")
        page.locator("#id-number").fill("519911199003070029")
        page.locator("#name").fill("李明")
        page.locator("#phone").fill("13812345678")
        page.locator("[name=shop]").fill(f"听泉茶馆{at}店")
        page.locator("[name=area]").fill("86.5")
        page.locator("[name=air]").select_option("no")
        page.locator("[data-materials] input").first.check()
        page.get_by_role("button", name="收件，出凭证").click()
        expect(page.locator("#receipt-dialog")).to_be_visible()
        expect(page.locator("[data-receipt]")).to_contain_text("断网期间收件，恢复后换发正式编号")
        if at == first and first == 0:
            shot(page, "offline-receipt")
            page.emulate_media(media="print")
            page.screenshot(path=SHOTS / "offline-receipt-print.png")
            page.emulate_media(media="screen")
        page.get_by_role("button", name="收下一件").click()
        expect(page.locator("#item")).to_be_focused()


def waiting(page: Page) -> int:
    return page.locator("[data-outbox] li").count()


def session_of(cast: Any, name: str = "wang") -> str:
    return str(cast.client(name).cookies[settings.SESSION_COOKIE_NAME].value)


def test_twelve_receipts_without_a_network(host: Host, started: Any) -> None:
    """Cut, six receipts, the browser closed and opened, six more, back: twelve cases, each once, with the limits of the receipt."""
    with transaction.atomic():
        cast = build_cast()
        published(cast)
    page = started(host, session_of(cast))
    enrol(page)
    page.reload()  # the worker has the page now
    expect(page.locator("[data-line]")).to_have_text("已联网")
    shot(page, "offline-online")
    host.stop()
    page.reload()
    expect(page.locator("[data-line]")).to_contain_text("断网", timeout=30_000)
    receive(page, 6)
    page.context.set_offline(True)
    profile = page.context
    page.close()
    page = profile.new_page()
    page.set_default_timeout(30_000)
    page.goto("/desk/offline/")
    expect(page.locator("[data-outbox] li")).to_have_count(6)
    profile.close()
    page = started(host)
    page.goto("/desk/offline/")  # a browser started anew, no server: the page is there
    expect(page.locator("[data-line]")).to_contain_text("断网", timeout=30_000)
    expect(page.locator("[data-outbox] li")).to_have_count(6)
    receive(page, 6, first=6)
    shot(page, "offline-cut")
    page.set_viewport_size(PHONE)
    shot(page, "offline-cut-phone")
    page.set_viewport_size(DESK)
    host.start()
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session_of(cast), "url": host.url}])
    page.get_by_role("button", name="现在传回").click()
    expect(page.locator("[data-sent] li")).to_have_count(RECEIPTS, timeout=60_000)
    expect(page.locator("[data-outbox] li")).to_have_count(0)
    shot(page, "offline-back")
    entries = list(Entry.objects.select_related("case__matter").order_by("seq"))
    assert [each.seq for each in entries] == list(range(1, RECEIPTS + 1))
    assert {each.state for each in entries} == {"merged"}
    assert Case.objects.count() == RECEIPTS
    for each in entries:
        assert each.case is not None
        step = timeline(each.case.matter)[0]
        assert (step.basis, step.happened_at) == ("离线日志", each.happened_at)
    page.get_by_role("button", name="现在传回").click()  # again: nothing double
    page.reload()
    expect(page.locator("[data-sent] li")).to_have_count(RECEIPTS)
    assert Case.objects.count() == RECEIPTS
    page.goto(f"/desk/cases/{entries[0].case.matter.code}/")  # type: ignore[union-attr]
    expect(page.get_by_text(entries[0].number)).to_be_visible()


EDIT = """(seq) => new Promise((yes, no) => { const request = indexedDB.open("yimen-offline"); request.onsuccess = () => {
  const deal = request.result.transaction("journal", "readwrite"), store = deal.objectStore("journal"), asked = store.get(seq);
  asked.onsuccess = () => { const entry = asked.result; new Uint8Array(entry.sealed)[9] ^= 1; store.put(entry); };
  deal.oncomplete = () => yes(seq); deal.onerror = () => no(deal.error); }; })"""


def test_an_edited_journal_is_found(host: Host, started: Any) -> None:
    """One byte turned in IndexedDB: the page says which entry, the server refuses it and takes in what came before."""
    with transaction.atomic():
        cast = build_cast()
        published(cast)
    page = started(host, session_of(cast))
    enrol(page)
    page.context.set_offline(True)
    receive(page, 3, first=1)
    page.evaluate(EDIT, 2)
    page.reload()
    expect(page.locator("[data-fault]")).to_contain_text("第 2 条")
    page.context.set_offline(False)
    page.get_by_role("button", name="现在传回").click()
    expect(page.locator("[data-outbox] li", has_text="被拒收")).to_have_count(1, timeout=60_000)
    assert list(Entry.objects.values_list("seq", flat=True)) == [1]
    fault = Fault.objects.get()
    assert (fault.seq, fault.kind) == (2, "edited")
    assert waiting(page) == 2  # nothing is thrown away


def test_signing_out_leaves_nothing_but_what_is_not_sent(host: Host, started: Any) -> None:
    """After signing out the page is not kept, and what waits is shown to nobody until a clerk of the window signs in."""
    with transaction.atomic():
        cast = build_cast()
        published(cast)
    page = started(host, session_of(cast))
    enrol(page)
    page.context.set_offline(True)
    receive(page, 1, first=1)
    page.context.set_offline(False)
    # The session ends first, so that nothing is sent: the page says so and keeps everything.
    page.context.clear_cookies()
    page.get_by_role("button", name="现在传回").click()
    expect(page.locator("[data-notice]")).to_contain_text("登录已过期")
    assert waiting(page) == 1
    expect(page.locator("[data-outbox]")).not_to_contain_text("李明")
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session_of(cast), "url": host.url}])
    page.goto("/desk/")
    page.locator("details.who summary").click()
    page.get_by_role("button", name="退出").click()
    page.wait_for_url(lambda url: "/desk" not in url)
    assert page.evaluate(
        "caches.keys().then((all) => Promise.all(all.map((n) => caches.open(n).then((c) => c.keys()))))"
    ) in ([], [[]])
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session_of(cast, "qian_staff"), "url": host.url}]
    )
    page.goto("/desk/offline/")
    expect(page.locator("[data-stop]")).to_contain_text("登记在")
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session_of(cast), "url": host.url}])
    page.goto("/desk/offline/")
    expect(page.locator("[data-sent] li")).to_have_count(1, timeout=60_000)
    assert Entry.objects.get().state == "merged"
