"""Addresses of this module."""

from __future__ import annotations

from django.urls import path

from yimen.ground.documents import views

app_name = "documents"
urlpatterns = [
    path("verify/", views.ask, name="ask"),
    path("verify/<str:code>", views.verify, name="verify"),
]
