"""Addresses of 进驻管理."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

app_name = "residence"
urlpatterns: list[URLPattern | URLResolver] = []
