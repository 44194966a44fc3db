"""The door of the live process: a ticket for the topics that the signed-in person may hear."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from yimen.ground.identity.policies import actor_of, signed_in
from yimen.ground.kit import live, ratelimit

TICKETS_AT_ONCE, TICKETS_A_SECOND = 40, 0.5
"""For one person: some open pages, each of which comes back every few minutes, and a morning on which the network is bad."""


@signed_in
@never_cache
@require_safe
def ticket(request: HttpRequest) -> JsonResponse:
    """`?topics=a.b,c.d` → `{"url": where to listen, with the ticket; "" where nothing is to be heard}`."""
    actor = actor_of(request)
    ratelimit.limit(f"live:{actor.uid}", capacity=TICKETS_AT_ONCE, per_second=TICKETS_A_SECOND)
    names = [name for name in request.GET.get("topics", "").split(",") if name]
    bearing = live.issue_ticket(names, actor)
    address = live.stream_address(request)
    return JsonResponse({"url": f"{address}?ticket={bearing}" if address else ""})
