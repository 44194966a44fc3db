"""Is it alive (`/healthz`), can it work (`/readyz`), how is it doing (`/metrics`)."""

from __future__ import annotations

import hmac
import os
import time
from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from yimen.ground.identity.policies import public
from yimen.ground.kit import keyring
from yimen.house import key_match

REQUESTS = Counter("yimen_requests_total", "Requests answered", ["method", "status"])
SECONDS = Histogram(
    "yimen_request_seconds",
    "Time to answer a request",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}
GAUGES = {
    "yimen_outbox_waiting": ("Deliveries not made yet", "kit_delivery", "state = 'waiting'"),
    "yimen_outbox_parked": ("Deliveries given up until somebody looks", "kit_delivery", "state = 'parked'"),
    "yimen_steps_unsealed": ("Steps that wait for their seal", "matters_unsealed", "true"),
}
"""Numbers read from the database at each scrape: name, help, table, which rows (a partial index, or a short table)."""


class Measure:
    """Outermost middleware: counts every answer and the time it took, whatever stood in its way."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        response = self.get_response(request)
        SECONDS.observe(time.perf_counter() - began)
        REQUESTS.labels(request.method if request.method in METHODS else "other", str(response.status_code)).inc()
        return response


@public
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Asks nothing of the database: a restart would not mend that."""
    return HttpResponse("ok", content_type="text/plain")


@public
@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when a request can be served, else 503 naming what is missing; no detail, since anybody may ask."""
    database = _database_ready()
    parts = {
        "database": database,
        "keys": _keys_ready(with_database=database),
        "files": os.access(settings.CONFIG.var, os.W_OK),
    }
    ready = all(parts.values())
    return JsonResponse({"ready": ready, "parts": parts}, status=200 if ready else 503)


@public
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text, for the machine itself or for who knows YIMEN_METRICS_TOKEN; nobody else learns it exists."""
    if not _may_measure(request):
        return HttpResponse(status=404)
    registry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # prometheus_client types it not
    return HttpResponse(generate_latest(registry) + generate_latest(_from_database()), content_type=CONTENT_TYPE_LATEST)


def _may_measure(request: HttpRequest) -> bool:
    token = settings.CONFIG.metrics_token
    scheme, _, given = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if token:
        return scheme.lower() == "bearer" and hmac.compare_digest(given.encode(), token.encode())
    if any(name in request.META for name in ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")):
        return False  # a proxy on this machine speaks for a stranger
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _database_ready() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("select synthetic from matters_ledgerhead")
            row = cursor.fetchone()
        return row is not None and not (row[0] and settings.CONFIG.mode == "production")
    except DatabaseError:
        return False


def _keys_ready(*, with_database: bool) -> bool:
    """The ring can be read, and where the database answers it is the ring of that database."""
    try:
        keyring.ring().fingerprints()
        return not with_database or next(key_match.quickly(), None) is None
    except (keyring.KeyRingError, OSError, DatabaseError):
        return False


def _from_database() -> CollectorRegistry:
    registry = CollectorRegistry()
    up = Gauge("yimen_database_up", "Whether the database answers", registry=registry)
    try:
        for name, number in counts().items():
            Gauge(name, GAUGES[name][0], registry=registry).set(number)
        up.set(1)
    except DatabaseError:
        up.set(0)
    return registry


def counts() -> dict[str, int]:
    """The numbers of `GAUGES` as they are now, in one query."""
    parts = [f"(select count(*) from {table} where {where})" for _, table, where in GAUGES.values()]  # noqa: S608 (constants above)
    with connection.cursor() as cursor:
        cursor.execute("select " + ", ".join(parts))
        return dict(zip(GAUGES, cursor.fetchone(), strict=True))
