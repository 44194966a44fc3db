"""What arrives after hours counts from that day, or from the next working day where the centre has set so."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.cast import Cast
from yimen.ground.kit.moments import CHINA
from yimen.ground.matters.models import LedgerHead
from yimen.service.cases.tests.stage import matter_of, published, submitted

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("setting", "due"), [(False, "2026-11-27"), (True, "2026-11-30")])
def test_a_receipt_at_night(cast: Cast, settings: object, setting: bool, due: str) -> None:
    LedgerHead.objects.filter(pk=1).update(synthetic=True)
    item = published(cast, at=datetime(2026, 1, 5, 9, 0, tzinfo=CHINA))
    settings.LATE_RECEIPT_NEXT_DAY = setting  # type: ignore[attr-defined]
    night = datetime(2026, 11, 20, 20, 0, tzinfo=CHINA)
    code = submitted(cast, item, at=night, recorded_at=night)
    assert str(matter_of(code).due_on) == due
