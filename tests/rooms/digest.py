"""The public ledger: one digest that was published, the history of Li's case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yimen.ground.kit.moments import now
from yimen.ground.matters import sealing
from yimen.ground.matters.models import LedgerDigest
from yimen.ground.matters.proof import publishing

if TYPE_CHECKING:
    from tests.security.world import World

CEILINGS: dict[str, tuple[str, int]] = {
    "matters:digests": ("li", 6),
    "matters:digest": ("li", 5),
    "matters:digest_text": ("li", 5),
    "matters:history": ("li", 9),
    "matters:verifier": ("li", 3),
    "api:digests": ("li", 3),
    "api:history": ("li", 9),
}
LIST = {"matters:digests"}
OPEN = {
    "matters:digest": "published for everybody; names no matter and nobody",
    "matters:digest_text": "as the page",
}


def arguments(world: World) -> dict[str, dict[str, Any]]:
    """What was sealed so far, published."""
    _publish()
    number = LedgerDigest.objects.order_by("-number").values_list("number", flat=True)[0]
    return {
        "matters:digest": {"number": number}, "matters:digest_text": {"number": number},
        "matters:history": {"code": world.case}, "api:history": {"code": world.case},
    }  # fmt: skip


def more(world: World, count: int) -> None:
    """So many more digests, each over nothing."""
    _publish()
    at = now()
    for _ in range(count):
        last = publishing.newest()
        assert last is not None
        publishing._make(last, (last.last_seal + 1, last.last_seal), last.day, at)


def _publish() -> None:
    while sealing.seal_once():
        pass
    publishing.publish(now(), all_of_it=True)
