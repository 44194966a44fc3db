"""What a request asks: who, which day, which departments."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from django.http import HttpRequest, QueryDict

from yimen.ground.identity.policies import actor_of as actor_of
from yimen.ground.kit import moments
from yimen.ground.kit.paging import Page
from yimen.service.reform import policies, selectors
from yimen.service.reform.forms import departments

Row = TypeVar("Row")
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 1, 1)


def today() -> date:
    """The day of the request."""
    return moments.day_of(moments.now())


def day_in(asked: QueryDict, name: str, usual: date) -> date:
    """A day of the address; what is none, or lies far away, means the usual one."""
    try:
        found = date.fromisoformat(asked.get(name, "")[:10])
    except ValueError:
        return usual
    return found if FIRST_DAY <= found <= LAST_DAY else usual


def number_in(asked: QueryDict, name: str) -> int | None:
    """A number of the address, None for anything else."""
    text = asked.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def text_in(asked: QueryDict, name: str, longest: int = 60) -> str:
    """A text of the address as it can be looked for."""
    text = "".join(sign for sign in asked.get(name, "")[:longest] if sign.isprintable())
    return text.strip()


def word_in(asked: QueryDict, name: str, known: Any) -> str:
    """A word of the address, "" where it is none of the known ones."""
    word = asked.get(name, "")
    return word if word in known else ""


def uid_in(asked: QueryDict, name: str) -> str:
    """A uid of the address, "" where it is none."""
    try:
        return str(UUID(asked.get(name, "")))
    except ValueError:
        return ""


def numbers_in(asked: QueryDict, name: str) -> list[int]:
    """Chosen rows of a posted list."""
    return [int(text) for text in asked.getlist(name)[:5000] if text.isascii() and text.isdigit() and len(text) < 16]


def asked_of(request: HttpRequest, *codes: str) -> selectors.Asked:
    """What a report is asked for, no wider than the actor may see. Without a span: this year until today."""
    asked, on = request.GET, today()
    reach = policies.departments(actor_of(request), *(codes or (policies.VIEW,)))
    chosen = number_in(asked, "department")
    if chosen is not None:
        reach = [chosen] if reach is None or chosen in reach else []
    until = day_in(asked, "until", on)
    since = day_in(asked, "since", date(until.year, 1, 1))
    if since > until:
        since, until = until, since
    return selectors.Asked(day_in(asked, "day", on), reach, since, until, text_in(asked, "by", 20), uid_in(asked, "of"))


def choosable(request: HttpRequest, *codes: str) -> list[tuple[int, str]]:
    """The departments that the actor may narrow a list to."""
    reach = policies.departments(actor_of(request), *(codes or (policies.VIEW,)))
    found = departments()
    if reach is not None:
        found = found.filter(pk__in=reach)
    return list(found.values_list("pk", "short_name"))


def page_of(find: Callable[..., list[Row]], asked: QueryDict, key: Callable[[Row], int], size: int = 50) -> Page[Row]:
    """A page of rows read by id: `find(after=…, before=…, most=…)` gives them in order."""
    before, after = number_in(asked, "before") or 0, number_in(asked, "after") or 0
    if before and not after:
        found = find(before=before, most=size + 1)
        if found:
            shown = found[-size:]
            return Page(shown, str(key(shown[0])) if len(found) > size else "", str(key(shown[-1])))
    found = find(after=after, most=size + 1)
    shown = found[:size]
    return Page(shown, str(key(shown[0])) if after and shown else "", str(key(shown[-1])) if len(found) > size else "")
