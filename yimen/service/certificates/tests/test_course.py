"""From the decision to the end of a certificate: each act is a row of the log, and none follows that may not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from tests.cast import Cast
from yimen.ground.kit.models import AuditEntry
from yimen.ground.kit.moments import day_of, now
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed
from yimen.ground.organisations.models import Seal, SealUse
from yimen.service.certificates import selectors, services
from yimen.service.certificates.lifecycle import ACTS, STATES
from yimen.service.certificates.models import Certificate, CertificateEvent, Edition
from yimen.service.certificates.rules import is_identifier
from yimen.service.certificates.services.common import WrongState
from yimen.service.certificates.services.course import NothingChanged, TooEarly
from yimen.service.certificates.services.from_cases import draw_up_for_case, give_back_for_case, take_back_for_case
from yimen.service.certificates.services.issuing import CannotIssue, NotComplete
from yimen.service.certificates.tests import stage

pytestmark = pytest.mark.django_db


def test_the_table_holds_together() -> None:
    for act in ACTS.values():
        assert set(act.origins) <= set(STATES) and act.target in (None, *STATES)
        assert act.remade <= (act.permission == "certificates.issue")


def test_a_decision_brings_its_certificate_once(cast: Cast) -> None:
    code, row = stage.of_case(cast)
    assert row.state == "valid" and row.number.startswith("清卫公证〔") and is_identifier(row.identifier)
    facts = selectors.facts_of(stage.edition(row))
    assert facts["values"] | {"remark": ""} == {
        "holder": "李明", "shop": "听泉茶馆", "area": "86.50", "scope": "茶座", "remark": "",
    }  # fmt: skip
    assert draw_up_for_case(code, now()) == []
    assert [each.action for each in CertificateEvent.objects.order_by("seq")] == ["draw_up", "issue"]
    use = SealUse.objects.get(document_number=row.number)
    assert (use.seal, use.document) == (cast.seals["market"], "公共场所卫生许可证（制证）")


def test_what_is_lacking_is_left_to_a_hand(cast: Cast) -> None:
    fields = [*stage.FIELDS, {"key": "grade", "label": "卫生等级"}]
    stage.kind(cast, fields=fields)
    code, row = stage.of_case(cast)
    assert row.state == "valid"  # the stage's own type again
    kind = stage.kind(cast, fields=fields, automatic=True)
    draft = services.draw_up(kind=kind, holder=cast.parties["li"], actor=cast.actor("wu"), at=now())
    with pytest.raises(NotComplete, match="卫生等级") as refused:
        services.issue(certificate=draft, values=stage.WORDS, actor=cast.actor("wu"), at=now())
    assert set(refused.value.fields or {}) == {"grade"}
    assert stage.again(draft).number == "" and code


def test_numbers_follow_without_a_gap(cast: Cast) -> None:
    draft = stage.drafted(cast)
    with pytest.raises(NotComplete):
        services.issue(certificate=draft, values={}, actor=cast.actor("wu"), at=now())
    numbers = [stage.issued(cast).number.split("〕")[1] for _ in range(3)]
    assert numbers == ["1号", "2号", "3号"]


def test_without_a_seal_or_a_credit_code_nothing_is_issued(cast: Cast) -> None:
    draft = stage.drafted(cast)
    Seal.objects.filter(pk=cast.seals["market"].pk).update(ended_on=day_of(now()) - timedelta(days=1))
    with pytest.raises(CannotIssue, match="行政审批专用章"):
        services.issue(certificate=draft, values=stage.WORDS, actor=cast.actor("wu"), at=now())
    type(cast.units["market"]).objects.filter(pk=cast.units["market"].pk).update(credit_code="")
    with pytest.raises(CannotIssue, match="统一社会信用代码"):
        services.issue(certificate=stage.again(draft), values=stage.WORDS, actor=cast.actor("wu"), at=now())


def test_change_makes_another_edition(cast: Cast) -> None:
    row = stage.issued(cast)
    wu = cast.actor("wu")
    with pytest.raises(NothingChanged):
        services.change(certificate=row, values=stage.WORDS, reason="没变。", actor=wu, at=now())
    services.change(certificate=row, values={"shop": "听泉茶馆二店"}, reason="换了字号。", actor=wu, at=now())
    after = stage.again(row)
    assert after.edition == 2 and after.identifier != row.identifier and ".002." in after.identifier
    assert after.number == row.number
    assert [each.version for each in Edition.objects.order_by("version")] == [1, 2]
    assert CertificateEvent.objects.latest("seq").changed == "变更了字号名称"
    assert selectors.find(row.identifier) == after  # the old identifier leads to what is true now


def test_renewal_near_the_end_only(cast: Cast) -> None:
    row, wu = stage.issued(cast), cast.actor("wu")
    with pytest.raises(TooEarly):
        services.renew(certificate=row, reason="准予延续", actor=wu, at=now())
    until = day_of(now()) + timedelta(days=30)
    Certificate.objects.filter(pk=row.pk).update(valid_to=until)
    services.renew(certificate=row, reason="准予延续", actor=wu, at=now())
    renewed = stage.again(row).valid_to
    assert renewed is not None and renewed.year == until.year + 4


def test_lost_and_replaced(cast: Cast) -> None:
    row, wu = stage.issued(cast), cast.actor("wu")
    with pytest.raises(WrongState, match="不能遗失补发"):
        services.replace(certificate=row, reason="丢了。", actor=wu, at=now())
    services.move(certificate=row, action="report_lost", reason="持证人挂失。", actor=wu, at=now())
    assert selectors.verdict_of(stage.again(row), day_of(now())).headline == "这张证照已挂失"
    services.replace(certificate=row, reason="登报满期。", actor=wu, at=now())
    after = stage.again(row)
    assert (after.state, after.edition) == ("valid", 2)


def test_suspended_resumed_revoked_restored(cast: Cast) -> None:
    row, chen = stage.issued(cast), cast.actor("chen")
    with pytest.raises(NotAllowed):
        services.move(
            certificate=row, action="suspend", reason="整改。", document="x", actor=cast.actor("wu"), at=now()
        )
    with pytest.raises(Invalid, match="文号"):
        services.move(certificate=row, action="suspend", reason="整改。", actor=chen, at=now())
    for action, state in (("suspend", "suspended"), ("resume", "valid"), ("revoke", "revoked")):
        services.move(
            certificate=row, action=action, reason="整改。", document="清市监〔2026〕9号", actor=chen, at=now()
        )
        assert stage.again(row).state == state
    services.restore(certificate=row, reason="复议改变。", document="清复〔2026〕2号", actor=chen, at=now())
    assert stage.again(row).state == "valid"
    assert AuditEntry.objects.filter(action__startswith="certificates.", target=row.number).count() == 5


def test_a_page_that_is_old_changes_nothing(cast: Cast) -> None:
    row, chen = stage.issued(cast), cast.actor("chen")
    services.move(certificate=row, action="report_lost", reason="挂失。", actor=chen, at=now(), seen=2)
    with pytest.raises(WrongState, match="新的变动"):
        services.move(certificate=row, action="find", reason="找到了。", actor=chen, at=now(), seen=2)


def test_the_end_is_written_down(cast: Cast) -> None:
    row = stage.issued(cast)
    day = day_of(now())
    Certificate.objects.filter(pk=row.pk).update(valid_from=day - timedelta(days=9), valid_to=day - timedelta(days=1))
    assert selectors.standing_of(stage.again(row), day) == "expired"  # also before anybody wrote it
    assert (services.expire_due(now()), services.expire_due(now())) == (1, 0)
    assert stage.again(row).state == "expired"


def test_a_decision_taken_back_takes_the_certificate_with_it(cast: Cast) -> None:
    code, row = stage.of_case(cast)
    assert row.matter is not None
    for _ in range(2):
        take_back_for_case(row.matter.pk, "准予的决定被撤销", "清市监撤〔2026〕1号", now())
    assert stage.again(row).state == "revoked"
    give_back_for_case(row.matter.pk, "撤销已更正", "清市监〔2026〕3号", now())
    assert stage.again(row).state == "valid" and code


def test_the_log_cannot_be_changed(cast: Cast) -> None:
    stage.issued(cast)
    for table in ("certificateevent", "edition"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"delete from certificates_{table}")  # noqa: S608 -- the table's name is the test's own


def test_copies_are_counted(cast: Cast) -> None:
    row, wu = stage.issued(cast), cast.actor("wu")
    assert services.record_print(certificate=row, reason="", actor=wu, at=now()).copy == 1
    with pytest.raises(Invalid, match="重打的原因"):
        services.record_print(certificate=row, reason="", actor=wu, at=now())
    assert services.record_print(certificate=row, reason="卡纸。", paper="A0012", actor=wu, at=now()).copy == 2
    services.move(certificate=row, action="report_lost", reason="挂失。", actor=wu, at=now())
    with pytest.raises(WrongState):
        services.record_print(certificate=row, reason="再印。", actor=wu, at=now())


def test_a_type_is_of_the_right_holder(cast: Cast) -> None:
    with pytest.raises(Conflict, match="只发给法人"):
        stage.drafted(cast, holder_kind="legal")
