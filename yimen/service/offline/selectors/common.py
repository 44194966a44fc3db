"""What a centre has set."""

from __future__ import annotations

from yimen.service.offline import rules
from yimen.service.offline.models import SettingRow


def setting(key: str, centre_id: int | None) -> int:
    """What a centre has set, else the default; raises KeyError for an unknown key."""
    usual = rules.SETTINGS[key].usual
    found = SettingRow.objects.filter(key=key, centre=centre_id or 0).values_list("value", flat=True).first()
    return usual if found is None else found


def settings_of(centre_id: int) -> list[tuple[rules.Setting, int]]:
    """Every setting with its value in force at a centre."""
    rows = dict(SettingRow.objects.filter(centre=centre_id).values_list("key", "value"))
    return [(each, rows.get(each.key, each.usual)) for each in rules.SETTINGS.values()]
