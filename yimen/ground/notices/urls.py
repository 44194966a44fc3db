"""Addresses of this module."""

from __future__ import annotations

from django.urls import path

from yimen.ground.notices import keeping_views, views

app_name = "notices"
urlpatterns = [
    path("desk/notices/", views.mine, name="mine"),
    path("my/notices/", views.own, name="own"),
    path("notices/read/", views.read_all, name="read_all"),
    path("notices/receipts/<slug:channel>/", views.receipts, name="receipts"),
    path("my/notices/settings/", views.settings_page, name="settings"),
    path("my/notices/devices/<int:device>/remove/", views.remove_device, name="remove_device"),
    path("manage/messages/", keeping_views.listing, name="messages"),
    path("manage/messages/templates/", keeping_views.templates, name="templates"),
    path("manage/messages/templates/<str:code>/", keeping_views.template, name="template"),
    path("manage/messages/opt-outs/", keeping_views.opt_outs, name="opt_outs"),
    path("manage/messages/opt-outs/<int:number>/end/", keeping_views.opt_in, name="opt_in"),
    path("manage/messages/<int:sending>/", keeping_views.sending, name="sending"),
    path("manage/messages/<int:sending>/again/", keeping_views.again, name="again"),
]
