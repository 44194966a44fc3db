"""Addresses of the applicant: apply, my matters, public query, letters."""

from __future__ import annotations

from django.urls import URLPattern

public_urls: list[URLPattern] = []
