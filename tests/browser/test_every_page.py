"""Every page that the addresses lead to, at both sizes: nothing serious for axe, nothing too wide, no word of the machine.

The list is made from the code (`tests.security.world.places`): a page that somebody adds is looked at without being named here,
and an address whose objects are not known yet fails with its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.db import transaction
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page

from tests.browser.driving import DESK, PHONE, Browse, Site, violations
from tests.performance.ceilings import CEILINGS, QUESTIONS
from tests.security.world import World, build_world, places
from yimen.ground.matters import selectors as matters
from yimen.service.cases.models import Case
from yimen.service.cases.views.staff.acts import ACTS, OF_MATTERS

SHARES = 4
"""So that the workers share the walk, and no share comes near its time limit."""

LAID_OUT = (
    "aria-hidden-focus", "button-name", "color-contrast", "label", "link-in-text-block", "link-name", "nested-interactive",
    "scrollable-region-focusable", "select-name",
)  # fmt: skip
"""The rules of axe whose answer another width can change; all of them have looked at the same page at a desk before."""

LEAVES = {"identity:sign_out"}
"""What ends the walk."""

SHOWS_CODES = {"identity:audit", "web:look"}
"""Auditors need the codes as they are written down; the gallery shows invented values."""

PUSHED = """() => [...document.querySelectorAll(".table-scroll")]
    .filter((box) => box.checkVisibility() && box.scrollWidth > box.clientWidth + 1).map((box) => box.getAttribute("aria-label"))"""
"""Tables whose columns lie beside the screen of a telephone; they fold instead."""

OF_THE_MACHINE = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}|\b(None|True|False|null|undefined|nan|received|reviewing|deciding|granted|refused|"
    r"concluded|archived|suspended|licence|enterprise|instant|working_day|workday|statutory_default|Traceback|R0\d\d)\b"
)
"""Words of the code; whoever reads a page must never meet one."""


@pytest.fixture
def world(site: Site) -> World:
    """Li's cases in every state, committed into the running site's database."""
    with transaction.atomic():
        return build_world(site.cast)


def addresses(world: World) -> Iterator[tuple[str, str, str]]:
    """(name, who opens it, address) of every page, and of the page of every act where the act is open."""
    for place in places(world):
        if place.view.method in ("", "GET") and not place.api and place.name not in LEAVES and place.name in CEILINGS:
            question = QUESTIONS.get(place.name, "").format(code=world.case)
            yield place.name, CEILINGS[place.name][0], place.url + question
    for code in world.cases.values():
        yield f"case {code}", "zhao", f"/desk/cases/{code}/"
        yield f"matter {code}", "li", f"/my/matters/{code}/"
    for action in sorted(ACTS):
        for code in world.cases.values():
            table = matters.procedure_of(matter := Case.objects.select_related("matter").get(matter__code=code).matter)
            if action in OF_MATTERS or matter.state in table.origins(table.step(action)):
                yield f"act {action}", "chen", f"/desk/cases/{code}/{action}/"
                break


@pytest.mark.timeout(600)
@pytest.mark.parametrize("share", range(SHARES))
def test_every_page_is_sound(browse: Browse, world: World, share: int) -> None:
    pages: dict[str, Page] = {}
    found: list[str] = []
    seen = 0
    for name, who, address in list(addresses(world))[share::SHARES]:
        page = pages[who] if who in pages else pages.setdefault(who, browse(who))
        if not opened(page, address):
            continue  # a file, a part of a page, an answer that leads on, an address that only takes forms
        seen += 1
        for size in (DESK, PHONE):
            page.set_viewport_size(size)
            at = f"{name} ({address}, {size['width']} px wide)"
            found += [f"{at}: {fault}" for fault in faults(page, name, LAID_OUT if size == PHONE else ())]
            if size == PHONE and name not in SHOWS_CODES:
                found += [f"{at}: {table} has to be pushed aside" for table in page.evaluate(PUSHED)]
    assert seen > 45
    assert not found, "\n".join(found)


def test_axe_finds_what_is_wrong(browse: Browse) -> None:
    page = browse()
    page.set_content("<html lang=zh><title>x</title><main><h1>x</h1><img src=x><input></main>")
    assert {each["id"] for each in violations(page)} == {"image-alt", "label"}


def opened(page: Page, address: str) -> bool:
    """Whether there is a whole page at the address, open now."""
    try:
        answer = page.goto(address)
    except PlaywrightError as refused:
        if "Download is starting" in str(refused) or "ERR_ABORTED" in str(refused):
            return False
        raise
    if answer is None or answer.status == 405 or answer.request.redirected_from is not None:
        return False
    html = answer.headers.get("content-type", "").startswith("text/html")
    return html and answer.text()[:15].lower().startswith("<!doctype html")


def faults(page: Page, name: str, rules: tuple[str, ...] = ()) -> Iterator[str]:
    """What is wrong with the page that is open, at the size it has; by these rules of axe alone where they are named."""
    for each in violations(page, rules):
        yield f"{each['id']} at {[node['target'] for node in each['nodes']][:3]}"
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if wide > 0:
        yield f"{wide} px too wide"
    if page.locator("h1").count() != 1:
        yield f"{page.locator('h1').count()} headings of the first level"
    words = page.locator("body").inner_text()
    if name not in SHOWS_CODES and (leak := OF_THE_MACHINE.search(words)):
        yield f"says {leak.group()!r}: {words[max(0, leak.start() - 30) : leak.end() + 30]!r}"
