"""Every address of the site, composed from the modules."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from yimen.house import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
]
