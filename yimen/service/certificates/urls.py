"""Addresses of certificates."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from yimen.service.certificates.views import acts, own, register, types, verifying

app_name = "certificates"

urlpatterns: list[URLPattern | URLResolver] = [
    path("verify/certificate/", verifying.ask, name="ask"),
    path("verify/certificate/file/", verifying.check, name="check"),
    path("verify/certificate/<str:code>", verifying.verify, name="verify"),
    path("my/certificates/", own.own, name="own"),
    path("my/certificates/<uuid:uid>/", own.own_certificate, name="own_certificate"),
    path("my/certificates/<uuid:uid>/file.<slug:form>", own.own_file, name="own_file"),
    path("desk/certificates/", register.register, name="register"),
    path("desk/certificates/new/", acts.draw_up, name="draw_up"),
    path("desk/certificates/<uuid:uid>/", register.certificate, name="certificate"),
    path("desk/certificates/<uuid:uid>/file.<slug:form>", register.certificate_file, name="file"),
    path("desk/certificates/<uuid:uid>/print/", acts.print_copy, name="print"),
    path("desk/certificates/<uuid:uid>/<slug:action>/", acts.act, name="act"),
    path("manage/certificate-types/", types.types, name="types"),
    path("manage/certificate-types/new/", types.new_type, name="new_type"),
    path("manage/certificate-types/<uuid:uid>/", types.change_type, name="change_type"),
    path("manage/certificate-types/<uuid:uid>/end/", types.end_type, name="end_type"),
    path("manage/certificate-types/<uuid:uid>/sample/", types.sample, name="sample"),
]
