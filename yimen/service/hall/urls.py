"""Addresses of the hall. Those of the public and of devices stand under `/queue/`, where the devices' token is sent."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from yimen.service.hall.views import caller, kiosk, manage, public, screens, tickets

app_name = "hall"

_public: list[URLPattern | URLResolver] = [
    path("queue/", public.halls, name="halls"),
    path("queue/device/", manage.enrol, name="enrol"),
    path("queue/tickets/<uuid:uid>/", public.ticket, name="ticket"),
    path("queue/tickets/<uuid:uid>/place/", public.place, name="place"),
    path("queue/tickets/<uuid:uid>/withdraw/", public.withdraw, name="withdraw"),
    path("queue/<slug:slug>/", public.hall, name="hall"),
    path("queue/<slug:slug>/kiosk/", kiosk.kiosk, name="kiosk"),
    path("queue/<slug:slug>/kiosk/<uuid:uid>/", kiosk.slip, name="slip"),
    path("queue/<slug:slug>/kiosk/<uuid:uid>/printed/", kiosk.printed, name="printed"),
    path("queue/<slug:slug>/screen/", screens.screen, name="screen"),
    path("queue/<slug:slug>/screen/<str:number>/", screens.window_screen, name="window_screen"),
    path("queue/<slug:slug>/calls/", screens.calls, name="calls"),
    path("queue/<slug:slug>/live/", screens.live_ticket, name="live_ticket"),
]

_desk: list[URLPattern | URLResolver] = [
    path("desk/caller/", caller.caller, name="caller"),
    path("desk/caller/tickets/<uuid:uid>/<slug:action>/", caller.act, name="act"),
    path("desk/caller/<slug:action>/", caller.press, name="press"),
    path("desk/tickets/", tickets.tickets, name="tickets"),
    path("desk/tickets/<uuid:uid>/", tickets.ticket, name="desk_ticket"),
    path("desk/tickets/<uuid:uid>/<slug:action>/", tickets.ticket_act, name="ticket_act"),
]

_manage: list[URLPattern | URLResolver] = [
    path("manage/halls/", manage.set_up, name="set_up"),
    path("manage/halls/new/", manage.new_hall, name="new_hall"),
    path("manage/halls/figures/", tickets.figures, name="figures"),
    path("manage/halls/<int:hall_id>/", manage.change_hall, name="change_hall"),
    path("manage/halls/<int:hall_id>/groups/new/", manage.new_group, name="new_group"),
    path("manage/halls/<int:hall_id>/groups/<int:group_id>/", manage.change_group, name="change_group"),
    path("manage/halls/<int:hall_id>/devices/", manage.hall_devices, name="devices"),
    path("manage/halls/<int:hall_id>/devices/<uuid:uid>/<slug:action>/", manage.device_act, name="device_act"),
]

urlpatterns: list[URLPattern | URLResolver] = [*_public, *_desk, *_manage]
