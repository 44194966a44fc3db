"""Addresses of 协调督促."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

app_name = "coordination"
urlpatterns: list[URLPattern | URLResolver] = []
