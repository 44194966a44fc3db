"""Addresses of results and parcels."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from yimen.service.delivery.views import cabinets, figures, own, parcels, results

app_name = "delivery"

urlpatterns: list[URLPattern | URLResolver] = [
    path("delivery/courier/notices/", parcels.courier_notice, name="courier_notice"),
    path("cabinet/<uuid:uid>/", cabinets.cabinet, name="cabinet"),
    path("my/results/<uuid:uid>/", own.own_result, name="own_result"),
    path("my/results/<uuid:uid>/mail/", own.own_mail, name="own_mail"),
    path("my/results/<uuid:uid>/window/", own.own_window, name="own_window"),
    path("my/results/<uuid:uid>/code/", own.own_code, name="own_code"),
    path("my/parcels/<uuid:uid>/", own.own_parcel, name="own_parcel"),
    path("my/matters/<str:code>/collect/", own.own_collect, name="own_collect"),
    path("desk/results/", results.results, name="results"),
    path("desk/results/<uuid:uid>/", results.result, name="result"),
    path("desk/results/<uuid:uid>/shelve/", results.shelve, name="shelve"),
    path("desk/results/<uuid:uid>/code/", results.new_code, name="new_code"),
    path("desk/results/<uuid:uid>/way/", results.way, name="way"),
    path("desk/results/<uuid:uid>/send/", results.send, name="send"),
    path("desk/results/<uuid:uid>/signature/", results.signature, name="signature"),
    path("desk/parcels/", parcels.parcels, name="parcels"),
    path("desk/parcels/<uuid:uid>/", parcels.parcel, name="parcel"),
    path("desk/parcels/<uuid:uid>/<slug:action>/", parcels.parcel_act, name="parcel_act"),
    path("desk/courier-notices/<int:number>/", parcels.close_notice, name="close_notice"),
    path("desk/delivery-report/", figures.report, name="report"),
    path("manage/cabinets/", cabinets.cabinets, name="cabinets"),
    path("manage/cabinets/new/", cabinets.new_cabinet, name="new_cabinet"),
    path("manage/cabinets/<uuid:uid>/end/", cabinets.end_cabinet, name="end_cabinet"),
]
