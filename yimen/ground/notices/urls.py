"""Addresses of this module."""

from __future__ import annotations

from django.urls import path

from yimen.ground.notices import views

app_name = "notices"
urlpatterns = [
    path("desk/notices/", views.mine, name="mine"),
    path("my/notices/", views.own, name="own"),
    path("notices/read/", views.read_all, name="read_all"),
]
