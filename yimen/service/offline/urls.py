"""Addresses of the offline window. The worker's scope is `/desk/offline/`; it answers for the page itself and nothing below."""

from __future__ import annotations

from django.urls import URLPattern, path

from yimen.service.offline.views import manage, page, public, receipts

app_name = "offline"

urlpatterns: list[URLPattern] = [
    path("offline/verify/", public.verify, name="verify"),
    path("desk/offline/", page.shell, name="shell"),
    path("desk/offline/worker.js", page.worker, name="worker"),
    path("desk/offline/state/", page.state, name="state"),
    path("desk/offline/items/", page.items, name="items"),
    path("desk/offline/enrol/", page.enrol, name="enrol"),
    path("desk/offline/sync/", page.sync, name="sync"),
    path("desk/offline/receipts/", receipts.receipts, name="receipts"),
    path("desk/offline/receipts/<str:number>/", receipts.receipt, name="receipt"),
    path("desk/offline/receipts/<str:number>/correct/", receipts.correct, name="correct"),
    path("desk/offline/receipts/<str:number>/confirm/", receipts.confirm, name="confirm"),
    path("desk/offline/receipts/<str:number>/end/<slug:action>/", receipts.end, name="end"),
    path("manage/offline/", manage.devices, name="devices"),
    path("manage/offline/outages/", manage.outages, name="outages"),
    path("manage/offline/settings/", manage.settings, name="settings"),
    path("manage/offline/faults/<uuid:uid>/", manage.settle_fault, name="fault"),
    path("manage/offline/<uuid:uid>/", manage.device, name="device"),
    path("manage/offline/<uuid:uid>/end/<slug:action>/", manage.end_device, name="end_device"),
    path("manage/offline/<uuid:uid>/blocks/<int:block_id>/close/", manage.close_block, name="close_block"),
]
