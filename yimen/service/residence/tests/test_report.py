"""三集中 and 应进未进 equal an independent count (R004, R020, R021)."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection

from tests.cast import Cast
from yimen.service.residence import selectors, services
from yimen.service.residence.selectors.report import concentration, items_in_state
from yimen.service.residence.tests.stage import AT, TODAY, directory, entered, function, item


@pytest.fixture
def hall(cast: Cast) -> Cast:
    """Five items: one placed, one missing, one moved out by decision, two that the directory does not name."""
    placed, missing, out, *_ = [item(cast, name) for name in ("甲许可", "乙许可", "丙许可", "丁许可", "戊许可")]
    entered(cast, placed, out, on=date(2026, 7, 1))
    directory(cast, *({"kind": "item", "item": each} for each in (placed, missing, out)))
    away = services.propose(
        actor=cast.actor("manager"),
        kind="leave",
        department=cast.units["market"],
        reason="件少",
        item_ids=[out.pk],
        at=AT,
    )
    services.give_opinion(actor=cast.actor("he"), adjustment=away, agree=True, text="", at=AT)
    services.decide_adjustment(
        actor=cast.actor("manager"), adjustment=away, number="9号", text="同意", effective_on=date(2026, 9, 1), at=AT
    )
    function(cast, "食品经营许可", section=cast.units["market_section"])
    function(cast, "日常检查", kind="supervision")
    return cast


def test_the_numbers_of_a_department(hall: Cast) -> None:
    (row,) = concentration(TODAY, only=hall.units["market"].pk)
    assert (row.items, row.must, row.placed, row.missing, row.decided_out, row.entered) == (5, 3, 1, 1, 1, 1)
    assert (row.functions, row.functions_in) == (1, 0)
    assert row.chief
    assert row.items_rate == 33.3
    assert "事项缺 1" in row.lacking


def test_each_number_equals_an_independent_count(hall: Cast) -> None:
    (row,) = concentration(TODAY, only=hall.units["market"].pk)
    market = hall.units["market"].pk

    def count(sql: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute(sql, {"d": market, "day": TODAY})
            return int(cursor.fetchone()[0])

    standing = "catalogue_serviceitem i where i.department_id = %(d)s and i.status = 'active' and i.current_id > 0"
    named = """exists (select from residence_directoryline l, residence_directory r where l.directory_id = r.id
        and r.state = 'published' and l.item_id = i.id)"""
    inside = """exists (select from residence_entry e where e.item_id = i.id and %(day)s::date
        between e.from_on and coalesce(e.to_on, 'infinity'::date))"""
    assert row.items == count(f"select count(*) from {standing}")  # noqa: S608
    assert row.must == count(f"select count(*) from {standing} and {named}")  # noqa: S608
    assert row.placed == count(f"select count(*) from {standing} and {named} and {inside}")  # noqa: S608
    assert row.entered == count(f"select count(*) from {standing} and {inside}")  # noqa: S608
    left = """exists (select from residence_entry e, residence_adjustment a where e.item_id = i.id
        and e.left_by_id = a.id and a.kind = 'leave')"""
    assert row.missing == count(f"select count(*) from {standing} and {named} and not {inside} and not {left}")  # noqa: S608
    assert row.decided_out == count(f"select count(*) from {standing} and {named} and not {inside} and {left}")  # noqa: S608
    assert row.posts == count(
        """select count(*) from organisations_post p, organisations_unit u where u.id = p.unit_id
           and (u.approval_section or p.window_id > 0) and u.parent_id = %(d)s and p.abolished_on is null"""
    )


@pytest.mark.parametrize("state", ["all", "must", "in", "missing", "decided_out", "entered", "elsewhere"])
def test_each_number_opens_its_list(hall: Cast, state: str) -> None:
    (row,) = concentration(TODAY, only=hall.units["market"].pk)
    names = {"all": "items", "in": "placed"}
    assert items_in_state(state, TODAY).filter(department=hall.units["market"]).count() == getattr(
        row, names.get(state, state)
    )


def test_since_when(hall: Cast) -> None:
    (missing,) = items_in_state("missing", TODAY)
    duty = selectors.duties_of([missing.pk], TODAY)[missing.pk]
    assert duty.since == date(2026, 6, 1)  # the day of the directory, since the item is older
    (out,) = items_in_state("decided_out", TODAY)
    assert selectors.duties_of([out.pk], TODAY)[out.pk].since == date(2026, 9, 1)


def test_a_subcentre_is_not_the_centre(cast: Cast) -> None:
    made = item(cast)
    entered(cast, made)
    directory(cast, {"kind": "item", "item": made, "place": "subcentre"})
    assert selectors.duties_of([made.pk], TODAY)[made.pk].status == "elsewhere"


def test_a_department_or_a_class_names_its_items(cast: Cast) -> None:
    free, dear = item(cast, "免费的"), item(cast, "收费的", fee=True, fee_basis="价格法", fee_standard="每件 10 元")
    directory(cast, {"kind": "class", "wide_class": "fee"})
    assert set(selectors.duties_of([free.pk, dear.pk], TODAY)) == {dear.pk}
    directory(cast, {"kind": "base", "department": cast.units["market"]}, on=date(2026, 6, 2))
    assert set(selectors.duties_of([free.pk, dear.pk], TODAY)) == {free.pk, dear.pk}
