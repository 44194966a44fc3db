"""Two at once, with real commits: imports, publications, new items."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, transaction

from tests.cast import build_cast
from yimen.ground.identity.rules import SYSTEM
from yimen.ground.kit.refusals import Refusal
from yimen.service.catalogue import services
from yimen.service.catalogue.models import ItemEdition, ServiceItem
from yimen.service.catalogue.services.imports import import_now
from yimen.service.catalogue.tests.conftest import NOON, row, table

if TYPE_CHECKING:
    from collections.abc import Callable

GUIDE = "department,item_name,area_code,item_code,task_type_raw"


def at_once(act: Callable[[int], Any], times: int = 6) -> list[Any]:
    """Run it so many times at once, each on a connection of its own; refusals are answers too."""

    def run(number: int) -> Any:
        try:
            return act(number)
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


@pytest.mark.commits
def test_the_same_file_at_once_is_new_once() -> None:
    lines = [
        f"区教科体局,事项{n},511602000000,512B0053{n:06}-511602000000-000-115113010833722043-1-00,20" for n in range(40)
    ]
    content = table(*lines, header=GUIDE)
    reports = at_once(lambda n: import_now(actor=SYSTEM, content=content, file_name=f"{n}.csv", at=NOON), 4)
    assert sorted(report.counts.new for report in reports) == [0, 0, 0, 40]
    codes = list(ServiceItem.objects.values_list("code", flat=True))
    assert len(codes) == len(set(codes)) == 40


@pytest.mark.commits
def test_one_publication_and_one_new_edition_at_once() -> None:
    with transaction.atomic():
        cast = build_cast()
    content = table(row(dept_name="清河县市场监督管理局"))
    batch = import_now(actor=SYSTEM, content=content, file_name="x.csv", at=NOON).batch
    assert batch is not None
    services.pass_batch(actor=cast.actor("legal"), batch=batch, opinion="好", at=NOON)
    edition = ItemEdition.objects.get()
    manager = cast.actor("manager")
    found = at_once(lambda _: services.publish_edition(actor=manager, edition=edition, at=NOON))
    assert sum(isinstance(each, ItemEdition) for each in found) == 1
    assert sum(isinstance(each, Refusal) for each in found) == 5
    item = ServiceItem.objects.get()
    made = at_once(lambda _: services.new_edition(actor=manager, item=item, at=NOON))
    assert sum(isinstance(each, ItemEdition) for each in made) == 1
    assert sorted(item.editions.values_list("number", flat=True)) == [1, 2]


@pytest.mark.commits
def test_local_codes_are_given_once() -> None:
    with transaction.atomic():
        cast = build_cast()
    editor, market = cast.actor("editor"), cast.units["market"]
    made = at_once(
        lambda n: services.create_item(actor=editor, name=f"事项{n}", kind="licence", department=market, at=NOON), 8
    )
    assert sorted(item.code for item in made) == [f"B5199110000{n}" for n in range(1, 9)]
