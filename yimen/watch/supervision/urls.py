"""Addresses of 电子监察."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from yimen.watch.supervision.views import board, cockpit

app_name = "supervision"
urlpatterns: list[URLPattern | URLResolver] = [
    path("desk/watch/", board.board, name="board"),
    path("desk/watch/matters/", board.matters_behind, name="matters"),
    path("desk/watch/cockpit/", cockpit.cockpit, name="cockpit"),
]
