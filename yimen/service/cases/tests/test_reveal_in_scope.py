"""Whole numbers are laid open only where the right to reveal reaches, however far the actor sees."""

from __future__ import annotations

import pytest

from tests.cast import INSTALLER, Cast
from yimen.ground.kit.moments import now
from yimen.ground.organisations import services as organisations
from yimen.service.cases.tests.stage import submitted

pytestmark = pytest.mark.django_db


def test_seeing_everything_lays_nothing_open(cast: Cast) -> None:
    code = submitted(cast, contact_phone="13812342671")
    organisations.give_grant(actor=INSTALLER, code="matters.view", scope="all", post=cast.posts["qian_staff"], at=now())
    address, why = f"/desk/cases/{code}/reveal/contact_phone/", {"why": "核对申请人身份"}
    refused = cast.client("qian_staff").post(address, why)
    assert refused.status_code == 403
    assert "13812342671" not in refused.content.decode()
    assert "13812342671" in cast.client("wang").post(address, why).content.decode()
