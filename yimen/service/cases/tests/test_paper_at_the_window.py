"""Whoever brings paper does not receive it: only staff can say that the window has it (R063, art. 32)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import Cast
from yimen.ground.kit.moments import now
from yimen.service.cases import services
from yimen.service.cases.models import CaseMaterial
from yimen.service.cases.services.intake import PaperAtWindow
from yimen.service.cases.tests.stage import ANSWERS, matter_of, published, submitted

pytestmark = pytest.mark.django_db


def test_an_applicant_cannot_declare_the_own_paper_received(cast: Cast) -> None:
    item = published(cast)
    assert item.current is not None
    plan = item.current.materials.order_by("order")[0].pk
    said: dict[str, Any] = {
        "item_code": item.code, "party_id": cast.parties["li"].pk, "answers": ANSWERS, "at": now(), "paper": [plan],
    }  # fmt: skip
    with pytest.raises(PaperAtWindow):
        services.submit_application(actor=cast.actor("li"), channel="api", **said)
    code = services.submit_application(actor=cast.actor("wang"), channel="window", **said).code
    assert CaseMaterial.objects.get(case__matter__code=code, order=1).state == "paper"


def test_nor_restart_the_clock_with_it(cast: Cast) -> None:
    code = submitted(cast, paper=False)
    services.request_correction(code=code, items=[(1, "请补平面图")], actor=cast.actor("wang"), at=now())
    with pytest.raises(PaperAtWindow):
        services.supplement(code=code, paper=[1], actor=cast.actor("li"), at=now())
    assert matter_of(code).state == "correction_requested"
    services.supplement(code=code, paper=[1], actor=cast.actor("wang"), at=now())
    assert matter_of(code).state == "received"
