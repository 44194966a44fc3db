"""Registers this module with Django, its templates of messages, and its screens with the menus."""

from __future__ import annotations

from django.apps import AppConfig


class MattersConfig(AppConfig):
    """事."""

    name = "yimen.ground.matters"
    label = "matters"
    verbose_name = "事"

    def ready(self) -> None:
        """Running matters move with their department; nobody decides for a colleague what they reviewed; the calendar."""
        from yimen.ground.documents.services import register_footing
        from yimen.ground.matters import conflicts, effects, reassigning
        from yimen.ground.matters.lifecycle import STEP_POINT, register_check
        from yimen.ground.matters.proof.history import footing
        from yimen.ground.matters.watching import register_watcher
        from yimen.ground.organisations.lifecycle import register_participant

        register_participant(
            "matters",
            reassigning.preview,
            reassigning.apply,
            reassigning.undo,
            label="在办的事",
            built_on=reassigning.built_on,
            order=60,
        )
        register_check(STEP_POINT, conflicts.not_both_in_one_hand)
        register_watcher("effects", effects.look, order=10)
        register_footing(footing)
        _calendar()


def _calendar() -> None:
    """Messages about moved dates; the calendar among the administration's pages, the calculator at the foot."""
    from yimen.ground.kit.pages import MenuItem, register_menu
    from yimen.ground.matters.policies import CALENDAR, EFFECTS
    from yimen.ground.matters.telling_moves import DATE_MOVED, DATES_MOVED
    from yimen.ground.notices.rules import register_template

    register_template(DATE_MOVED)
    register_template(DATES_MOVED)
    for place, (label, name, icon) in enumerate(
        (
            ("工作日历", "matters:calendar", "calendar"),
            ("日历变更", "matters:changes", "clock"),
            ("办公时间", "matters:hours", "home"),
        )
    ):
        register_menu("manage", MenuItem(label, name, icon, CALENDAR, group="日历", order=60 + place))
    register_menu("manage", MenuItem("法定后果", "matters:effects", "scale", EFFECTS, group="日历", order=63))
    register_menu("footer", MenuItem("工作日计算器", "matters:workdays", "calendar", order=40))
    register_menu("footer", MenuItem("公开账本", "matters:digests", "lock", order=41))
