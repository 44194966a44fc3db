"""No unit hangs below itself: said by the service, held by the database, also when two moves at once would close a ring."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction

from tests.cast import INSTALLER, Cast, build_cast
from yimen.ground.kit import moments
from yimen.ground.kit.refusals import Conflict
from yimen.ground.organisations import services
from yimen.ground.organisations.models import Unit
from yimen.ground.organisations.tests.at_once import at_once


@pytest.mark.parametrize("under", ["market", "market_section"])
def test_the_database_refuses_a_ring(cast: Cast, under: str) -> None:
    with pytest.raises(IntegrityError, match="below itself"), transaction.atomic():
        Unit.objects.filter(pk=cast.units["market"].pk).update(parent=cast.units[under])


@pytest.mark.commits
@pytest.mark.parametrize("way", ["service", "database"])
def test_two_moves_at_once_close_no_ring(committed_db: object, way: str) -> None:
    with transaction.atomic():
        cast = build_cast()
    one, other = cast.units["market"], cast.units["housing"]

    def by_service(unit: Unit, parent: Unit) -> Unit:
        return services.move_unit(actor=INSTALLER, unit=unit, parent=parent, at=moments.now())

    def by_hand(unit: Unit, parent: Unit) -> object:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("update organisations_unit set parent_id = %s where id = %s", [parent.pk, unit.pk])
        except IntegrityError as refused:
            return Conflict(str(refused))
        return unit

    move = by_service if way == "service" else by_hand
    for _ in range(5):
        results = at_once([partial(move, one, other), partial(move, other, one)])
        assert sorted(isinstance(result, Conflict) for result in results) == [False, True]
        with connection.cursor() as cursor:
            # Back to where both stood; the paths of what was moved by hand were never changed.
            cursor.execute(
                "update organisations_unit set parent_id = %s where id = any(%s)", [one.parent_id, [one.pk, other.pk]]
            )
        if way == "service":
            for unit in (one, other):
                services.move_unit(actor=INSTALLER, unit=unit, parent=cast.units["government"], at=moments.now())
