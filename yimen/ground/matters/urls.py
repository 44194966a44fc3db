"""Addresses of this module."""

from __future__ import annotations

from django.urls import path

from yimen.ground.matters.views import calculator, calendar, effects, hours, proof

app_name = "matters"
urlpatterns = [
    path("workdays/", calculator.workdays, name="workdays"),
    path("ledger/", proof.digests, name="digests"),
    path("ledger/verifier/", proof.verifier, name="verifier"),
    path("ledger/of/<str:code>/", proof.history, name="history"),
    path("ledger/<int:number>/", proof.digest, name="digest"),
    path("ledger/<int:number>/text/", proof.digest_text, name="digest_text"),
    path("manage/calendar/", calendar.year, name="calendar"),
    path("manage/calendar/register/", calendar.register, name="register_notice"),
    path("manage/calendar/closure/", calendar.closure, name="register_closure"),
    path("manage/calendar/changes/", calendar.changes, name="changes"),
    path("manage/calendar/changes/<uuid:uid>/", calendar.change, name="change"),
    path("manage/calendar/changes/<uuid:uid>/act/", calendar.act, name="change_act"),
    path("manage/calendar/changes/<uuid:uid>/moved/", calendar.moved_export, name="moved_export"),
    path("manage/effects/", effects.rules, name="effects"),
    path("manage/effects/came/", effects.came, name="effects_came"),
    path("manage/effects/<slug:code>/", effects.rule, name="effect"),
    path("manage/calendar/hours/", hours.hours, name="hours"),
    path("manage/calendar/hours/<int:centre>/", hours.week, name="week"),
    path("manage/calendar/hours/<int:centre>/exception/", hours.add_exception, name="add_exception"),
    path("manage/calendar/hours/exceptions/<int:exception>/end/", hours.end_exception, name="end_exception"),
]
