"""Addresses of 审批制度改革."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

app_name = "reform"
urlpatterns: list[URLPattern | URLResolver] = []
