"""The must-enter directory follows a reorganisation: lines name the successor, what they named before is kept (R020)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import Cast
from yimen.ground.kit import moments
from yimen.ground.kit.moments import now
from yimen.ground.organisations import services as organisations
from yimen.ground.organisations.models import Reorganisation
from yimen.ground.organisations.services import PartGiven
from yimen.service.residence import services
from yimen.service.residence.models import Directory, DirectoryLine, LineMove
from yimen.service.residence.tests.stage import directory, item, long_ago

pytestmark = pytest.mark.django_db


def begun(cast: Cast, **change: Any) -> Reorganisation:
    given: dict[str, Any] = {
        "actor": cast.actor("manager"), "kind": "merge", "document": "清编发〔2026〕12号", "document_title": "关于组建新局的通知",
        "effective_on": moments.day_of(now()), "parts": [PartGiven(cast.units["market"], cast.units["housing"])], "at": now(),
    }  # fmt: skip
    plan = organisations.draft_reorganisation(**(given | change))
    organisations.preview_reorganisation(actor=cast.actor("manager"), plan=plan, at=now())
    organisations.approve_reorganisation(actor=cast.actor("leader"), plan=plan, at=now())
    for letter in organisations.draft_successor_letters(actor=cast.actor("manager"), plan=plan, at=now()):
        organisations.sign_letter(actor=cast.actor("luo"), letter=letter, at=now())
    plan = organisations.begin_reorganisation(actor=cast.actor("manager"), plan=plan, at=now())
    return organisations.carry_on(plan.uid, now)


def lines(found: Directory) -> list[tuple[str, str]]:
    rows = DirectoryLine.objects.filter(directory=found).order_by("kind", "key")
    return [(row.name, row.department.name if row.department else "") for row in rows]


def test_after_a_merger_the_lines_name_the_successor_and_history_stays(cast: Cast) -> None:
    market, housing = cast.units["market"], cast.units["housing"]
    made = item(cast)
    old = directory(cast, {"kind": "base", "department": market}, at=long_ago(), on=long_ago().date())
    standing = directory(
        cast, {"kind": "base", "department": market, "base_code": "000131001000"}, {"kind": "item", "item": made},
        {"kind": "class", "wide_class": "look_up", "department": market}, at=now(), on=now().date(),
    )  # fmt: skip
    old.refresh_from_db()
    assert old.state == "superseded"
    was = lines(old)
    plan = begun(cast)
    assert plan.state == "applied"
    found = lines(standing)
    assert {department for _, department in found} == {housing.name}
    assert f"{housing.name} 000131001000" in {name for name, _ in found}
    assert lines(old) == was, "what was published and superseded stays as it was"
    page = cast.client("manager").get(f"/manage/residence/directories/{standing.pk}/").content.decode()
    assert "随机构改革的改动" in page and f"{market.name} 000131001000" in page and "清编发〔2026〕12号" in page


def test_a_line_the_successor_has_already_is_not_doubled(cast: Cast) -> None:
    market, housing = cast.units["market"], cast.units["housing"]
    standing = directory(
        cast, {"kind": "base", "department": market}, {"kind": "base", "department": housing}, at=now(), on=now().date()
    )
    begun(cast)
    assert lines(standing) == [(f"{housing.name} 全部事项", housing.name)]
    assert LineMove.objects.get().merged


def test_undone_it_is_as_it_was(cast: Cast) -> None:
    market, housing = cast.units["market"], cast.units["housing"]
    made = item(cast)
    standing = directory(
        cast, {"kind": "base", "department": market}, {"kind": "base", "department": housing}, {"kind": "item", "item": made},
        at=now(), on=now().date(),
    )  # fmt: skip
    was = lines(standing)
    plan = begun(cast)
    assert lines(standing) != was
    plan = organisations.begin_undoing(actor=cast.actor("leader"), plan=plan, reason="文件撤销", at=now())
    organisations.carry_on(plan.uid, now)
    assert lines(standing) == was
    assert not LineMove.objects.filter(undone_at__isnull=True).exists()


def test_items_that_move_alone_get_a_line_of_their_own(cast: Cast) -> None:
    market, housing = cast.units["market"], cast.units["housing"]
    going, staying = item(cast), item(cast, name="食品经营许可（新办）")
    standing = directory(cast, {"kind": "base", "department": market}, at=now(), on=now().date())
    parts = [PartGiven(market, housing, items=[going.code31])]
    begun(cast, kind="move_items", parts=parts)
    going.refresh_from_db()
    assert going.department_id == housing.pk
    found = lines(standing)
    assert (f"{market.name} 全部事项", market.name) in found, "the rest stays under the old line"
    assert (going.name, housing.name) in found
    assert staying.name not in {name for name, _ in found}


def test_a_new_name_is_written_into_the_lines(cast: Cast) -> None:
    market = cast.units["market"]
    standing = directory(cast, {"kind": "base", "department": market}, at=now(), on=now().date())
    begun(cast, kind="rename", parts=[PartGiven(market)], new_name="清河县市场监管和知识产权局")
    assert lines(standing)[0][0] == "清河县市场监管和知识产权局 全部事项"
    assert LineMove.objects.get().before == f"{market.name} 全部事项"


def test_the_preview_counts_them(cast: Cast) -> None:
    directory(cast, {"kind": "base", "department": cast.units["market"]}, at=now(), on=now().date())
    services.new_directory(actor=cast.actor("manager"), centre=cast.units["centre"], title="下一版", at=now())
    plan = organisations.draft_reorganisation(
        actor=cast.actor("manager"), kind="merge", document="清编发〔2026〕12号", document_title="通知", at=now(),
        effective_on=moments.day_of(now()), parts=[PartGiven(cast.units["market"], cast.units["housing"])],
    )  # fmt: skip
    organisations.preview_reorganisation(actor=cast.actor("manager"), plan=plan, at=now())
    plan.refresh_from_db()
    page = cast.client("manager").get(f"/manage/reorganisations/{plan.uid}/").content.decode()
    assert "应进驻事项目录的行" in page or "应进驻目录的行" in page
