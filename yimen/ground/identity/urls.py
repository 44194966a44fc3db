"""Addresses of identity."""

from __future__ import annotations

from django.urls import path

from yimen.ground.identity.views import account, acting, consoles, doors, enterprises, second_factor

app_name = "identity"
urlpatterns = [
    path("register/", doors.register, name="register"),
    path("sign-in/", doors.citizen_sign_in, name="sign_in"),
    path("staff/sign-in/", doors.staff_sign_in, name="staff_sign_in"),
    path("staff/sign-in/second/", second_factor.prove, name="prove_factor"),
    path("staff/sign-in/bind/", second_factor.bind_at_the_door, name="bind_factor_at_the_door"),
    path("my/second-factor/", second_factor.show, name="second_factor"),
    path("my/second-factor/bind/", second_factor.bind, name="bind_factor"),
    path("my/second-factor/again/", second_factor.again, name="prove_again"),
    path("my/second-factor/codes/", second_factor.renew_codes, name="renew_codes"),
    path("sign-out/", doors.sign_out, name="sign_out"),
    path("sign-in/code/", doors.use_code, name="use_code"),
    path("sign-in/forgotten/", doors.forgotten, name="forgotten"),
    path("my/account/", account.show, name="account"),
    path("my/account/reveal/", account.reveal, name="reveal"),
    path("my/account/contact/", account.contact, name="contact"),
    path("my/account/password/", account.password, name="password"),
    path("my/account/close/", account.close, name="close"),
    path("my/account/sessions/<uuid:uid>/end/", account.end_session, name="end_session"),
    path("my/acting/", acting.acting, name="acting"),
    path("my/acting/self/", acting.act_as_oneself, name="act_as_oneself"),
    path("my/acting/join/", acting.join, name="join"),
    path("my/acting/leave/<uuid:uid>/", acting.leave, name="leave"),
    path("my/acting/<slug:kind>/<uuid:uid>/", acting.act_for, name="act_for"),
    path("my/enterprise/", enterprises.people, name="enterprise"),
    path("my/enterprise/invite/", enterprises.invite, name="invite"),
    path("my/enterprise/invitations/<uuid:uid>/withdraw/", enterprises.withdraw, name="invitation_withdraw"),
    path("my/enterprise/members/<uuid:uid>/role/", enterprises.role, name="member_role"),
    path("my/enterprise/members/<uuid:uid>/remove/", enterprises.remove, name="member_remove"),
    path("my/enterprise/representative/", enterprises.representative, name="representative"),
    path("my/enterprise/representative/<uuid:uid>/drop/", enterprises.drop_representative, name="representative_drop"),
    path("desk/representative/", enterprises.verify_representative, name="verify_representative"),
    path("manage/security/", consoles.security, name="security"),
    path("manage/security/<str:kind>/", consoles.set_profile, name="set_profile"),
    path("manage/audit/", consoles.audit_list, name="audit"),
    path("manage/audit/export/", consoles.audit_export, name="audit_export"),
]
