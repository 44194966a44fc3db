"""Materials that follow and promises instead of proof: who may, what holds, what a broken word brings (R068, R069)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from tests.cast import Cast
from tests.security.world import picture
from yimen.ground.documents.models import Letter
from yimen.ground.kit import outbox
from yimen.ground.kit.moments import day_of, now
from yimen.ground.kit.refusals import Invalid, NotAllowed
from yimen.ground.matters.services import StepHeld, StepNotOpen
from yimen.ground.notices.models import Message
from yimen.service.cases import services
from yimen.service.cases.models import SignedPromise, Tolerance
from yimen.service.cases.services.decision import NotImmediate
from yimen.service.cases.services.priority import NoSuchProject
from yimen.service.cases.services.promising import CheckedAlready, NoPromiseHere
from yimen.service.cases.services.tolerating import NothingLacks, NotLapsed, NotTolerable
from yimen.service.cases.tests.stage import case_of, matter_of, published, submitted
from yimen.service.catalogue.models import ServiceItem

pytestmark = pytest.mark.django_db
NUMBER = "2026-519911-01"
PLAN = "平面图"


def item_with(cast: Cast, *, may_follow: tuple[str, ...] = (), by_promise: tuple[str, ...] = ()) -> ServiceItem:
    item = published(cast)
    services.set_item_terms(
        actor=cast.actor("manager"), item=item, may_follow=may_follow, follow_workdays=10, by_promise=by_promise,
        promise_text="经营场所符合卫生标准。" if by_promise else "", check_workdays=20, at=now(),
    )  # fmt: skip
    return item


def project(cast: Cast, sort: str = "major") -> None:
    services.register_project(
        actor=cast.actor("manager"),
        centre=cast.units["centre"],
        number=NUMBER,
        name="清河湾水厂",
        sort=sort,
        basis="纪要",
        at=now(),
    )


def tolerated(cast: Cast) -> str:
    project(cast)
    code = submitted(cast, item_with(cast, may_follow=(PLAN,)), paper=False)
    services.accept_tolerant(code=code, project=NUMBER, promised_by="李明", actor=cast.actor("wang"), at=now())
    return code


def granted(cast: Cast, code: str) -> None:
    services.pass_review(code=code, text="符合条件。", actor=cast.actor("zhao"), at=now())
    services.grant(code=code, actor=cast.actor("chen"), at=now())


def everybody_hears() -> None:
    while outbox.deliver_once():
        pass


# --- 容缺


def test_accepted_while_the_plan_follows_and_not_handed_over_before(cast: Cast) -> None:
    code = tolerated(cast)
    assert (matter_of(code).state, matter_of(code).clock) == ("reviewing", "handling")
    assert set(Letter.objects.filter(matter_code=code).values_list("kind", flat=True)) >= {
        "tolerance_notice",
        "acceptance_slip",
    }
    granted(cast, code)
    with pytest.raises(StepHeld):
        services.deliver(code=code, method="signature", receiver="李明", actor=cast.actor("wu"), at=now())
    services.confirm_tolerated(code=code, actor=cast.actor("wang"), at=now())
    services.deliver(code=code, method="signature", receiver="李明", actor=cast.actor("wu"), at=now())
    assert matter_of(code).state == "concluded"


def test_only_for_registered_major_investment_projects(cast: Cast) -> None:
    project(cast, sort="housing")
    code = submitted(cast, item_with(cast, may_follow=(PLAN,)), paper=False)
    with pytest.raises(NoSuchProject):
        services.accept_tolerant(code=code, project=NUMBER, promised_by="李明", actor=cast.actor("wang"), at=now())
    assert matter_of(code).state == "received"
    assert not Tolerance.objects.exists()


def test_only_what_the_item_lets_follow(cast: Cast) -> None:
    project(cast)
    code = submitted(cast, item_with(cast, may_follow=("别的材料",)), paper=False)
    with pytest.raises(NotTolerable):
        services.accept_tolerant(code=code, project=NUMBER, promised_by="李明", actor=cast.actor("wang"), at=now())
    whole = submitted(cast, item_with(cast, may_follow=(PLAN,)))
    with pytest.raises(NothingLacks):
        services.accept_tolerant(code=whole, project=NUMBER, promised_by="李明", actor=cast.actor("wang"), at=now())


def test_the_applicant_supplies_on_a_phone(cast: Cast) -> None:
    code = tolerated(cast)
    client = cast.client("li")
    page = client.get(f"/my/matters/{code}/").content.decode()
    assert "承诺后补的材料" in page
    empty = client.post(f"/my/matters/{code}/supply/", {"seen": matter_of(code).version})
    assert empty.status_code == 422
    sent = client.post(f"/my/matters/{code}/supply/", {"seen": matter_of(code).version, "file_1": picture()})
    assert sent.status_code == 302
    assert Tolerance.objects.get().supplied_at is not None
    assert "等核收" in cast.client("wang").get(f"/desk/cases/{code}/").content.decode()


def test_nobody_supplies_for_a_stranger(cast: Cast) -> None:
    code = tolerated(cast)
    assert cast.client("qian").get(f"/my/matters/{code}/supply/").status_code == 404


def past(day: int = -3) -> None:
    Tolerance.objects.update(due_on=day_of(now()) + timedelta(days=day))


def test_near_the_day_everybody_is_reminded_once_and_after_it_the_lapse_is_a_step(cast: Cast) -> None:
    code = tolerated(cast)
    past(1)
    assert services.remind_of_paths(now()) == 1
    assert services.remind_of_paths(now()) == 0
    past()
    assert services.remind_of_paths(now()) == 1
    assert services.remind_of_paths(now()) == 0
    everybody_hears()
    assert Message.objects.filter(subject="请补齐容缺材料").count() == 1
    assert Message.objects.filter(subject="容缺材料没有按期补齐").count() == 1
    page = cast.client("zhao").get(f"/desk/cases/{code}/").content.decode()
    assert "期满没有补齐" in page
    assert "容缺期满未补" in page


def test_ended_only_after_the_day_by_whoever_decides(cast: Cast) -> None:
    code = tolerated(cast)
    granted(cast, code)
    chen = cast.actor("chen")
    with pytest.raises(NotLapsed):
        services.end_untolerated(code=code, reason="没有补。", actor=chen, at=now())
    past()
    with pytest.raises(NotAllowed):
        services.end_untolerated(code=code, reason="没有补。", actor=cast.actor("wang"), at=now())
    services.end_untolerated(code=code, reason="平面图期满没有补齐，催过两次。", actor=chen, at=now())
    assert matter_of(code).state == "lapsed"
    assert Letter.objects.filter(kind="termination_notice", matter_code=code).exists()
    assert "已终止办理" in cast.client("li").get(f"/my/matters/{code}/").content.decode()


def test_the_list_of_what_follows(cast: Cast) -> None:
    tolerated(cast)
    client = cast.client("manager")
    assert PLAN in client.get("/desk/tolerances/").content.decode()
    assert PLAN not in client.get("/desk/tolerances/?state=confirmed").content.decode()
    assert client.get("/desk/tolerances/?as=xlsx").status_code == 200


# --- 告知承诺


def promised(cast: Cast) -> str:
    code = submitted(cast, item_with(cast, by_promise=(PLAN,)), paper=False)
    services.sign_promise(code=code, signer="李明", agreed=True, actor=cast.actor("li"), at=now())
    services.accept_case(code=code, actor=cast.actor("wang"), at=now())
    return code


def test_signed_instead_of_proof_decided_at_once_checked_afterwards(cast: Cast) -> None:
    code = promised(cast)
    services.grant_at_once(code=code, actor=cast.actor("chen"), at=now())
    everybody_hears()
    held = SignedPromise.objects.get()
    assert held.check_due_on is not None
    assert services.remind_of_paths(now() + timedelta(days=60)) == 1
    services.check_promise(code=code, outcome="kept", found_out="现场与承诺一致。", actor=cast.actor("zhao"), at=now())
    with pytest.raises(CheckedAlready):
        services.check_promise(code=code, outcome="kept", found_out="再看一次。", actor=cast.actor("zhao"), at=now())


def test_a_broken_promise_needs_a_proposal_and_is_told_upwards(cast: Cast) -> None:
    code = promised(cast)
    services.grant_at_once(code=code, actor=cast.actor("chen"), at=now())
    with pytest.raises(Invalid):
        services.check_promise(
            code=code, outcome="broken", found_out="没有消毒间。", actor=cast.actor("zhao"), at=now()
        )
    services.check_promise(
        code=code,
        outcome="broken",
        found_out="没有消毒间。",
        proposal="建议依照第六十九条撤销。",
        actor=cast.actor("zhao"),
        at=now(),
    )
    everybody_hears()
    page = cast.client("manager").get("/desk/signed-promises/?state=broken").content.decode()
    assert "不属实" in page


def test_without_a_promise_nothing_is_decided_at_once(cast: Cast) -> None:
    code = submitted(cast, item_with(cast, by_promise=(PLAN,)))
    services.accept_case(code=code, actor=cast.actor("wang"), at=now())
    with pytest.raises(NotImmediate):
        services.grant_at_once(code=code, actor=cast.actor("chen"), at=now())


def test_the_applicant_reads_and_signs_on_a_phone(cast: Cast) -> None:
    code = submitted(cast, item_with(cast, by_promise=(PLAN,)), paper=False)
    client = cast.client("li")
    assert "可以用承诺代替" in client.get(f"/my/matters/{code}/").content.decode()
    page = f"/my/matters/{code}/promise/"
    assert "经营场所符合卫生标准" in client.get(page).content.decode()
    assert client.post(page, {"seen": 1, "signer": "李明"}).status_code == 422
    assert client.post(page, {"seen": 1, "signer": "李明", "agreed": "on"}).status_code == 302
    assert case_of(code).marks.split() == ["promised"]
    assert Letter.objects.filter(kind="promise_letter", matter_code=code).exists()


def test_no_promise_where_the_item_takes_none_or_after_acceptance(cast: Cast) -> None:
    li = cast.actor("li")
    plain = submitted(cast, paper=False)
    with pytest.raises(NoPromiseHere):
        services.sign_promise(code=plain, signer="李明", agreed=True, actor=li, at=now())
    code = promised(cast)
    with pytest.raises(StepNotOpen):
        services.sign_promise(code=code, signer="李明", agreed=True, actor=li, at=now())


def test_a_broken_promise_without_proposal_cannot_be_stored(cast: Cast) -> None:
    promised(cast)
    with pytest.raises(Exception, match="cases_broken_promise_has_proposal"), connection.cursor() as cursor:
        cursor.execute("update cases_signedpromise set outcome = 'broken'")
