"""Settings, units, words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.refusals import Invalid, NotFound
from yimen.ground.organisations import selectors as organisations
from yimen.watch.efficiency import rules
from yimen.watch.efficiency.models import SettingRow, Word

if TYPE_CHECKING:
    from yimen.ground.documents.models import StoredFile
    from yimen.ground.organisations.models import Unit


class NoSupervision(Invalid):
    """No organ of supervision is registered."""

    code = "no_supervision"


def setting(key: str) -> int:
    """What the place has set, else the default; raises KeyError for an unknown key."""
    usual = rules.SETTINGS[key].usual
    found = SettingRow.objects.filter(pk=key).values_list("value", flat=True).first()
    return usual if found is None else found


def settings_shown() -> list[tuple[rules.Setting, int]]:
    """Every setting with its value in force."""
    rows = dict(SettingRow.objects.values_list("key", "value"))
    return [(each, rows.get(each.key, each.usual)) for each in rules.SETTINGS.values()]


def complaint_unit(accused: Unit | None = None) -> Unit:
    """Where complaints are handled: the organ with a post of supervision (R236), never the accused or what lies below it.

    Is the organ itself accused, the one above it handles. Raises `NoSupervision`.
    """
    of_duty = organisations.units().filter(posts__duty="supervisor", posts__abolished_on__isnull=True)
    for each in of_duty.select_related("parent", "division").distinct():
        unit = organisations.department_of(each)
        if accused is None or not unit.path.startswith(accused.path):
            return unit
    for above in reversed(organisations.ancestors(accused)) if accused is not None else []:
        return above
    raise NoSupervision("还没有登记效能监督机构。", next_step="请系统管理员在机构树里登记监察机构，并设置监察岗。")


def own_unit(actor: Actor) -> Unit:
    """The unit in whose name the actor works; for the system the organ of supervision. Raises `NoSupervision`."""
    if actor.kind == "system":
        return complaint_unit()
    if actor.department_id is None:
        raise NoSupervision("您现在没有岗位，不能代表单位办理。", next_step="请切换到有岗位的身份。")
    return organisations.unit(actor.department_id)


def centre_phone() -> str:
    """The telephone of the complaint centre; empty before there is one."""
    try:
        return complaint_unit().phone
    except NoSupervision:
        return ""


def words_of(matter_id: int, *, told: bool | None = None) -> Sequence[Word]:
    """What was said in a matter, first to last, with its files; `told` narrows to what the complainant reads."""
    found = Word.objects.filter(matter=matter_id).prefetch_related("files").order_by("step_seq")
    return list(found if told is None else found.filter(told=told))


def file_of(matter_id: int, uid: UUID) -> StoredFile:
    """A file handed in with a word of this matter; raises `NotFound`."""
    links = Word.files.through._default_manager.filter(word__matter=matter_id, storedfile__uid=uid)
    found: StoredFile | None = next((each.storedfile for each in links.select_related("storedfile")[:1]), None)
    if found is None:
        raise NotFound("这件事没有这个附件。", next_step="请回到页面，从附件清单打开。")
    return found
