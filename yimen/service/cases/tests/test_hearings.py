"""听证 (arts. 46–48): five days to ask, twenty to hold, seven of notice, another host than the reviewer, a record that is weighed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest

from tests.cast import Cast
from yimen.ground.documents.models import Letter
from yimen.ground.kit import outbox
from yimen.ground.kit.moments import CHINA
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed, NotFound
from yimen.ground.matters import watching
from yimen.ground.matters.fast_forward import in_its_own_time, mark_synthetic
from yimen.ground.matters.models import EffectTaken, Matter
from yimen.ground.matters.services import StepHeld
from yimen.ground.notices.models import Message
from yimen.service.cases import selectors_asides as asides
from yimen.service.cases import services
from yimen.service.cases.models import Hearing
from yimen.service.cases.services.decision import HearingNotWeighed
from yimen.service.cases.services.hearings import HearingOpen, HostReviewed, NoticeTooShort, possible_hosts
from yimen.service.cases.tests.stage import case_of, matter_of, published, submitted

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 10, 12, 10, tzinfo=CHINA)


@pytest.fixture(autouse=True)
def own_time(db: None) -> Iterator[None]:
    """A ledger in which time is an argument."""
    mark_synthetic()
    with in_its_own_time():
        yield


def told(cast: Cast) -> tuple[str, Hearing]:
    """A case under review since Monday, of which Zhao tells the right to be heard at once."""
    code = submitted(cast, published(cast, at=MONDAY - timedelta(days=1)), at=MONDAY)
    services.accept_case(code=code, actor=cast.actor("wang"), at=MONDAY)
    services.record_opinion(code=code, text="与相邻住户共用烟道。", actor=cast.actor("zhao"), at=MONDAY)
    made = services.tell_hearing_right(
        code=code, subject="与相邻住户共用烟道。", interested="东街 12 号住户", actor=cast.actor("zhao"), at=MONDAY
    )
    return code, again(made)


def again(hearing: Hearing) -> Hearing:
    """As the database has it now."""
    return Hearing.objects.select_related("matter", "case__matter").get(pk=hearing.pk)


def noticed(cast: Cast, hearing: Hearing) -> Hearing:
    """Li asks on Tuesday; on Wednesday the hearing is set for the 30th, presided by He."""
    services.request_hearing(hearing=hearing, actor=cast.actor("li"), at=MONDAY + timedelta(days=1))
    services.notify_hearing(
        hearing=again(hearing), planned_at=datetime(2026, 10, 30, 9, 30, tzinfo=CHINA), place="三楼会议室",
        host_id=cast.accounts["he"].pk, clerk_name="王芳", open_to_public=True, actor=cast.actor("zhao"),
        at=MONDAY + timedelta(days=2),
    )  # fmt: skip
    return again(hearing)


def test_the_course_of_a_hearing(cast: Cast) -> None:
    code, hearing = told(cast)
    assert (hearing.matter.clock, hearing.matter.due_on) == ("hearing_request", date(2026, 10, 19))
    hearing = noticed(cast, hearing)
    assert (hearing.matter.clock, hearing.matter.due_on) == ("hearing", date(2026, 11, 10))
    assert (matter_of(code).state, matter_of(code).due_on) == ("suspended", None), "the case's clock stands (art. 45)"
    with pytest.raises(HearingOpen):
        services.resume(code=code, reason="不等了", actor=cast.actor("zhao"), at=MONDAY + timedelta(days=3))
    with pytest.raises(Conflict):
        services.record_hearing(
            hearing=hearing, record="……", participants="李明", signed_by="李明", actor=cast.actor("zhao"),
            at=MONDAY + timedelta(days=4),
        )  # fmt: skip
    held = datetime(2026, 10, 30, 11, tzinfo=CHINA)
    with pytest.raises(Invalid):
        services.record_hearing(
            hearing=hearing, record="……", participants="李明", signed_by=" ", actor=cast.actor("zhao"), at=held
        )
    services.record_hearing(
        hearing=hearing, record="主持人宣布开始。\n双方陈述、质证。", participants="李明、东街 12 号住户", signed_by="李明、张三",
        actor=cast.actor("zhao"), at=held,
    )  # fmt: skip
    assert again(hearing).matter.state == "held"
    # Two days were used before (13 Oct. is the day of the stop); eight follow from 2 November on.
    assert (matter_of(code).state, matter_of(code).due_on) == ("reviewing", date(2026, 11, 12))
    services.pass_review(code=code, text="符合条件", actor=cast.actor("zhao"), at=held)
    with pytest.raises(HearingNotWeighed):
        services.grant(code=code, actor=cast.actor("chen"), at=held)
    services.grant(code=code, actor=cast.actor("chen"), at=held, weighed="住户要求加装消声设施，已采纳。")
    letter = Letter.objects.get(number=case_of(code).decision_number)
    assert "根据听证笔录" in letter.facts
    kinds = set(Letter.objects.filter(matter_code=code).values_list("kind", flat=True))
    assert {"hearing_right_notice", "hearing_notice", "hearing_record", "suspension_notice"} <= kinds


def test_nobody_decides_meanwhile(cast: Cast) -> None:
    code, _ = told(cast)
    services.pass_review(code=code, text="符合条件", actor=cast.actor("zhao"), at=MONDAY)
    with pytest.raises(StepHeld):
        services.grant(code=code, actor=cast.actor("chen"), at=MONDAY)


def test_five_days_of_silence_and_the_case_goes_on(cast: Cast) -> None:
    code, hearing = told(cast)
    due_at = hearing.matter.due_at
    assert due_at is not None
    for _ in range(2):
        watching.sweep_all(due_at + timedelta(hours=3))
    assert again(hearing).matter.state == "waived"
    assert not EffectTaken.objects.get(effect="hearing_waived").at_fault, "it is nobody's fault"
    services.pass_review(code=code, text="符合条件", actor=cast.actor("zhao"), at=due_at + timedelta(hours=4))
    services.grant(code=code, actor=cast.actor("chen"), at=due_at + timedelta(hours=5))


def test_waived_by_the_applicant(cast: Cast) -> None:
    code, hearing = told(cast)
    services.waive_hearing(hearing=hearing, actor=cast.actor("li"), at=MONDAY + timedelta(days=1))
    assert not matter_of(code).holds.filter(lifted_at=None).exists()


def test_notice_host_and_challenge(cast: Cast) -> None:
    _, hearing = told(cast)
    services.request_hearing(hearing=hearing, actor=cast.actor("li"), at=MONDAY + timedelta(days=1))
    hearing = again(hearing)
    names = [name for _, name in possible_hosts(hearing, MONDAY)]
    assert "赵强" not in names and "何伟" in names, "whoever reviewed does not preside"
    given = {
        "hearing": hearing, "place": "三楼", "clerk_name": "王芳", "open_to_public": True, "actor": cast.actor("zhao"),
        "at": MONDAY + timedelta(days=2),
    }  # fmt: skip
    in_time, early = datetime(2026, 10, 23, 9, tzinfo=CHINA), datetime(2026, 10, 22, 9, tzinfo=CHINA)
    with pytest.raises(NoticeTooShort):
        services.notify_hearing(planned_at=early, host_id=cast.accounts["he"].pk, **given)  # type: ignore[arg-type]
    with pytest.raises(HostReviewed):
        services.notify_hearing(planned_at=in_time, host_id=cast.accounts["zhao"].pk, **given)  # type: ignore[arg-type]
    services.notify_hearing(planned_at=in_time, host_id=cast.accounts["he"].pk, **given)  # type: ignore[arg-type]
    services.challenge_host(
        hearing=again(hearing), reason="主持人是相邻住户的亲属", actor=cast.actor("li"), at=MONDAY + timedelta(days=3)
    )
    given |= {"hearing": again(hearing), "at": MONDAY + timedelta(days=3, hours=1), "reason": "申请人申请回避"}
    services.notify_hearing(planned_at=in_time, host_id=cast.accounts["chen"].pk, **given)  # type: ignore[arg-type]
    assert (again(hearing).host_name, again(hearing).challenge) == ("陈静", "")


def test_called_off_and_over_with_the_case(cast: Cast) -> None:
    code, hearing = told(cast)
    hearing = noticed(cast, hearing)
    services.call_off_hearing(
        hearing=hearing, reason="邻居已同意", actor=cast.actor("li"), at=MONDAY + timedelta(days=4)
    )
    assert matter_of(code).state == "reviewing"
    services.tell_hearing_right(code=code, subject="再听一次", actor=cast.actor("zhao"), at=MONDAY + timedelta(days=4))
    services.withdraw(code=code, reason="不办了", actor=cast.actor("li"), at=MONDAY + timedelta(days=5))
    while outbox.deliver_once():
        pass
    assert set(Hearing.objects.values_list("matter__state", flat=True)) == {"called_off"}
    assert Message.objects.filter(subject="可以要求听证").exists()


def test_announced_of_the_organs_own_accord(cast: Cast) -> None:
    code = submitted(cast, published(cast, at=MONDAY - timedelta(days=1)), at=MONDAY)
    services.accept_case(code=code, actor=cast.actor("wang"), at=MONDAY)
    made = again(services.announce_hearing(code=code, subject="涉及公共利益", actor=cast.actor("zhao"), at=MONDAY))
    assert (made.matter.state, matter_of(code).state) == ("requested", "suspended")
    with pytest.raises(NotAllowed):
        services.call_off_hearing(hearing=made, reason="不要", actor=cast.actor("li"), at=MONDAY)
    with pytest.raises(HearingOpen):
        services.resume(code=code, reason="不等", actor=cast.actor("zhao"), at=MONDAY)


def test_pages(cast: Cast) -> None:
    code, hearing = told(cast)
    li, zhao, stranger = cast.client("li"), cast.client("zhao"), cast.client("qian")
    number = hearing.matter.code
    assert "决定要不要听证" in li.get(f"/my/matters/{code}/").content.decode()
    assert "要求听证" in li.get(f"/my/matters/{code}/hearing/").content.decode()
    assert stranger.get(f"/my/matters/{code}/hearing/").status_code == 404
    assert cast.client("qian_approver").get(f"/desk/hearings/{number}/").status_code == 404
    for address in (
        "/desk/hearings/",
        f"/desk/hearings/{number}/",
        f"/desk/cases/{code}/",
        f"/desk/cases/{code}/hearings/new/",
    ):
        assert zhao.get(address).status_code == 200, address
    assert li.get("/my/").content.decode().count("听证：") == 0, "a hearing is no matter of its own to the applicant"
    asides.own_hearing(cast.actor("li"), case_of(code))
    with pytest.raises(NotFound):
        asides.own_hearing(cast.actor("qian"), case_of(code))
    assert Matter.objects.filter(procedure="hearing").count() == 1
