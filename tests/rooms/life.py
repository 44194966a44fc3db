"""The full life of cases: opinions asked for, hearings, extension terms, every date that applied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yimen.ground.documents.services import store_file
from yimen.ground.kit.moments import now
from yimen.service.cases import services
from yimen.service.cases.models import Hearing, OpinionRequest
from yimen.service.cases.tests.stage import case_of

if TYPE_CHECKING:
    from tests.security.world import World

CEILINGS: dict[str, tuple[str, int]] = {
    "cases:opinions": ("zhao", 12),
    "cases:opinion": ("zhao", 20),
    "cases:opinion_act": ("zhao", 14),
    "cases:opinion_file": ("zhao", 9),
    "cases:opinion_new": ("zhao", 14),
    "cases:opinion_terms": ("manager", 8),
    "cases:hearings": ("zhao", 12),
    "cases:hearing": ("zhao", 20),
    "cases:hearing_act": ("zhao", 16),
    "cases:hearing_file": ("zhao", 9),
    "cases:hearing_new": ("zhao", 12),
    "cases:mine_hearing": ("li", 16),
    "cases:mine_hearing_act": ("li", 12),
    "cases:extension_terms": ("manager", 7),
    "cases:extension_new": ("manager", 7),
    "cases:extension_drop": ("manager", 7),
    "api:opinions": ("zhao", 8),
    "api:hearings": ("zhao", 8),
    "api:deadlines": ("li", 12),
    "api:ask_opinion": ("zhao", 10),
    "api:opinion_step": ("zhao", 8),
    "api:begin_hearing": ("zhao", 10),
    "api:hearing": ("zhao", 16),
    "api:hearing_step": ("zhao", 10),
}
MORE = {
    "cases:opinion_new": "the request begins, the case notes it, and its decision is held",
    "cases:hearing_new": "the hearing begins, the case notes it, and a letter is sealed",
}
BODIES = {
    "api:ask_opinion": {"department": 1, "question": "通风？"},
    "api:opinion_step": {"action": "urge", "reason": "急"},
    "api:begin_hearing": {"ground": "affected", "subject": "与相邻住户有关"},
    "api:hearing_step": {"action": "waive"},
}
LIST = {"cases:opinions", "cases:hearings", "cases:extension_terms"}


def arguments(world: World) -> dict[str, dict[str, Any]]:
    """The market department asks the housing department about a case of Li's, and tells Li of the right to be heard."""
    from tests.security.world import picture

    cast, at = world.cast, now()
    code = world.cases["deciding"]
    zhao = cast.actor("zhao")
    file = store_file(picture(), actor=zhao, at=at)
    if not OpinionRequest.objects.filter(case__matter__code=code).exists():
        services.ask_opinion(
            code=code,
            department_id=cast.units["housing"].pk,
            question="是否符合卫生标准？",
            actor=zhao,
            at=at,
            files=[file],
        )
        services.tell_hearing_right(code=code, subject="与相邻住户有关", actor=zhao, at=at)
    request = OpinionRequest.objects.select_related("matter").filter(case__matter__code=code).order_by("pk")[0]
    request.files.set([file])
    number = request.matter.code
    hearing = Hearing.objects.select_related("matter").filter(case__matter__code=code).order_by("pk")[0]
    hearing.record_files.set([file])
    services.set_extension_terms(
        actor=cast.actor("manager"),
        item_code=world.item.code,
        days=3,
        by="head",
        law="《市场主体登记管理条例》第十九条",
        at=at,
    )
    opinion, heard = {"code": number}, {"code": hearing.matter.code}
    return {
        "cases:opinion": opinion,
        "cases:opinion_act": {**opinion, "action": "urge"},
        "cases:opinion_file": {**opinion, "uid": file.uid},
        "cases:opinion_new": {"code": world.cases["reviewing"]},
        "cases:hearing": heard,
        "cases:hearing_act": {**heard, "action": "waive"},
        "cases:hearing_file": {**heard, "uid": file.uid},
        "cases:hearing_new": {"code": world.cases["reviewing"]},
        "cases:mine_hearing": {"code": code},
        "cases:mine_hearing_act": {"code": code, "action": "waive"},
        "cases:extension_drop": {"code": world.item.code},
        "api:deadlines": {"code": world.case},
        "api:ask_opinion": {"code": world.cases["reviewing"]},
        "api:opinion_step": opinion,
        "api:begin_hearing": {"code": world.cases["reviewing"]},
        "api:hearing": heard,
        "api:hearing_step": heard,
    }


def more(world: World, count: int) -> None:
    """So many more of each on the lists."""
    cast = world.cast
    case, at = case_of(world.cases["deciding"]), now()
    from yimen.ground.matters.models import Matter

    for procedure, kind in (("opinion_request", OpinionRequest), ("hearing", Hearing)):
        started = Matter.objects.filter(procedure=procedure).count()
        matters = Matter.objects.bulk_create(
            Matter(
                procedure=procedure, procedure_version=1, code=f"{procedure[:2]}{started + each}", title=case.matter.title,
                state="asked" if kind is OpinionRequest else "told", department=cast.units["market"], centre=cast.units["centre"],
                division=case.matter.division, channel="web", opened_at=at, sort_at=at,
            )
            for each in range(count)
        )  # fmt: skip
        if kind is OpinionRequest:
            OpinionRequest.objects.bulk_create(
                OpinionRequest(matter=each, case=case, asked_by=cast.units["market"], asker_name="赵强", question="？")
                for each in matters
            )
        else:
            Hearing.objects.bulk_create(
                Hearing(matter=each, case=case, ground="affected", subject="与相邻住户有关") for each in matters
            )
