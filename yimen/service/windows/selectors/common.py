"""Settings, words, centres and sections."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.refusals import Invalid, NotFound
from yimen.ground.organisations import selectors as organisations
from yimen.service.windows import rules
from yimen.service.windows.models import SettingRow, Word

if TYPE_CHECKING:
    from yimen.ground.documents.models import StoredFile
    from yimen.ground.organisations.models import Unit


class NoPlace(Invalid):
    """The actor has no post, or no centre is registered."""

    code = "no_place"


def setting(key: str, centre_id: int | None) -> int:
    """What a centre has set, else the default; raises KeyError for an unknown key."""
    usual = rules.SETTINGS[key].usual
    found = SettingRow.objects.filter(key=key, centre=centre_id or 0).values_list("value", flat=True).first()
    return usual if found is None else found


def settings_of(centre_id: int) -> list[tuple[rules.Setting, int]]:
    """Every setting with its value in force at a centre."""
    rows = dict(SettingRow.objects.filter(centre=centre_id).values_list("key", "value"))
    return [(each, rows.get(each.key, each.usual)) for each in rules.SETTINGS.values()]


def own_unit(actor: Actor) -> Unit:
    """The unit in whose name the actor works; raises `NoPlace` for somebody without a post."""
    if actor.department_id is None:
        raise NoPlace("您现在没有岗位，不能办理。", next_step="请切换到有岗位的身份。")
    return organisations.unit(actor.department_id)


def centre_of(actor: Actor) -> Unit:
    """The centre the actor works for: that of the window or post, of the hall that serves the department, else the main one."""
    if actor.centre_id is not None:
        return organisations.unit(actor.centre_id)
    if actor.department_id is not None:
        hall = organisations.hall_of_department(actor.department_id).centre_id
        if hall is not None:
            return organisations.unit(hall)
    main = organisations.main_centre()
    if main is None:
        raise NoPlace("还没有登记政务服务中心。", next_step="请先在机构树里登记中心。")
    return main


def sections_to_ask(actor: Actor) -> list[tuple[Unit, str]]:
    """The sections (and departments without any) that an actor may ask, each with what it is called in a list.

    At a window those of the departments that the window serves; in a department its own; in a centre all that sit there.
    """
    from yimen.service.windows.lifecycle import ASK

    departments = organisations.departments()
    own: set[int] = set()
    for held in actor.held(ASK):
        match held.scope:
            case "window":
                served = departments.filter(served_at=held.scope_id or actor.window_id or 0)
                own |= set(served.values_list("pk", flat=True))
            case "department":
                own.add(held.scope_id or actor.department_id or 0)
            case _:
                seated = departments.filter(served_at__centre=held.scope_id or actor.centre_id or 0)
                own |= set(seated.values_list("pk", flat=True))
    asked = departments.filter(pk__in=own).order_by("order", "pk")
    sections = list(organisations.sections_in(asked))
    found = []
    for department in asked:
        theirs = [each for each in sections if each.parent_id == department.pk]
        found += [(each, f"{department.short_name or department.name} · {each.name}") for each in theirs]
        found.append((department, f"{department.short_name or department.name}（整个单位）"))
    return found


def words_of(matter_id: int, *, told: bool | None = None) -> Sequence[Word]:
    """What was said in a matter, first to last, with its files; `told` narrows to what whoever asked reads."""
    found = Word.objects.filter(matter=matter_id).prefetch_related("files").order_by("step_seq")
    return list(found if told is None else found.filter(told=told))


def file_of(matter_id: int, uid: UUID) -> StoredFile:
    """A file handed in with a word of this matter; raises `NotFound`."""
    links = Word.files.through._default_manager.filter(word__matter=matter_id, storedfile__uid=uid)
    found: StoredFile | None = next((each.storedfile for each in links.select_related("storedfile")[:1]), None)
    if found is None:
        raise NotFound("这件事没有这个附件。", next_step="请回到页面，从附件清单打开。")
    return found
