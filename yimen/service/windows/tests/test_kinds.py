"""2+2: which window is for whom; nothing changes where a centre has not switched it on (R067)."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.cast import Cast
from yimen.ground.kit.models import AuditEntry
from yimen.ground.kit.moments import now
from yimen.ground.kit.refusals import Invalid, NotAllowed
from yimen.service.cases.tests.stage import published
from yimen.service.catalogue.models import ServiceItem
from yimen.service.windows import rules, selectors, services
from yimen.service.windows.models import WindowService
from yimen.service.windows.services.kinds import OtherWindow, WrongKind

pytestmark = pytest.mark.django_db


def switch_on(cast: Cast) -> None:
    services.set_setting(
        actor=cast.actor("manager"), centre=cast.units["centre"], key="two_plus_two", value=1, at=now()
    )


def set_kind(cast: Cast, kind: str, window: str = "window3") -> None:
    services.set_kind(actor=cast.actor("manager"), window=cast.windows[window], kind=kind, at=now())


def intake(cast: Cast, item: ServiceItem) -> None:
    services.check_intake(actor=cast.actor("wang"), item_id=item.pk, name=item.name, at=now())


def test_a_kind_has_its_history(cast: Cast) -> None:
    set_kind(cast, "natural")
    set_kind(cast, "both")
    with pytest.raises(WrongKind, match="本来就是"):
        set_kind(cast, "both")
    assert [each.kind for each in selectors.history_of(cast.windows["window3"].pk)] == ["both", "natural"]
    services.end_kind(actor=cast.actor("manager"), window=cast.windows["window3"], at=now())
    assert selectors.kind_of(cast.windows["window3"].pk) == ""
    rows = AuditEntry.objects.filter(action__startswith="windows.").order_by("pk").values_list("action", flat=True)
    assert list(rows) == ["windows.set_kind", "windows.set_kind", "windows.end_kind"]


def test_who_may(cast: Cast) -> None:
    for who in ("wang", "he", "sun"):
        with pytest.raises(NotAllowed):
            services.set_kind(actor=cast.actor(who), window=cast.windows["window3"], kind="help", at=now())
    with pytest.raises(WrongKind, match="不受理申请"):
        set_kind(cast, "both", "window1")  # issues results, takes nothing in
    with pytest.raises(Invalid):
        services.set_setting(
            actor=cast.actor("manager"), centre=cast.units["centre"], key="two_plus_two", value=7, at=now()
        )
    assert not WindowService.objects.exists()


@pytest.mark.parametrize(
    ("kind", "objects", "takes"),
    [
        ("both", ["person"], True), ("both", ["enterprise"], True), ("natural", ["enterprise"], False),
        ("natural", ["person", "enterprise"], True), ("legal", ["person"], False), ("legal", ["other"], True),
        ("natural", [], True), ("help", [], False), ("consult", ["person"], False), ("complaint", ["agency"], False),
    ],
)  # fmt: skip
def test_what_a_window_takes(kind: str, objects: list[str], takes: bool) -> None:
    assert rules.takes_item(kind, objects) is takes


def test_intake_follows_the_kind_once_switched_on(cast: Cast) -> None:
    item = published(cast)
    set_kind(cast, "help")
    intake(cast, item)  # not switched on: as before
    switch_on(cast)
    with pytest.raises(OtherWindow, match="咨询"):
        intake(cast, item)
    set_kind(cast, "both")
    intake(cast, item)


def test_the_public_page_says_which_window_is_for_whom(cast: Cast) -> None:
    assert "3 号" in Client().get("/hall/find/").content.decode()
    set_kind(cast, "both")
    set_kind(cast, "help", "window1")
    switch_on(cast)
    page = Client().get("/hall/find/").content.decode()
    assert "问事情、提意见都到这里" in page
    assert page.index("自然人＋法人通办") < page.index("咨询＋投诉") < page.index("其他窗口")
