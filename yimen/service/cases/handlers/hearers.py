"""Who hears what follows a fact about a case, and how each is told once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from yimen.ground.identity.selectors import acts_still
from yimen.ground.kit.moments import day_of, now
from yimen.ground.matters.selectors import behalf_of, takers
from yimen.ground.notices.services import notify_account, notify_party
from yimen.ground.organisations.selectors import Place, escalation, holders
from yimen.service.cases import rules
from yimen.service.cases.models import Case
from yimen.service.catalogue.rules.powers import power_by

if TYPE_CHECKING:
    from yimen.ground.matters.models import Matter


def tell_applicant(code: str, key: str, subject: str, body: str, template: str) -> None:
    """The applicant of this case, and whoever acts for him with a mandate that still stands; `{item}` and `{number}` are filled."""
    case = Case.objects.select_related("matter").get(matter__code=code)
    if case.matter.applicant_id is None:
        return
    power = power_by(case.matter.procedure)
    facts = {"item": case.matter.title, "number": rules.short_code(code)}
    subject, body = power.say(subject), power.say(body).format(**facts)
    notify_party(
        key=key, party_id=case.matter.applicant_id, subject=subject, body=body, link=f"/my/matters/{code}/",
        template=template, facts=facts,
    )  # fmt: skip
    behalf = behalf_of(case.matter_id)
    if behalf is not None and acts_still(behalf.account_id, case.matter.applicant_id, behalf.number, day_of(now())):
        whose = f"（代{case.matter.applicant_name[:30]}）"
        notify_account(
            key=f"{key}:agent", account_id=behalf.account_id, subject=subject + whose,
            body=body.replace("您申请的", f"您代{case.matter.applicant_name}申请的"), link="/my/acting/",
        )  # fmt: skip


def tell_each(accounts: Iterable[int | None], key: str, subject: str, body: str, link: str) -> None:
    """Each of these once, whoever is named twice too; a post that nobody holds (`None`) hears nothing."""
    for account in dict.fromkeys(each for each in accounts if each):
        notify_account(key=f"{key}:{account}", account_id=account, subject=subject[:200], body=body, link=link)


def tell_workers(code: str, key: str, subject: str, body: str, at: datetime, *, above: str = "") -> None:
    """The workers of a case that is still open, and the chain above them up to a rung where one is named."""
    matter = Case.objects.select_related("matter__department").get(matter__code=code).matter
    if matter.closed_at is not None:
        return
    told = [*workers(matter, at), *(chain(matter, above, at) if above else ())]
    body = body.format(item=matter.title, number=rules.short_code(code))
    tell_each(told, key, subject, body, desk_page(code))


def workers(matter: Matter, at: datetime) -> list[int]:
    """Who has it, or who could take it."""
    if matter.person_id is not None:
        return [matter.person_id]
    return [each.account_id for each in takers(matter, day_of(at))]


def chain(matter: Matter, above: str, at: datetime) -> list[int | None]:
    """The responsibility chain over its department (R011) up to this rung."""
    return [each.account_id for each in escalation(matter.department, above, day_of(at)).told]


def holders_of(matter: Matter, permission: str, at: datetime) -> list[int]:
    """Whoever may do this in the matter's department."""
    place = Place(matter.department_id, None, matter.centre_id, matter.division_id)
    return [each.account_id for each in holders([permission], place, day_of(at))]


def desk_page(code: str) -> str:
    """Where staff read a case."""
    return f"/desk/cases/{code}/"
