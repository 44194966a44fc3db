"""Two revoke the same mandate at the same moment: one does, the other is told who was faster."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection, transaction

from tests.cast import build_cast
from yimen.ground.identity import services as identity
from yimen.ground.identity.services import MandateOver
from yimen.ground.kit.models import AuditEntry
from yimen.ground.kit.moments import now
from yimen.service.cases.tests.test_mandates import mandated


@pytest.mark.commits
def test_of_two_revocations_at_once_one_is_told_who_was_faster(committed_db: Any) -> None:
    with transaction.atomic():
        cast = build_cast()
    with transaction.atomic():
        mandate = mandated(cast)
    said: list[object] = []
    start = threading.Barrier(2)

    def revoke() -> None:
        start.wait(5)
        try:
            said.append(identity.revoke_mandate(actor=cast.actor("li"), uid=mandate.uid, at=now()).end_kind)
        except MandateOver as over:
            said.append(over)
        finally:
            connection.close()

    threads = [threading.Thread(target=revoke) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(type(each).__name__ for each in said) == ["MandateOver", "str"]
    assert AuditEntry.objects.filter(action="identity.end_mandate").count() == 1
