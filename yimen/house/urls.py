"""Every address of the site, composed from the modules."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from yimen.ground.identity.policies import name_actions
from yimen.house import api, health, live_page, operations_page

name_actions({"house.demo": "装入演示县", "house.simulate": "生成模拟办件"})

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
    path("api/v1/", api.urls()),
    path("live/ticket/", live_page.ticket, name="live_ticket"),
    path("", include((operations_page.urlpatterns, operations_page.app_name))),
    path("", include("yimen.service.cases.urls")),
    path("", include("yimen.service.catalogue.urls")),
    path("", include("yimen.service.fees.urls")),
    path("", include("yimen.service.reform.urls")),
    path("", include("yimen.service.residence.urls")),
    path("", include("yimen.service.windows.urls")),
    path("", include("yimen.service.offline.urls")),
    path("", include("yimen.service.certificates.urls")),
    path("", include("yimen.service.delivery.urls")),
    path("", include("yimen.service.coordination.urls")),
    path("", include("yimen.service.scrutiny.urls")),
    path("", include("yimen.service.hall.urls")),
    path("", include("yimen.watch.supervision.urls")),
    path("", include("yimen.watch.efficiency.urls")),
    path("", include("yimen.watch.drills.urls")),
    path("", include("yimen.edge.web.urls")),
    path("", include("yimen.ground.identity.urls")),
    path("", include("yimen.ground.organisations.urls")),
    path("", include("yimen.ground.documents.urls")),
    path("", include("yimen.ground.notices.urls")),
    path("", include("yimen.ground.matters.urls")),
]
handler400 = "yimen.ground.kit.errors.bad_request"
handler403 = "yimen.ground.kit.errors.permission_denied"
handler404 = "yimen.ground.kit.errors.not_found"
handler500 = "yimen.ground.kit.errors.server_error"
