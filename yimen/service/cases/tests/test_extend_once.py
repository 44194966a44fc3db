"""Of two extensions at once one stands: the limit is extended once (art. 42)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import Cast
from yimen.ground.kit.moments import now
from yimen.service.cases import services
from yimen.service.cases.services import letters
from yimen.service.cases.services.review import AlreadyExtended
from yimen.service.cases.tests.stage import accepted

pytestmark = pytest.mark.django_db
ISSUE = "yimen.service.cases.services.review.issue"


def test_what_another_extends_in_the_meantime_is_seen(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    code, at = accepted(cast), now()

    def extend(days: int) -> None:
        services.extend_limit(code=code, days=days, reason="疑难", actor=cast.actor("he"), at=at)

    def meanwhile(*said: Any, **facts: Any) -> Any:
        """Between the first one's look at the case and its step, a second one extends."""
        monkeypatch.setattr(ISSUE, letters.issue)
        extend(3)
        return letters.issue(*said, **facts)

    monkeypatch.setattr(ISSUE, meanwhile)
    with pytest.raises(AlreadyExtended):
        extend(10)
