"""Addresses of identity."""

from __future__ import annotations

from django.urls import path

from yimen.ground.identity.views import account, consoles, doors

app_name = "identity"
urlpatterns = [
    path("register/", doors.register, name="register"),
    path("sign-in/", doors.citizen_sign_in, name="sign_in"),
    path("staff/sign-in/", doors.staff_sign_in, name="staff_sign_in"),
    path("sign-out/", doors.sign_out, name="sign_out"),
    path("sign-in/code/", doors.use_code, name="use_code"),
    path("sign-in/forgotten/", doors.forgotten, name="forgotten"),
    path("my/account/", account.show, name="account"),
    path("my/account/reveal/", account.reveal, name="reveal"),
    path("my/account/contact/", account.contact, name="contact"),
    path("my/account/password/", account.password, name="password"),
    path("my/account/close/", account.close, name="close"),
    path("my/account/sessions/<uuid:uid>/end/", account.end_session, name="end_session"),
    path("manage/security/", consoles.security, name="security"),
    path("manage/security/<str:kind>/", consoles.set_profile, name="set_profile"),
    path("manage/audit/", consoles.audit_list, name="audit"),
    path("manage/audit/export/", consoles.audit_export, name="audit_export"),
]
