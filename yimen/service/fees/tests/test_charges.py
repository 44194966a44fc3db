"""A charge comes into the catalogue by proposal, two checks, the network administrator and a second person (R169–R171)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from tests.cast import Cast
from yimen.ground.kit.moments import now
from yimen.ground.kit.refusals import NotAllowed
from yimen.service.cases.tests.stage import published
from yimen.service.fees import services
from yimen.service.fees.models import ChargeVersion
from yimen.service.fees.selectors.charges import charges_for, differences, in_force
from yimen.service.fees.services.charges import CannotPropose, PastThisStep
from yimen.service.fees.tests import stage

pytestmark = pytest.mark.django_db


def test_nobody_but_the_network_administrator_enters_and_only_after_both_checks(cast: Cast) -> None:
    version = stage.proposed(cast)
    with pytest.raises(PastThisStep):
        services.enter_charge(actor=cast.actor("system"), version=version, at=now())
    services.check_charge(actor=cast.actor("legal"), version=version, body="legal", words="合法。", at=now())
    with pytest.raises(NotAllowed):
        services.check_charge(actor=cast.actor("legal"), version=version, body="price", words="一致。", at=now())
    with pytest.raises(PastThisStep):
        services.enter_charge(actor=cast.actor("system"), version=version, at=now())
    services.check_charge(actor=cast.actor("gu"), version=version, body="price", words="与文件一致。", at=now())
    for who in ("he", "shen", "manager", "wang"):
        with pytest.raises(NotAllowed):
            services.enter_charge(actor=cast.actor(who), version=version, at=now())
    services.enter_charge(actor=cast.actor("system"), version=version, at=now())
    assert not in_force(stage.TODAY).exists()
    with pytest.raises(NotAllowed):
        services.approve_charge(actor=cast.actor("system"), version=version, at=now())
    services.approve_charge(actor=cast.actor("manager"), version=version, at=now())
    assert in_force(stage.TODAY).get() == version


def test_a_standard_is_never_overwritten_and_the_next_version_takes_over(cast: Cast) -> None:
    version = stage.charged(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        ChargeVersion.objects.filter(pk=version.pk).update(amount_fen=9900)
    with pytest.raises(IntegrityError), transaction.atomic():
        version.delete()
    given = stage.proposal(standard=stage.RANGE, valid_from=stage.TODAY + timedelta(days=3))
    second = services.propose_charge(actor=cast.actor("he"), given=given, charge=version.charge, at=now())
    for who, body in (("legal", "legal"), ("gu", "price")):
        services.check_charge(actor=cast.actor(who), version=second, body=body, words="可以。", at=now())
    services.enter_charge(actor=cast.actor("system"), version=second, at=now())
    services.approve_charge(actor=cast.actor("manager"), version=second, at=now())
    assert in_force(stage.TODAY + timedelta(days=2)).get() == version
    assert in_force(stage.TODAY + timedelta(days=3)).get() == second


def test_what_runs_out_or_is_ended_is_not_charged(cast: Cast) -> None:
    version = stage.charged(cast, valid_until=stage.TODAY)
    assert in_force(stage.TODAY).exists()
    assert not in_force(stage.TODAY + timedelta(days=1)).exists()
    services.charges.end_charge(
        actor=cast.actor("manager"), charge=version.charge, reason="文件已废止。", last_day=stage.TODAY - timedelta(days=1),
        at=now(),
    )  # fmt: skip
    assert not in_force(stage.TODAY).exists()


def test_a_proposal_without_a_sum_and_of_strangers_is_refused(cast: Cast) -> None:
    stage.hall(cast)
    with pytest.raises(CannotPropose):
        stage.proposed(cast, fee_class="tip")
    with pytest.raises(NotAllowed):
        services.propose_charge(
            actor=cast.actor("luo"), given=stage.proposal(), department=cast.units["market"], at=now()
        )
    version = stage.proposed(cast)
    refused = services.charges.refuse_charge(
        actor=cast.actor("legal"), version=version, words="文件已取消这项收费。", at=now()
    )
    assert refused.state == "refused"
    with pytest.raises(PastThisStep):
        services.check_charge(actor=cast.actor("gu"), version=version, body="price", words="可以。", at=now())


def test_where_the_guide_says_otherwise(cast: Cast) -> None:
    item = published(cast)
    stage.charged(cast, items=[item.pk])
    found = differences(stage.TODAY)
    assert [each.item for each in found] == [item]
    assert "不收费" in found[0].words[0]
    assert [each.name for each in charges_for(item.pk, stage.TODAY, "accepted")] == ["公共场所卫生许可证工本费"]
