"""Registers this module with Django."""

from __future__ import annotations

from django.apps import AppConfig


class CertificatesConfig(AppConfig):
    """证照."""

    name = "yimen.service.certificates"
    label = "certificates"
    verbose_name = "证照"

    def ready(self) -> None:
        """Put the screens into the menus and speak on the pages of cases."""
        from yimen.service.certificates import menu, parts
        from yimen.service.certificates.services import sparing

        menu.register()
        parts.register()
        sparing.register()
