"""Rebuilt courses, proofs, standards: recorded, counted, taken back (R029, R030, R047)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test import Client

from yimen.ground.kit.moments import day_of
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed
from yimen.service.catalogue import selectors as catalogue
from yimen.service.reform import selectors, services
from yimen.service.reform.models import Proof, Rebuilding, Standard
from yimen.service.reform.rules import Gauge, read_steps
from yimen.service.reform.selectors.proofs import still_demanded
from yimen.service.reform.tests.conftest import NOON, Publish, revise

if TYPE_CHECKING:
    from tests.cast import Cast

TODAY = day_of(NOON)
BEFORE = "受理｜窗口岗｜1\n初审｜审查岗｜5\n复审｜审查岗｜5\n会签｜分管领导｜3\n决定｜局长｜2"
AFTER = "受理｜窗口岗｜0.5\n审核|审查岗|3\n决定\t首席代表\t1"


def test_before_and_after_between_editions(cast: Cast, publish: Publish) -> None:
    item = publish("甲证核发", visits=2, materials=["申请表", "身份证明", "场地证明"])
    old = item.current
    revise(cast, item, visits=0, visits_reason="", materials=["申请表"])
    made = services.record_rebuilding(
        actor=cast.actor("editor"), item=item, before=BEFORE, after=AFTER, document="清市监〔2026〕3号", reason="减环节", on=TODAY,
        edition_before=old, edition_after=item.current, at=NOON,
    )  # fmt: skip
    assert (made.steps_before, made.steps_after, made.people_before, made.people_after) == (5, 3, 4, 3)
    assert (float(made.days_before), float(made.days_after)) == (16, 4.5)
    assert (made.materials_before, made.materials_after, made.visits_before, made.visits_after) == (3, 1, 2, 0)
    report = selectors.build("rebuilding", selectors.Asked(TODAY, None, TODAY, TODAY))
    assert report is not None and report.total is not None
    with connection.cursor() as cursor:
        cursor.execute(
            "select sum(steps_before), sum(steps_after), 100 * (1 - sum(days_after) / sum(days_before)) from reform_rebuilding"
        )
        before, after, gain = cursor.fetchone()
    assert report.total.values[1:3] == (before, after)
    assert report.total.values[5] == round(float(gain), 1) == 71.9
    page = cast.client("editor").get(f"/manage/reform/items/{item.code}/").content.decode()
    assert "再造前" in page and "效率提高" in page
    services.withdraw_rebuilding(actor=cast.actor("editor"), rebuilding=made, at=NOON)
    report = selectors.build("rebuilding", selectors.Asked(TODAY, None, TODAY, TODAY))
    assert report is not None and report.lines == []
    with pytest.raises(Conflict):
        services.withdraw_rebuilding(actor=cast.actor("editor"), rebuilding=made, at=NOON)


BROKEN = ("", "受理", "受理｜岗", "受理｜岗｜很久", "｜岗｜1", "受理｜岗｜-1", "a｜b｜1\n坏的一行", "x｜y｜1\n" * 41)


@pytest.mark.parametrize("text", BROKEN)
def test_a_line_that_cannot_be_read_is_named(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_steps(text, "再造前", "before")
    assert "before" in refused.value.fields


def test_the_gauge_counts_people_once() -> None:
    gauge = Gauge.of(read_steps(BEFORE, "再造前", "before"))
    assert (gauge.steps, gauge.people, float(gauge.days)) == (5, 4, 16.0)


def test_what_has_not_changed_is_not_recorded(cast: Cast, publish: Publish) -> None:
    with pytest.raises(Invalid, match="前后一样"):
        services.record_rebuilding(
            actor=cast.actor("editor"),
            item=publish("甲证"),
            before=AFTER,
            after=AFTER,
            document="1号",
            reason="无",
            on=TODAY,
            at=NOON,
        )
    assert not Rebuilding.objects.exists()


def test_a_cancelled_proof_cannot_be_demanded(cast: Cast, publish: Publish) -> None:
    """R030: invariant 1, a cancelled material can never be demanded."""
    manager = cast.actor("manager")
    item = publish("甲证核发", materials=["申请表", "无违法记录证明"])
    edition = item.current
    assert edition is not None
    proof = services.save_proof(
        actor=manager, kind="proof", name="无违法记录证明", issuer="派出所", basis="某条例第三条", at=NOON
    )
    assert still_demanded(None) == []
    services.cancel_proof(actor=manager, proof=proof, document="国办发〔2026〕5号", replacement="shared_data", at=NOON)
    found = still_demanded(None)
    assert [(row["proof"], row["item"]) for row in found] == [("无违法记录证明", "甲证核发")]
    assert still_demanded([cast.units["housing"].pk]) == []
    assert "仍在要" in cast.client("manager").get("/manage/reform/proofs/").content.decode()
    services.stop_demand(actor=manager, proof=proof, at=NOON)
    assert still_demanded(None) == []
    assert [material.name for material in catalogue.materials_of(edition, TODAY)] == ["申请表"]
    with pytest.raises(Conflict):
        services.stop_demand(actor=manager, proof=proof, at=NOON)
    with pytest.raises(Conflict):
        services.cancel_proof(actor=manager, proof=proof, document="2号", replacement="promise", at=NOON)


def test_a_proof_tied_to_the_catalogue_is_cancelled_at_once(cast: Cast, publish: Publish) -> None:
    manager = cast.actor("manager")
    proof = services.save_proof(actor=manager, kind="proof", name="居住证明", basis="某条例第四条", at=NOON)
    item = publish("甲证核发", materials=["申请表", "居住证明"], standards={"居住证明": proof.standard_id})
    services.cancel_proof(actor=manager, proof=proof, document="国办发〔2026〕6号", replacement="promise", at=NOON)
    current = item.current
    assert current is not None
    assert [material.name for material in catalogue.materials_of(current, TODAY)] == ["申请表"]
    assert still_demanded(None) == []


def test_the_public_list_of_proofs(cast: Cast) -> None:
    manager = cast.actor("manager")
    services.save_proof(actor=manager, kind="proof", name="学历证明", basis="《教师法》第十条", at=NOON)
    gone = services.save_proof(actor=manager, kind="stamp", name="村委会盖章", basis="旧办法", at=NOON)
    services.cancel_proof(
        actor=manager,
        proof=gone,
        document="清府发〔2026〕4号",
        replacement="internal_check",
        replacement_note="部门自己核",
        at=NOON,
    )
    visitor = Client()
    page = visitor.get("/proofs/").content.decode()
    assert "学历证明" in page and "《教师法》第十条" in page and "部门内部核验" in page and "清府发〔2026〕4号" in page
    assert "村委会盖章" not in visitor.get("/proofs/?state=kept").content.decode()
    assert "学历证明" not in visitor.get("/proofs/?state=cancelled").content.decode()
    rows = visitor.get("/api/v1/proofs").json()["items"]
    assert {row["name"]: row["cancelled_on"] is None for row in rows} == {"学历证明": True, "村委会盖章": False}
    report = selectors.build("proofs", selectors.Asked(TODAY, None, TODAY, TODAY))
    assert report is not None and report.total is not None
    kept = Proof.objects.filter(cancelled_on__isnull=True).count()
    assert report.total.values[:2] == (kept, Proof.objects.count() - kept)


def test_what_is_kept_has_a_law(cast: Cast) -> None:
    with pytest.raises(Invalid):
        services.save_proof(actor=cast.actor("manager"), kind="proof", name="奇怪的证明", basis="", at=NOON)
    services.save_proof(actor=cast.actor("manager"), kind="proof", name="学历证明", basis="《教师法》", at=NOON)
    with pytest.raises(Conflict):
        services.save_proof(actor=cast.actor("manager"), kind="proof", name="学历证明", basis="《教师法》", at=NOON)
    with pytest.raises(NotAllowed):
        services.save_proof(actor=cast.actor("editor"), kind="proof", name="甲", basis="乙", at=NOON)


def test_standards_from_plan_to_mending(cast: Cast) -> None:
    """R047: a document by field, its edition, who answers, when it is due, how windows keep it."""
    manager = cast.actor("manager")
    due = TODAY + timedelta(days=10)
    planned = services.plan_standard(
        actor=manager, field="service", title="窗口服务标准", responsible=cast.units["centre"], due_on=due, at=NOON
    )
    late = selectors.Asked(due + timedelta(days=1), None, TODAY, TODAY)
    report = selectors.build("standards", late)
    assert report is not None and report.total is not None
    assert report.total.values[:4] == (1, 0, 0.0, 1)
    with pytest.raises(Conflict, match="发布以后"):
        services.check_standard(
            actor=manager, standard=planned, unit=cast.units["market"], result="met", checked_on=TODAY, at=NOON
        )
    issued = services.issue_standard(
        actor=manager, standard=planned, document="清政管〔2026〕2号", issued_on=TODAY, at=NOON
    )
    with pytest.raises(Invalid):
        services.check_standard(
            actor=manager, standard=issued, unit=cast.units["market"], result="unmet", checked_on=TODAY, at=NOON
        )
    check = services.check_standard(
        actor=manager, standard=issued, unit=cast.units["centre"], window=cast.windows["window3"], result="unmet", finding="没有亮身份",
        due_on=TODAY + timedelta(days=5), checked_on=TODAY, at=NOON,
    )  # fmt: skip
    services.check_standard(
        actor=manager, standard=issued, unit=cast.units["market"], result="met", checked_on=TODAY, at=NOON
    )
    report = selectors.build("standards", late)
    assert report is not None and report.total is not None
    assert report.total.values == (1, 1, 100.0, 0, 2, 50.0, 1, 1)
    services.mend(actor=manager, check=check, note="已配工牌", on=TODAY, at=NOON)
    report = selectors.build("standards", late)
    assert report is not None and report.total is not None and report.total.values[6:] == (0, 0)
    second = services.plan_standard(
        actor=manager,
        field="service",
        title="窗口服务标准",
        responsible=cast.units["centre"],
        due_on=due,
        before=issued,
        at=NOON,
    )
    services.issue_standard(actor=manager, standard=second, document="清政管〔2026〕9号", issued_on=TODAY, at=NOON)
    issued.refresh_from_db()
    assert (second.edition, issued.ended_on) == (2, TODAY)
    assert Standard.objects.filter(ended_on__isnull=True).count() == 1


def test_the_programme_has_the_name_of_the_place(cast: Cast) -> None:
    services.save_wording(actor=cast.actor("manager"), key="programme.name", text="590 工程", at=NOON)
    assert "590 工程" in cast.client("manager").get("/manage/reform/standards/").content.decode()
    services.save_wording(actor=cast.actor("manager"), key="programme.name", text="", at=NOON)
    assert selectors.wordings()["programme.name"] == "标准化建设工程"
    with pytest.raises(Invalid):
        services.save_wording(actor=cast.actor("manager"), key="target.online", text="一百", at=NOON)
    with pytest.raises(NotAllowed):
        services.save_wording(actor=cast.actor("editor"), key="tag.once", text="一次办", at=NOON)
