"""What the reform keeps in the process is never other than a recount (R027, R028, R046)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from yimen.service.catalogue import services as catalogue
from yimen.service.reform import selectors, services
from yimen.service.reform.models import ItemClass
from yimen.service.reform.selectors.figures import Reach
from yimen.service.reform.tests.conftest import NOON, Publish, revise

if TYPE_CHECKING:
    from tests.cast import Cast

TODAY = NOON.date()


def counted() -> dict[int, int]:
    """Powers by department in one statement of our own."""
    with connection.cursor() as cursor:
        cursor.execute(
            """select i.department_id, count(distinct i.id) from catalogue_serviceitem i join catalogue_itemedition e
               on e.id = i.current_id where i.cancelled_on is null or i.cancelled_on > %s group by 1""",
            [TODAY],
        )
        return dict(cursor.fetchall())


def test_the_numbers_of_the_power_list_follow_the_catalogue(cast: Cast, publish: Publish) -> None:
    publish("甲证核发")
    second = publish("乙证核发", department="health")
    for _ in range(2):
        assert {row["id"]: row["items"] for row in selectors.power_counts(TODAY)} == counted()
    catalogue.cancel_item(actor=cast.actor("manager"), item=second, reason="取消", basis="国发〔2026〕1号", at=NOON)
    assert {row["id"]: row["items"] for row in selectors.power_counts(TODAY)} == counted()
    publish("丙证核发", department="health")
    assert {row["id"]: row["items"] for row in selectors.power_counts(TODAY)} == counted()


def test_the_places_of_the_five_follow_the_catalogue(cast: Cast, publish: Publish) -> None:
    slow = publish("甲证核发", promise_limit=10)
    publish("乙证核发", promise_limit=5)

    def rank() -> tuple[int, int]:
        found = next(row for row in selectors.five_of(Reach(TODAY)) if row.item["id"] == slow.pk)
        assert found.flow is not None
        return found.flow.rank, found.flow.of

    assert rank() == (2, 2)
    publish("丙证核发", promise_limit=3)
    assert rank() == (3, 3)
    revise(cast, slow, promise_limit=1)
    assert rank() == (1, 3)


def test_the_counts_of_a_class_follow_its_items(cast: Cast, publish: Publish) -> None:
    first, second = publish("甲证核发", promise_limit=15), publish("乙证核发", promise_limit=5)
    editor = cast.actor("manager")
    held = services.save_class(
        actor=editor, code="build", name="项目建设类", numerator=1, denominator=2, document="1号", at=NOON
    )

    def counts() -> tuple[int, int, int]:
        held = ItemClass.objects.get(code="build")
        found = selectors.class_counts(held, Reach(TODAY))
        assert found == selectors.count_class(held, Reach(TODAY))
        return found["all"], found["class_violating"], found["class_kept"]

    assert counts() == (0, 0, 0)
    services.put_into_class(actor=editor, item_class=held, codes=[first.code, second.code], at=NOON)
    assert counts() == (2, 1, 1)
    services.save_class(
        actor=editor, code="build", name="项目建设类", numerator=4, denominator=5, document="1号", at=NOON
    )
    assert counts() == (2, 0, 2)
    services.take_out_of_class(actor=editor, item_class=held, item_id=first.pk, at=NOON)
    assert counts() == (1, 0, 1)
    said = cast.client("manager").get("/manage/reform/classes/build/?show=class_kept").content.decode()
    assert "乙证核发" in said and "甲证核发" not in said
