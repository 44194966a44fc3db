"""Who sees the board, who keeps the rules, who explains, judges, appeals and reviews (architecture §5).

The guard of the steps stands in `matters.policies`; here stands what a step does not say: that whom a finding concerns sees and
answers it whatever their posts say, that only who was given a card appeals, and that nobody reviews what they gave themselves.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q, QuerySet

from yimen.ground.identity.policies import name_actions, register_permission
from yimen.ground.identity.rules import Actor, Permission
from yimen.ground.kit import live
from yimen.ground.kit.refusals import NotAllowed, NotFound
from yimen.ground.matters import policies as matters
from yimen.ground.organisations import selectors as organisations
from yimen.watch.supervision.lifecycle import APPEAL, EXPLAIN, JUDGE, RAISE, REVIEW
from yimen.watch.supervision.models import Alert, Card, ResultBatch

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit, Window

WATCH = "supervision.watch"
RULES = "supervision.rules"
LIGHTS = "supervision.lights"
"""The live topic: lights of these matters changed (`kit.live`)."""

register_permission(
    WATCH, "查看电子监察", scopes=("department", "centre", "division", "all"),
    usual={"supervisor": "all", "leader": "division", "manager": "centre", "head": "department", "chief": "department"},
)  # fmt: skip
PEOPLE = "supervision.people"
register_permission(
    PEOPLE, "查看窗口人员绩效", scopes=("department", "centre", "division", "all"),
    usual={"supervisor": "all", "manager": "centre", "head": "department", "chief": "department"},
)  # fmt: skip
register_permission(RULES, "设置监察规则", scopes=("all",), usual={"supervisor": "all"})
register_permission(RAISE, "发出监察预警", scopes=("centre", "division", "all"), usual={"supervisor": "all"})
register_permission(JUDGE, "认定预警、发牌", scopes=("centre", "division", "all"), usual={"supervisor": "all"})
register_permission(
    REVIEW, "复核红黄牌申诉", scopes=("centre", "division", "all"), usual={"supervisor": "all", "leader": "division"}
)
register_permission(
    EXPLAIN, "代表单位说明预警", scopes=("department",), usual={"head": "department", "chief": "department"}
)
register_permission(
    APPEAL, "代表单位对红黄牌申诉", scopes=("department",), usual={"head": "department", "chief": "department"}
)

RESULTS = "supervision.results"
register_permission(
    RESULTS, "登记部门已出具的结果", scopes=("department", "centre", "division", "all"),
    usual={"supervisor": "all", "manager": "centre", "head": "department"},
)  # fmt: skip

name_actions(
    {
        "supervision.set_item_places": "设定事项应在中心办理的环节",
        "supervision.read_results": "读入部门结果",
        "supervision.enter_results": "登记部门结果",
        "supervision.discard_results": "放弃读入的部门结果",
        "supervision.add_rule": "新设监察规则",
        "supervision.change_rule": "修改监察规则",
        "supervision.mend_counts": "更正监察件数",
        "supervision.add_wall": "设立监察大屏",
        "supervision.open_wall": "接入监察大屏",
        "supervision.end_wall": "停用监察大屏",
        "supervision.set_terms": "设置监察时限和扣分",
    }
)
live.register_topic(LIGHTS, lambda actor: actor.holds(WATCH))


class NotCarded(NotAllowed):
    """Somebody appeals who was not given the card."""

    code = "not_carded"


class OwnCard(NotAllowed):
    """Whoever gave a card, or was given it, wants to decide on the appeal."""

    code = "own_card"


def scope(actor: Actor) -> Q:
    """The alerts an actor may see: those of the scope, and those that concern oneself."""
    found = matters_scope(actor)
    if any(held.scope == "all" for held in actor.held(WATCH)):
        return found
    return found | Q(person=actor.account_id or 0)


def matters_scope(actor: Actor, permission: str = WATCH) -> Q:
    """The alerts whose matter lies in the scope of a permission, that in which the actor watches."""
    found = Q(pk__in=[])
    for held in actor.held(permission):
        match held.scope:
            case "all":
                return Q()
            case "department":
                found |= Q(department=held.scope_id or actor.department_id or 0)
            case "centre":
                found |= Q(matter__centre=held.scope_id or actor.centre_id or 0)
            case "division":
                found |= Q(matter__division__code__startswith=held.scope_path)
            case _:
                pass
    return found


def reaches_results(actor: Actor, unit: Unit) -> bool:
    """Whether the actor registers results of this unit: a centre those of the departments in its hall, a department its own."""
    for held in actor.held(RESULTS):
        match held.scope:
            case "all":
                return True
            case "centre":
                if _served(held.scope_id or actor.centre_id or 0).filter(departments=unit.pk).exists():
                    return True
            case "division":
                if held.reaches_division(unit.division_id):
                    return True
            case "department":
                if unit.pk == (held.scope_id or actor.department_id):
                    return True
            case _:
                pass
    return False


def _served(centre_id: int) -> QuerySet[Window]:
    """The windows of a hall, each with the departments that it serves."""
    return organisations.open_windows().filter(centre=centre_id)


def demand_results(actor: Actor, unit: Unit | None = None) -> None:
    """Raise `NotAllowed` unless the actor registers results (of this unit, where one is named)."""
    if not actor.holds(RESULTS) or (unit is not None and not reaches_results(actor, unit)):
        raise NotAllowed("您不能登记这个部门的结果。", next_step="请由该部门、中心或监察机构登记。")


def results_scope(actor: Actor) -> Q:
    """The results an actor may see: of the departments watched over, or registered for."""
    found = Q(pk__in=[])
    for code in (WATCH, RESULTS):
        for held in actor.held(code):
            match held.scope:
                case "all":
                    return Q()
                case "department":
                    found |= Q(department=held.scope_id or actor.department_id or 0)
                case "centre":
                    found |= Q(
                        department__in=_served(held.scope_id or actor.centre_id or 0).order_by().values("departments")
                    )
                case "division":
                    found |= Q(department__division__code__startswith=held.scope_path)
                case _:
                    pass
    return found


def access_batch(actor: Actor, uid: UUID) -> ResultBatch:
    """A file that the actor has read in, or may read as one who watches over all; to a stranger there is none."""
    rows = ResultBatch.objects.all()
    if not any(held.scope == "all" for held in actor.held(WATCH)):
        rows = rows.filter(read_by_uid=actor.uid)
    found = rows.filter(uid=uid).first() if actor.holds(RESULTS) or actor.holds(WATCH) else None
    if found is None:
        raise NotFound("没有这份文件。", next_step="请从登记清单进入。")
    return found


def access_alert(actor: Actor, code: str) -> Alert:
    """The alert with this number, if the actor may see it; to a stranger there is none (`NotFound`)."""
    found = (
        Alert.objects.select_related(
            "matter", "department", "violation", "version__rule", "window", "about", "card", "matter__centre"
        )
        .filter(scope(actor), matter__code=str(code)[:60])
        .first()
    )
    if found is None:
        raise NotFound("没有这条预警，或者它不在您的监察范围内。", next_step="请核对编号，或从预警清单进入。")
    return found


def concerns(actor: Actor, alert: Alert) -> bool:
    """Whether the finding is about the actor: the person, or one who speaks for the unit, or sits at the window."""
    if alert.per == "person" and alert.person_id is not None:
        return alert.person_id == actor.account_id
    if alert.per == "window" and alert.window_id is not None and alert.window_id == actor.window_id:
        return True
    return matters.may(actor, APPEAL, alert.matter)


def as_concerned(actor: Actor, alert: Alert) -> Actor:
    """The actor, who may also answer for what concerns them, whatever their posts say."""
    if not concerns(actor, alert):
        return actor
    own = {Permission(code, "department", alert.matter.department_id) for code in (EXPLAIN, APPEAL)}
    return replace(actor, permissions=actor.permissions | own)


def demand_concerned(actor: Actor, alert: Alert) -> None:
    """Raise `NotCarded` unless the card was given to the actor, or to the unit or window the actor speaks for."""
    if concerns(actor, alert):
        return
    raise NotCarded(
        f"这张牌是给{alert.whose}的，只有被发牌的本人或单位可以申诉。",
        next_step="如认为有误，请联系被发牌的本人或单位，由其在期限内申诉。",
    )


def demand_another(actor: Actor, alert: Alert, card: Card) -> None:
    """Raise `OwnCard` where the reviewer gave the card, or was given it."""
    if actor.uid == card.given_uid:
        raise OwnCard("这张牌是您发的，申诉要由另一个人复核。", next_step="请由其他监察人员或分管领导复核。")
    if alert.person_id is not None and alert.person_id == actor.account_id:
        raise OwnCard("这张牌是发给您本人的，不能由您复核。", next_step="请由其他监察人员或分管领导复核。")
