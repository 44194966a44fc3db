"""Registers this module with Django."""

from __future__ import annotations

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """文书与档案."""

    name = "yimen.ground.documents"
    label = "documents"
    verbose_name = "文书与档案"

    def ready(self) -> None:
        """Say what the audit's codes of this module mean."""
        from yimen.ground.identity.policies import name_actions

        name_actions({"documents.void_letter": "作废文书"})
