"""Registers this module with Django."""

from __future__ import annotations

from django.apps import AppConfig


class CalendarConfig(AppConfig):
    """工作日历."""

    name = "yimen.ground.calendar"
    label = "calendar"
    verbose_name = "工作日历"
