"""撤销决定: told, heard, decided under a letter, marked everywhere a decision is looked up; and taken back (R069)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from tests.cast import LI_ID, Cast
from yimen.ground.documents.models import Letter
from yimen.ground.documents.services import draw_letter
from yimen.ground.kit.moments import day_of, now
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed, NotFound
from yimen.ground.matters.fast_forward import in_its_own_time, mark_synthetic
from yimen.ground.matters.models import Step
from yimen.ground.matters.services import StepNotOpen, look_now
from yimen.ground.notices.models import Message
from yimen.service.cases import services
from yimen.service.cases.models import PromiseBar, Revocation
from yimen.service.cases.selectors_paths import bar_of, promisable
from yimen.service.cases.services.promising import PromiseBarred
from yimen.service.cases.services.revoking import NothingToRevoke, RevocationOpen, StatementUnanswered
from yimen.service.cases.tests.stage import case_of, matter_of, published, submitted
from yimen.service.cases.tests.test_promises_of_applicants import PLAN, everybody_hears, item_with

pytestmark = pytest.mark.django_db


def broken(cast: Cast) -> str:
    """A case granted on a promise, handed over, and found untrue."""
    code = submitted(cast, item_with(cast, by_promise=(PLAN,)), paper=False)
    services.sign_promise(code=code, signer="李明", agreed=True, actor=cast.actor("li"), at=now())
    services.accept_case(code=code, actor=cast.actor("wang"), at=now())
    services.grant_at_once(code=code, actor=cast.actor("chen"), at=now())
    services.deliver(code=code, method="signature", receiver="李明", actor=cast.actor("wu"), at=now())
    services.check_promise(
        code=code, outcome="broken", found_out="没有消毒间。", proposal="建议撤销。", actor=cast.actor("zhao"), at=now()
    )
    return code


def notified(cast: Cast, code: str = "") -> Revocation:
    return services.notify_revocation(
        code=code or broken(cast), ground="promise", facts="现场没有消毒间。", actor=cast.actor("zhao"), at=now()
    )


def ready(cast: Cast) -> Revocation:
    """The applicant has spoken and has nothing more to say."""
    made = notified(cast)
    services.state_case(revocation=made, text="消毒间在二楼，当天锁着。", actor=cast.actor("li"), at=now())
    services.finish_stating(revocation=made, actor=cast.actor("li"), at=now())
    made.refresh_from_db()
    return made


def revoked(cast: Cast) -> Revocation:
    made = ready(cast)
    services.revoke_decision(
        revocation=made,
        reason="二楼为住宅。",
        response="经复查，二楼不是经营场所，不予采纳。",
        actor=cast.actor("chen"),
        at=now(),
    )
    made.refresh_from_db()
    return made


def test_told_heard_decided_and_marked_everywhere(cast: Cast) -> None:
    made = ready(cast)
    code = made.case.matter.code
    granted = Letter.objects.get(matter_code=code, kind="decision_grant")
    with pytest.raises(StatementUnanswered):
        services.revoke_decision(revocation=made, reason="二楼为住宅。", actor=cast.actor("chen"), at=now())
    services.revoke_decision(
        revocation=made, reason="二楼为住宅。", response="经复查不予采纳。", actor=cast.actor("chen"), at=now()
    )
    granted.refresh_from_db()
    made.refresh_from_db()
    letter = Letter.objects.get(matter_code=code, kind="decision_revoke")
    assert letter.number == made.decision_number and letter.number in granted.void_reason
    assert Step.objects.get(matter=made.matter, action="revoke").facts.count('"under"') == 1, (
        "under an authorisation letter"
    )
    visitor = cast.client("wang").__class__()
    assert "已经作废" in visitor.get(reverse("documents:verify", args=[granted.code])).content.decode()
    found = visitor.post("/track/", {"code": code, "tail": LI_ID[-4:]})
    said = visitor.get(found["location"]).content.decode()
    assert "被撤销，不再有效" in said and made.decision_number in said
    assert "决定已撤销" in cast.client("li").get(f"/my/matters/{code}/").content.decode()
    everybody_hears()
    assert Message.objects.filter(party=matter_of(code).applicant, subject="决定已撤销").count() == 1
    for each in Letter.objects.filter(matter_code=code, kind__in=["revocation_notice", "decision_revoke"]):
        assert draw_letter(each.pk).size > 1000


def test_whoever_broke_a_promise_is_not_offered_one_again_for_a_time(cast: Cast) -> None:
    made = revoked(cast)
    bar = PromiseBar.objects.get()
    assert (bar.since, bar.until.year - bar.since.year) == (day_of(now()), 2)
    again = submitted(cast, item_with(cast, by_promise=(PLAN,)), paper=False)
    with pytest.raises(PromiseBarred):
        services.sign_promise(code=again, signer="李明", agreed=True, actor=cast.actor("li"), at=now())
    assert "可以用承诺代替" not in cast.client("li").get(f"/my/matters/{again}/").content.decode()
    assert bar_of(bar.party_id, bar.until) is not None
    assert bar_of(bar.party_id, bar.until + timedelta(days=1)) is None
    page = cast.client("manager").get("/manage/promise-bars/").content.decode()
    assert bar.party_name in page
    with pytest.raises(NotAllowed):
        services.lift_promise_bar(actor=cast.actor("zhao"), bar=bar, reason="已整改", at=now())
    services.lift_promise_bar(actor=cast.actor("manager"), bar=bar, reason="已整改", at=now())
    assert bar_of(bar.party_id, day_of(now())) is None
    with pytest.raises(Conflict):
        services.lift_promise_bar(actor=cast.actor("manager"), bar=bar, reason="已整改", at=now())
    assert promisable(case_of(again), day_of(now())) is not None
    assert made.matter.state


def test_the_days_of_the_applicant_end_and_nothing_is_revoked_by_itself(cast: Cast) -> None:
    mark_synthetic()
    with in_its_own_time():
        made = notified(cast)
        with pytest.raises(StepNotOpen):
            services.revoke_decision(revocation=made, reason="x", actor=cast.actor("chen"), at=now())
        look_now(made.matter_id, now() + timedelta(days=20))
    made.matter.refresh_from_db()
    assert (made.matter.state, made.matter.clock) == ("deciding", "revoking")
    assert not Revocation.objects.filter(decided_at__isnull=False).exists()
    with in_its_own_time():
        later = now() + timedelta(days=21)
        services.keep_decision(revocation=made, reason="已经整改。", actor=cast.actor("chen"), at=later)
    code = made.case.matter.code
    assert Letter.objects.get(matter_code=code, kind="decision_grant").voided_at is None
    assert Letter.objects.filter(matter_code=code, kind="revocation_dropped").exists()


def test_a_promise_that_nobody_checked_is_a_reminder(cast: Cast) -> None:
    code = submitted(cast, item_with(cast, by_promise=(PLAN,)), paper=False)
    services.sign_promise(code=code, signer="李明", agreed=True, actor=cast.actor("li"), at=now())
    services.accept_case(code=code, actor=cast.actor("wang"), at=now())
    services.grant_at_once(code=code, actor=cast.actor("chen"), at=now())
    everybody_hears()
    assert services.remind_of_paths(now() + timedelta(days=400)) >= 1
    assert not Revocation.objects.exists()


def test_a_hearing_is_asked_for_and_written_down(cast: Cast) -> None:
    made = notified(cast)
    services.request_revocation_hearing(revocation=made, actor=cast.actor("li"), at=now())
    services.record_revocation_hearing(
        revocation=made, record="十一月三十日听证，申请人到场。", actor=cast.actor("zhao"), at=now()
    )
    made.refresh_from_db()
    assert made.matter.state == "deciding"
    assert "到场" in made.hearing_record


def test_taken_back_before_and_after(cast: Cast) -> None:
    made = notified(cast)
    services.recall_revocation(revocation=made, reason="告知书写错了", actor=cast.actor("zhao"), at=now())
    code = made.case.matter.code
    second = notified(cast, code)
    with pytest.raises(RevocationOpen):
        notified(cast, code)
    services.finish_stating(revocation=second, actor=cast.actor("li"), at=now())
    services.revoke_decision(revocation=second, reason="不符。", actor=cast.actor("chen"), at=now())
    services.restore_decision(revocation=second, reason="认错了店", actor=cast.actor("chen"), at=now())
    old, anew = Letter.objects.filter(matter_code=code, kind="decision_grant").order_by("pk")
    assert (old.voided_at is not None, anew.voided_at) == (True, None)
    assert case_of(code).decision_number == anew.number
    assert Letter.objects.get(matter_code=code, kind="decision_revoke").voided_at is not None
    assert PromiseBar.objects.get().lifted_at is not None
    assert "恢复有效" in cast.client("li").get(f"/my/matters/{code}/").content.decode()


def test_only_what_is_granted_handed_over_and_broken(cast: Cast) -> None:
    code = submitted(cast, published(cast))
    zhao = cast.actor("zhao")
    with pytest.raises(NothingToRevoke):
        services.notify_revocation(code=code, ground="unfit", facts="不符", actor=zhao, at=now())
    services.accept_case(code=code, actor=cast.actor("wang"), at=now())
    services.pass_review(code=code, text="符合。", actor=zhao, at=now())
    services.grant(code=code, actor=cast.actor("chen"), at=now())
    services.deliver(code=code, method="signature", receiver="李明", actor=cast.actor("wu"), at=now())
    with pytest.raises(NothingToRevoke):
        services.notify_revocation(code=code, ground="promise", facts="不符", actor=zhao, at=now())
    with pytest.raises(Invalid):
        services.notify_revocation(code=code, ground="unfit", facts=" ", actor=zhao, at=now())
    for stranger in ("wang", "qian"):
        with pytest.raises(NotAllowed):
            services.notify_revocation(code=code, ground="unfit", facts="不符", actor=cast.actor(stranger), at=now())
    made = services.notify_revocation(code=code, ground="unfit", facts="不具备条件", actor=zhao, at=now())
    services.finish_stating(revocation=made, actor=cast.actor("li"), at=now())
    with pytest.raises((NotAllowed, NotFound)):
        services.revoke_decision(revocation=made, reason="不符。", actor=zhao, at=now())
    services.revoke_decision(revocation=made, reason="不符。", actor=cast.actor("chen"), at=now())
    assert not PromiseBar.objects.exists(), "no promise was broken"


def test_the_pages_of_both_sides(cast: Cast) -> None:
    code = broken(cast)
    zhao, li, chen = cast.client("zhao"), cast.client("li"), cast.client("chen")
    assert "提出撤销" in zhao.get(f"/desk/cases/{code}/").content.decode()
    made = zhao.post(f"/desk/cases/{code}/revocations/new/", {"ground": "promise", "facts": "没有消毒间。"})
    assert made.status_code == 302, made.content.decode()[-3000:]
    page = li.get(f"/my/matters/{code}/revocation/").content.decode()
    assert "请您陈述、申辩" in page
    assert li.post(f"/my/matters/{code}/revocation/state/", {"text": ""}).status_code == 422
    assert li.post(f"/my/matters/{code}/revocation/state/", {"text": "有消毒间。"}).status_code == 302
    assert li.post(f"/my/matters/{code}/revocation/finish_stating/", {"seen": ""}).status_code == 302
    assert "有消毒间。" in zhao.get(made["location"]).content.decode()
    unanswered = chen.post(made["location"] + "revoke/", {"reason": "不符。"})
    assert unanswered.status_code == 422
    assert chen.post(made["location"] + "revoke/", {"reason": "不符。", "response": "不采纳。"}).status_code == 302
    assert "已撤销" in chen.get("/desk/revocations/").content.decode()
    assert cast.client("qian").get(made["location"]).status_code in (403, 404)
