"""Addresses of 演练."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

app_name = "drills"
urlpatterns: list[URLPattern | URLResolver] = []
