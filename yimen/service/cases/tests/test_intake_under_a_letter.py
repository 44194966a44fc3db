"""Staff take in what a letter of authorisation lets them take in (R006), by whichever door."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import Cast
from yimen.ground.kit.moments import now
from yimen.service.cases import services
from yimen.service.cases.services.intake import NotForYou, NotServedHere
from yimen.service.cases.tests.stage import ANSWERS, published

pytestmark = pytest.mark.django_db


def take_in(cast: Cast, who: str, **more: Any) -> str:
    return services.submit_application(
        item_code=more["item"].code, party_id=cast.parties["li"].pk, answers=ANSWERS, actor=cast.actor(who), at=now(),
        channel="window",
    ).code  # fmt: skip


def test_only_the_windows_whose_letter_covers_the_item(cast: Cast) -> None:
    item = published(cast)
    assert take_in(cast, "wang", item=item)
    with pytest.raises(NotServedHere):
        take_in(cast, "qian_staff", item=item)
    with pytest.raises(NotForYou):
        take_in(cast, "zhao", item=item)


def test_nor_is_a_draft_begun(cast: Cast) -> None:
    item = published(cast)
    with pytest.raises(NotServedHere):
        services.start_draft(
            item_code=item.code, actor=cast.actor("qian_staff"), at=now(), party_id=cast.parties["li"].pk
        )
