"""Cases and papers go up and down to the counterpart window or department of another tier, with a trail (R002)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest

from tests.cast import BUILT, INSTALLER, Cast
from yimen.ground.identity.services import open_staff_account
from yimen.ground.kit import outbox
from yimen.ground.kit.moments import now
from yimen.ground.kit.refusals import NotAllowed, NotFound
from yimen.ground.matters import selectors as matters
from yimen.ground.notices.models import Message
from yimen.ground.organisations import selectors as organisations
from yimen.ground.organisations import services as ground
from yimen.ground.organisations.models import Unit, Window
from yimen.service.cases import services as cases
from yimen.service.cases.services.across import NoCounterpart
from yimen.service.cases.tests.stage import accepted, matter_of
from yimen.service.coordination import selectors, services
from yimen.service.coordination.models import Dispatch
from yimen.service.coordination.services.papers import NoReceiver

pytestmark = pytest.mark.django_db


@dataclass
class City:
    """What stands in the city above: the counterpart department, its window, who sits there and who reviews."""

    market: Unit
    window: Window
    clerk: str
    reviewer: str


@pytest.fixture
def city(cast: Cast) -> City:
    """The city's market department with a window that answers to window 3."""
    division = cast.divisions["city"]
    government = ground.create_unit(
        actor=INSTALLER, kind="government", name="安平市人民政府", division=division, at=BUILT
    )
    office = ground.create_unit(actor=INSTALLER, kind="centre", name="安平市政务服务中心", parent=government, at=BUILT)
    market = ground.create_unit(
        actor=INSTALLER, kind="department", name="安平市市场监督管理局", parent=government, at=BUILT
    )
    window = ground.open_window(
        actor=INSTALLER,
        centre=office,
        number="7",
        name="市场监管窗口",
        kind="department",
        departments=[market],
        at=BUILT,
    )
    ground.match_units(actor=INSTALLER, upper=market, lower=cast.units["market"], at=BUILT)
    ground.match_windows(actor=INSTALLER, upper=window, lower=cast.windows["window3"], at=BUILT)
    for name, title, unit, duty, place in (
        ("city_clerk", "市窗口受理岗", office, "clerk", window), ("city_reviewer", "市审查岗", market, "reviewer", None),
        ("city_chief", "市首席代表", market, "chief", None), ("city_head", "市局长", market, "head", None),
    ):  # fmt: skip
        account, _ = open_staff_account(actor=INSTALLER, name=f"安{title[1:3]}", sign_in_name=name, at=BUILT)
        post = ground.create_post(actor=INSTALLER, unit=unit, title=title, duty=duty, window=place, at=BUILT)
        ground.give_usual_grants(actor=INSTALLER, post=post, at=BUILT)
        ground.appoint(actor=INSTALLER, post=post, account=account, at=BUILT)
        account.must_change_password = False
        account.save(update_fields=["must_change_password"])
        cast.accounts[name], cast.posts[name] = account, post
    return City(market, window, "city_clerk", "city_reviewer")


def to(city: City, *, window: bool = False) -> str:
    return f"{city.market.pk}:{city.window.pk if window else ''}"


def test_a_case_goes_up_is_worked_on_and_comes_back(cast: Cast, city: City) -> None:
    code = accepted(cast)
    before = matter_of(code)
    cases.hand_across(code=code, to=to(city, window=True), reason="超出县级权限", actor=cast.actor("zhou"), at=now())
    after = matter_of(code)
    assert (after.department_id, after.window_id, after.person_id) == (city.market.pk, city.window.pk, None)
    assert (after.due_on, after.centre_id) == (before.due_on, before.centre_id), "the clock runs on, the hall stays"
    facts = matters.timeline(after)[-1].facts
    assert (facts["from"], facts["to"], facts["way"]) == ("清河县市场监督管理局", "安平市市场监督管理局", "up")
    assert "7 号窗口" in facts["window"]
    with pytest.raises(NotFound):  # out of sight below, in sight above
        matters.access_matter(cast.actor("zhao"), code)
    cases.record_opinion(code=code, text="市局已核。", actor=cast.actor("city_reviewer"), at=now())
    cases.hand_across(
        code=code, to=f"{cast.units['market'].pk}:", reason="已核，退县局决定", actor=cast.actor("city_chief"), at=now()
    )
    assert matter_of(code).department_id == cast.units["market"].pk


def test_only_to_a_counterpart_and_only_by_the_chief(cast: Cast, city: City) -> None:
    code = accepted(cast)
    with pytest.raises(NoCounterpart):
        cases.hand_across(
            code=code, to=f"{cast.units['health'].pk}:", reason="移送", actor=cast.actor("zhou"), at=now()
        )
    with pytest.raises(NotAllowed):
        cases.hand_across(code=code, to=to(city), reason="移送", actor=cast.actor("zhao"), at=now())
    assert matter_of(code).department_id == cast.units["market"].pk


def test_without_the_register_there_is_nobody(cast: Cast) -> None:
    code = accepted(cast)
    assert cases.counterparts_of_case(matter_of(code)) == []
    assert "移送</a>" not in cast.client("zhou").get(f"/desk/cases/{code}/").content.decode()
    with pytest.raises(NoCounterpart):
        cases.hand_across(code=code, to="1:", reason="移送", actor=cast.actor("zhou"), at=now())


def test_a_paper_goes_with_the_case_once_and_the_window_signs(cast: Cast, city: City) -> None:
    code = accepted(cast)
    cases.hand_across(code=code, to=to(city, window=True), reason="超出权限", actor=cast.actor("zhou"), at=now())
    for _ in range(2):
        while outbox.deliver_once():
            pass
    paper = Dispatch.objects.get(kind="case")
    assert (paper.about, paper.sender) == (code, cast.units["market"])
    assert "超出权限" in paper.body
    assert Message.objects.filter(account=cast.accounts["city_clerk"], subject__startswith="办件移送").count() == 1
    receipt = services.sign_receipt(actor=cast.actor("city_clerk"), dispatch=paper, at=now())
    assert (receipt.window, receipt.read_by) == (city.window, cast.accounts["city_clerk"].name)
    page = cast.client("zhou").get(f"/desk/channel/{paper.uid}/").content.decode()
    assert "7 号窗口" in page, "the sender sees that it was signed for"


def test_the_desk_hands_it_on(cast: Cast, city: City) -> None:
    code = accepted(cast)
    client = cast.client("zhou")
    page = client.get(f"/desk/cases/{code}/").content.decode()
    assert "移送</a>" in page and "安平市市场监督管理局" in page
    sent = client.post(
        f"/desk/cases/{code}/hand_across/", {"to": to(city), "reason": "请市局办", "seen": matter_of(code).version}
    )
    assert (sent.status_code, sent.headers["location"]) == (302, "/desk/inbox/")
    said = cast.client("li").get(f"/my/matters/{code}/").content.decode()
    assert "转由上下级对口单位接着办理" in said and "安平市市场监督管理局" in said and "请市局办" not in said
    assert "移送上级" in cast.client("city_reviewer").get(f"/desk/cases/{code}/").content.decode()


def test_a_paper_to_a_counterpart_window(cast: Cast, city: City) -> None:
    centre = cast.units["centre"]
    assert selectors.counterpart_windows(centre) == [city.window]
    paper = services.send_dispatch(
        actor=cast.actor("manager"), sender=centre, receivers=[], windows=[city.window], kind="request", subject="请示窗口口径",
        body="同一事项市窗口如何收件？", at=now(), needs_answer=True,
    )  # fmt: skip
    clerk = cast.client("city_clerk")
    assert "请示窗口口径" in clerk.get("/desk/channel/").content.decode()
    services.answer_dispatch(
        actor=cast.actor("city_clerk"), dispatch=paper, text="照旧。", at=now() + timedelta(minutes=1)
    )
    assert paper.receipts.get().answered_by == cast.accounts["city_clerk"].name
    with pytest.raises(NotFound):
        selectors.access_dispatch(cast.actor("qian_staff"), paper.uid)
    with pytest.raises(NoReceiver):
        services.send_dispatch(
            actor=cast.actor("manager"), sender=centre, receivers=[], windows=[cast.windows["window8"]], kind="notice",
            subject="通知", body="通知。", at=now(),
        )  # fmt: skip


def test_the_form_offers_the_counterpart_windows(cast: Cast, city: City) -> None:
    client = cast.client("manager")
    assert "7 号窗口（市场监管窗口）" in client.get("/desk/channel/new/").content.decode()
    sent = client.post(
        "/desk/channel/new/",
        {"kind": "notice", "windows": [str(city.window.pk)], "subject": "收件口径", "body": "请按新指南。"},
    )
    assert sent.status_code == 302
    assert Dispatch.objects.get().receipts.get().window == city.window
    assert organisations.window(city.window.pk).number == "7"
