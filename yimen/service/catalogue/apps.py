"""Registers this module with Django."""

from __future__ import annotations

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    """事项目录."""

    name = "yimen.service.catalogue"
    label = "catalogue"
    verbose_name = "事项目录"
