"""Registers this module with Django."""

from __future__ import annotations

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """文书与档案."""

    name = "yimen.ground.documents"
    label = "documents"
    verbose_name = "文书与档案"
