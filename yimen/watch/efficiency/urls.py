"""Addresses of 效能监督."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

app_name = "efficiency"
urlpatterns: list[URLPattern | URLResolver] = []
