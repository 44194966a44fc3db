"""How often each page asks the database: a reviewed ceiling for every address, and never more because there is more to show.

A page that asks once a row is quick with the three rows of a test and slow with the thirty of a working day; so each page
is asked for with three and with thirty of everything, and must ask as often.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import rooms
from tests.cast import INSTALLER
from tests.performance.ceilings import CEILINGS, DETAIL, LIST, QUESTIONS, SWEEPS
from tests.security.world import STATES, Place, World, begun, case_in, picture, places
from yimen.ground.identity import services as people
from yimen.ground.kit import remembering
from yimen.ground.kit.models import RateBucket
from yimen.ground.kit.moments import now
from yimen.ground.notices.services import notify_account, notify_party
from yimen.ground.organisations import services as organisations
from yimen.service.cases import services
from yimen.service.cases.models import Draft
from yimen.service.catalogue import services as catalogue

MORE = 27


@pytest.fixture(autouse=True)
def _the_clock_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process remembers for a minute must not be asked anew between the two askings of a page."""
    stands = remembering.clock()
    monkeypatch.setattr(remembering, "clock", lambda: stands)


EXPECTED: dict[str, int] = rooms.gathered("EXPECTED")


class Counter:
    """Asks for pages as the right person and counts the queries; the first asking warms what processes keep."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.clients: dict[str, Client] = {}
        self.tokens: dict[str, str] = {}

    def __call__(self, place: Place) -> tuple[int, int]:
        """(queries, status) of a warm GET."""
        role = CEILINGS[place.name][0]
        if role not in self.clients:
            self.clients[role] = self.world.cast.client(role) if role else Client()
            self.tokens[role] = self.world.cast.token(role) if role else ""
        headers = {"authorization": f"Bearer {self.tokens[role]}"} if place.api else {}
        url = place.url + QUESTIONS.get(place.name, "").format(code=self.world.case)
        for _turn in ("cold", "warm"):
            RateBucket.objects.all().delete()  # a refusal for haste asks less than the page does
            with CaptureQueriesContext(connection) as asked:
                answer = self.clients[role].get(url, headers=headers)
                if answer.streaming:
                    b"".join(answer)
        return len(asked), answer.status_code


def pages(world: World) -> Iterator[Place]:
    """Every address that answers GET; signing out would end the counting."""
    for place in places(world):
        if place.view.method in ("", "GET") and place.name not in ("identity:sign_out", "api:accept_application"):
            yield place


def test_every_address_has_a_reviewed_ceiling(world: World) -> None:
    missing = [place.name for place in pages(world) if place.name not in CEILINGS]
    assert missing == [], "measure these and add them to tests/performance/ceilings.py"
    assert {name for name, (_, ceiling) in CEILINGS.items() if ceiling > DETAIL} == set(SWEEPS)
    assert {name for name in LIST if CEILINGS[name][1] > 20} == set()


def test_no_page_asks_more_often_than_reviewed(world: World) -> None:
    count, found = Counter(world), []
    for place in pages(world):
        asked, status = count(place)
        if asked > CEILINGS[place.name][1]:
            found.append(f"{place.name} asks {asked} times, reviewed are {CEILINGS[place.name][1]}")
        if status not in (200, 302, 405, 503, EXPECTED.get(place.name)):
            found.append(f"{place.name} -> {status}, so nothing was counted")
    assert not found, "\n".join(found)


def test_thirty_rows_ask_no_more_often_than_three(world: World) -> None:
    add_more(world, 3)
    count = Counter(world)
    before = {place.name: count(place)[0] for place in pages(world)}
    add_more(world, MORE)
    found = []
    for place in pages(world):
        asked, _status = count(place)
        if asked > before[place.name]:
            found.append(f"{place.name} asks {before[place.name]} times with few rows, {asked} with many")
    assert not found, "\n".join(found)


# --- More of everything


def add_more(world: World, count: int) -> None:
    """This many more cases in different states, steps, files, drafts, items, people, posts, letters, messages …"""
    for add in (
        _more_cases,
        _more_of_one_case,
        _more_drafts,
        _more_items,
        _more_people,
        _more_places,
        _more_messages,
        rooms.more,
    ):
        add(world, count)


def _each(count: int, act: Callable[[str], object]) -> None:
    for _number in range(count):
        act(uuid4().hex[:8])


def _more_cases(world: World, count: int) -> None:
    for number in range(count):
        case_in(world, STATES[number % len(STATES)])
    world.draft = begun(world)  # the one there was has become the first of these cases


def _more_of_one_case(world: World, count: int) -> None:
    """Opinions in a case, and files and steps of the one that the pages show."""
    cast, code = world.cast, world.case
    _each(count, lambda key: services.correct_on_spot(code=code, reason=key, actor=cast.actor("wang"), at=now()))
    zhao, reviewing = cast.actor("zhao"), world.cases["reviewing"]
    _each(count, lambda key: services.record_opinion(code=reviewing, text=key, actor=zhao, at=now()))
    assert world.draft is not None
    uid, material = world.draft.uid, world.draft.files.all()[0].material_id
    _each(
        min(count, 20),
        lambda key: services.attach_file(
            draft_uid=uid, material_id=material, upload=picture(), actor=cast.actor("li"), at=now()
        ),
    )


def _more_drafts(world: World, count: int) -> None:
    for draft in (world.draft, world.at_window):
        assert draft is not None
        for _number in range(count):
            fields = {
                f.name: getattr(draft, f.name) for f in Draft._meta.concrete_fields if f.name not in ("id", "uid")
            }
            Draft.objects.create(**fields)


def _more_items(world: World, count: int) -> None:
    cast, at = world.cast, now()
    editor, manager = cast.actor("editor"), cast.actor("manager")
    market = cast.units["market"]
    _each(
        count,
        lambda key: catalogue.create_item(actor=editor, name=f"事项{key}", kind="licence", department=market, at=at),
    )
    _each(count, lambda key: catalogue.save_synonym(actor=manager, word=f"词{key}", expansions=["登记"], at=at))
    _each(count, lambda key: catalogue.save_standard_material(actor=manager, code=key, name=f"材料{key}", at=at))
    rows = "".join(f"办理丙证{n},51{uuid4().int % 10**8:08}-{n:04},某局{n}\n" for n in range(count))
    _each(
        3 if count > 5 else 1,
        lambda key: catalogue.check_import(
            actor=manager, content=f"事项名称,事项编码,实施主体\n{rows}".encode(), file_name=f"{key}.csv", at=at
        ),
    )


def _more_people(world: World, count: int) -> None:
    """Staff with posts, permissions and letters, sessions and tokens of one of them."""
    cast, at = world.cast, now()
    section, market = cast.units["market_section"], cast.units["market"]
    for _number in range(count):
        key = uuid4().hex[:8]
        account, _code = people.open_staff_account(actor=INSTALLER, name=f"员{key}", sign_in_name=f"u{key}", at=at)
        post = organisations.create_post(
            actor=INSTALLER, unit=section, duty="reviewer", title=f"岗{key}", window=None, at=at
        )
        organisations.give_usual_grants(actor=INSTALLER, post=post, at=at)
        organisations.appoint(actor=INSTALLER, post=post, account=account, at=at)
        organisations.draft_letter(
            actor=INSTALLER, number=key, department=market, post=post, powers=("review",), valid_from=at.date(),
            valid_to=(at + timedelta(days=30)).date(), seal=cast.seals["market"], at=at,
        )  # fmt: skip
    cast.client("li")
    _each(count, lambda key: cast.token("zhao"))


def _more_places(world: World, count: int) -> None:
    cast, at = world.cast, now()
    _each(
        count,
        lambda key: organisations.create_unit(
            actor=INSTALLER,
            kind="section",
            name=f"科{key}",
            parent=cast.units["market"],
            division=cast.divisions["county"],
            at=at,
        ),
    )
    _each(
        count,
        lambda key: organisations.open_window(
            actor=INSTALLER, centre=cast.units["centre"], number=key, name=f"窗口{key}", kind="comprehensive",
            departments=[cast.units["health"]], at=at,
        ),
    )  # fmt: skip
    _each(
        count,
        lambda key: organisations.register_seal(
            actor=INSTALLER,
            unit=cast.units["market"],
            kind="approval",
            text="章",
            number=key,
            valid_from=at.date(),
            at=at,
        ),
    )


def _more_messages(world: World, count: int) -> None:
    li, wang = world.cast.parties["li"].pk, world.cast.accounts["wang"].pk
    _each(count, lambda key: notify_party(key=key, party_id=li, subject="已受理", body="您的申请已受理。", email=False))
    _each(count, lambda key: notify_account(key=key, account_id=wang, subject="新办件", body="有新的办件。"))


@pytest.mark.parametrize("name", sorted(LIST))
def test_a_list_is_named_with_its_address(name: str) -> None:
    assert name in CEILINGS
