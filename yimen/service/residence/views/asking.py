"""What every view here asks of its request."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

from yimen.ground.identity.policies import actor_of as actor_of
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import moments
from yimen.ground.kit.refusals import NotFound
from yimen.ground.organisations import selectors as organisations
from yimen.service.residence import policies

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit

LARGEST = 18


def number(text: str) -> int | None:
    """A key from the address, or None for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < LARGEST else None


def word(text: str, most: int = 60) -> str:
    """Search words."""
    return "".join(letter for letter in text[:most] if letter.isprintable()).strip()


def day_asked(request: HttpRequest, name: str = "on") -> date:
    """A day from the address; today for none or an unreadable one."""
    text = request.GET.get(name, "")
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        day = date.min
    return day if 1990 <= day.year <= 2199 else moments.day_of(moments.now())


def department_asked(actor: Actor, pk: int, *codes: str) -> Unit:
    """A department for which the actor holds one of the codes; raises `NotFound`."""
    units = organisations.departments().select_related("division")
    within = policies.departments(actor, *(codes or policies.STAFF))
    if within is not None:
        units = units.filter(within)
    found = units.filter(pk=pk).first()
    if found is None:
        raise NotFound("没有这个部门，或它不在您的管理范围内。", next_step="请从三集中报告进入。")
    return found


def department_choices(actor: Actor, *codes: str) -> list[tuple[int, str]]:
    """The departments of the actor's scope for a filter."""
    units = organisations.departments()
    within = policies.departments(actor, *(codes or policies.STAFF))
    if within is not None:
        units = units.filter(within)
    return list(units.order_by("order", "pk").values_list("pk", "short_name"))


def kept(request: HttpRequest, *names: str) -> dict[str, Any]:
    """What of the question is kept in links to the same list."""
    return {name: request.GET[name][:100] for name in names if request.GET.get(name)}
