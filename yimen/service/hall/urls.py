"""Addresses of the hall. Those of the public and of devices stand under `/queue/`, where the devices' token is sent."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from yimen.service.hall.views import arriving, booking, caller, kiosk, manage, public, screens, slots, testing, tickets

app_name = "hall"

_public: list[URLPattern | URLResolver] = [
    path("queue/", public.halls, name="halls"),
    path("queue/device/", manage.enrol, name="enrol"),
    path("queue/device/test/", testing.self_test, name="self_test"),
    path("queue/tickets/<uuid:uid>/", public.ticket, name="ticket"),
    path("queue/tickets/<uuid:uid>/place/", public.place, name="place"),
    path("queue/tickets/<uuid:uid>/withdraw/", public.withdraw, name="withdraw"),
    path("queue/bookings/", booking.my_bookings, name="my_bookings"),
    path("queue/bookings/<uuid:uid>/", booking.my_booking, name="my_booking"),
    path("queue/bookings/<uuid:uid>/<slug:action>/", booking.booking_act, name="booking_act"),
    path("queue/bans/<int:ban_id>/appeal/", booking.appeal, name="appeal"),
    path("queue/<slug:slug>/", public.hall, name="hall"),
    path("queue/<slug:slug>/book/", booking.book, name="book"),
    path("queue/<slug:slug>/arrive/", arriving.arrive, name="arrive"),
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
    path("desk/bookings/", slots.bookings, name="bookings"),
    path("desk/bookings/<uuid:uid>/arrive/", slots.receive, name="receive"),
    path("desk/tickets/", tickets.tickets, name="tickets"),
    path("desk/tickets/<uuid:uid>/", tickets.ticket, name="desk_ticket"),
    path("desk/tickets/<uuid:uid>/<slug:action>/", tickets.ticket_act, name="ticket_act"),
]

_manage: list[URLPattern | URLResolver] = [
    path("manage/halls/", manage.set_up, name="set_up"),
    path("manage/halls/new/", manage.new_hall, name="new_hall"),
    path("manage/halls/figures/", tickets.figures, name="figures"),
    path("manage/halls/bans/", slots.bans, name="bans"),
    path("manage/halls/bans/<int:ban_id>/", slots.ban, name="ban"),
    path("manage/halls/<int:hall_id>/slots/", slots.plans, name="plans"),
    path("manage/halls/<int:hall_id>/slots/new/", slots.new_plan, name="new_plan"),
    path("manage/halls/<int:hall_id>/slots/<int:plan_id>/", slots.change_plan, name="change_plan"),
    path("manage/halls/<int:hall_id>/blackouts/<int:blackout_id>/end/", slots.end_blackout, name="end_blackout"),
    path("manage/halls/<int:hall_id>/", manage.change_hall, name="change_hall"),
    path("manage/halls/<int:hall_id>/groups/new/", manage.new_group, name="new_group"),
    path("manage/halls/<int:hall_id>/groups/<int:group_id>/", manage.change_group, name="change_group"),
    path("manage/halls/<int:hall_id>/devices/", manage.hall_devices, name="devices"),
    path("manage/halls/<int:hall_id>/devices/<uuid:uid>/<slug:action>/", manage.device_act, name="device_act"),
]

urlpatterns: list[URLPattern | URLResolver] = [*_public, *_desk, *_manage]
