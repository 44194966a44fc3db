"""Every act on a case: one table, one view. GET asks (a page, for those without dialogs), POST does it.

The page that asked shows a version of the case; if the case has moved since, nothing is done, and the same form comes
back with what was typed and with what has happened in the meantime.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from yimen.ground.documents.services import store_file
from yimen.ground.identity.policies import staff
from yimen.ground.identity.rules import Actor
from yimen.ground.identity.selectors import may_collect
from yimen.ground.kit import audit, moments
from yimen.ground.kit.refusals import NotAllowed, NotFound, Refusal, SignInNeeded
from yimen.ground.matters import selectors as matters
from yimen.ground.matters import services as matters_services
from yimen.ground.matters.lifecycle import StepRule
from yimen.ground.matters.policies import may
from yimen.service.cases import forms_staff as asked
from yimen.service.cases import services
from yimen.service.cases.models import Case
from yimen.service.cases.rules import short_code
from yimen.service.cases.selectors import access_case, edition_of, materials_of
from yimen.service.cases.services.extending import extension_terms
from yimen.service.cases.views.staff.act import Act as Act
from yimen.service.cases.views.staff.asking import actor_of, back_to
from yimen.service.cases.views.staff.path_acts import PATH_ACTS
from yimen.service.catalogue.rules.powers import power_by

ACTS: dict[str, Act] = {
    "accept": Act(
        services.accept_case, "受理", "已受理，受理通知书可以打印了。", key="a", direct=True,
        consequence="向申请人出具受理通知书，办理期限从明天起计算。",
    ),
    "request_correction": Act(
        services.request_correction, "发出补正告知书", "补正告知书已发出，收件期限停表。", asked.CorrectionForm, key="b",
        consequence="补正内容只能告知一次，请一次写全。告知书发出后停表，等申请人补齐。",
    ),
    "correct_on_spot": Act(
        services.correct_on_spot, "记下更正", "当场更正已记入办理经过。", asked.CorrectOnSpotForm, dialog=True
    ),
    "find_not_required": Act(
        services.find_not_required, "告知不需要许可", "已告知不需要许可，本件办结。", asked.NotRequiredForm, dialog=True,
        consequence="发给告知书，本件随即办结。",
    ),
    "decline": Act(
        services.decline_case, "不予受理", "已作出不予受理决定，通知书可以打印了。", asked.DeclineForm,
        consequence="发给不予受理通知书，本件随即办结；申请人可以申请行政复议或者提起行政诉讼。",
    ),
    "supplement": Act(
        services.supplement, "收下材料", "材料已收齐，期限恢复计算。", asked.SupplementForm, key="b",
        consequence="缺的材料要一次补齐；收下后期限从明天起接着算。",
    ),
    "supplement_review": Act(
        services.supplement, "收下材料", "材料已收齐，期限恢复计算。", asked.SupplementForm, key="b",
        consequence="缺的材料要一次补齐；收下后期限从明天起接着算。",
    ),
    "record_opinion": Act(services.record_opinion, "写入意见", "意见已写入。", asked.OpinionForm),
    "record_survey": Act(services.record_survey, "写入踏勘情况", "踏勘情况已写入。", asked.SurveyForm, dialog=True),
    "pass_review": Act(
        services.pass_review, "送决定", "已送决定。", asked.PassReviewForm, key="s", dialog=True,
        consequence="审查到此为止，由有决定权的人作出决定。",
    ),
    "request_review_correction": Act(
        services.request_review_correction, "发出补正告知书", "补正告知书已发出，办理期限停表。", asked.CorrectionForm,
        consequence="补正内容只能告知一次，请一次写全。告知书发出后停表，等申请人补齐。",
    ),
    "suspend": Act(
        services.suspend, "启动并送达", "特别程序已启动，告知书可以打印了。", asked.SuspendForm, dialog=True,
        consequence="期限从明天起停表，同时生成书面告知书送达申请人。",
    ),
    "resume": Act(services.resume, "恢复审查", "已恢复审查，期限从明天起接着算。", asked.ResumeForm, key="s", dialog=True),
    "extend_limit": Act(
        services.extend_limit, "延长并告知", "期限已延长，告知书可以打印了。", asked.ExtendForm, dialog=True,
        consequence="须经本机关负责人批准，只能延长一次，并把理由告知申请人。",
    ),
    "return_to_review": Act(
        services.return_to_review, "退回审查", "已退回审查。", asked.ReasonForm, dialog=True,
        consequence="期限不停，请写明还要查清什么。",
    ),
    "grant": Act(
        services.grant, "准予许可", "已作出准予决定，决定书可以打印了。", asked.GrantForm, key="g", dialog=True,
        consequence="作出准予许可的书面决定，盖行政审批专用章；十个工作日内送达。",
    ),
    "grant_at_once": Act(
        services.grant_at_once, "当场办结", "已当场办结，决定书可以打印了。", asked.GrantForm, key="g", dialog=True,
        consequence="作出准予许可的书面决定，盖行政审批专用章。",
    ),
    "refuse": Act(
        services.refuse, "不予许可", "已作出不予许可决定，决定书可以打印了。", asked.RefuseForm,
        consequence="作出不予许可的书面决定，说明理由，并告知申请行政复议、提起行政诉讼的权利。",
    ),
    "deliver": Act(services.deliver, "送达并办结", "已送达，本件办结。", asked.DeliverForm, key="d"),
    "archive": Act(services.archive, "归档", "已归档。", direct=True, key="d"),
    "withdraw": Act(
        services.withdraw, "撤回", "已按申请人的要求撤回。", asked.ReasonForm, dialog=True,
        consequence="申请人当面要求撤回时，由窗口代录；撤回后本件办结，不能恢复。",
    ),
    "hand_over": Act(matters_services.hand_over, "转交", "已转交。", asked.HandOverForm, key="t", dialog=True),
    "hand_across": Act(
        services.hand_across, "移送", "已移送，对方会收到移送函；进展可在“上下传递”里查看。", asked.HandAcrossForm, dialog=True,
        consequence="办件转由对口单位接着办理，期限不停，申请人会看到办件转到了哪里；对方可以用同样的步骤退回。",
    ),
    "undo_deemed": Act(
        services.undo_deemed, "撤销视为受理", "已撤销，收件审查重新起算。", asked.ReasonForm,
        consequence="只在事实与记录不符时撤销，例如已在五个工作日内书面告知补正而漏记。受理通知书作废，收件审查期限重新起算，申请人会看到理由。",
    ),
    "undo_renewed": Act(
        services.undo_renewed, "撤销视为准予延续", "已撤销，办理期限重新起算。", asked.UndoRenewedForm,
        consequence="只在事实与记录不符时撤销，例如许可证有效期登记有误，或者届满前已作出决定而漏记。视为准予的决定书作废，办理期限重新起算，申请人会看到理由。",
    ),
    "undo_abandoned": Act(
        services.undo_abandoned, "恢复办理", "已恢复办理，收件审查重新起算。", asked.ReasonForm,
        consequence="只在事实与记录不符时恢复，例如材料已在期限内寄出。收件审查期限重新起算，申请人会看到理由。",
    ),
    "extend_joint": Act(
        services.extend_limit, "延长并告知", "期限已延长，告知书可以打印了。", asked.ExtendJointForm, dialog=True,
        consequence="联合办理的延长由本级人民政府负责人批准，只能延长一次，并把理由告知申请人。",
    ),
    "claim": Act(matters_services.claim, "认领", "已认领，由您办理。", key="c", direct=True),
    "release": Act(matters_services.release, "退回认领", "已退回，别人可以认领。", direct=True),
    **PATH_ACTS,
}  # fmt: skip


def spoken_act(case: Case, action: str) -> Act:
    """An act in the words of the case's power: 予以确认 where a licence is 准予许可."""
    act, power = ACTS[action], power_by(case.matter.procedure)
    if power.licence:
        return act
    return replace(act, press=power.say(act.press), done=power.say(act.done), consequence=power.say(act.consequence))


OF_MATTERS = ("hand_over", "claim", "release")
"""Acts that every procedure has; their services stand in `matters` and take the matter's number."""


# --- The form of an act


def form_for(
    action: str, case: Case, actor: Actor, at: datetime, data: Mapping[str, Any] | None = None, files: Any = None,
    seen: int | None = None,
) -> asked.ActForm:  # fmt: skip
    """The form of an act on this case, bound where there is data; its controls bear the action's name in their ids."""
    kind = ACTS[action].form
    more: dict[str, Any] = {}
    if issubclass(kind, asked.CorrectionForm | asked.SupplementForm):
        more["materials"] = materials_of(case)
    if issubclass(kind, asked.HandOverForm):
        more["colleagues"] = colleagues(case, actor, at)
    if issubclass(kind, asked.HandAcrossForm):
        more["counterparts"] = [(each.key, each.label) for each in services.counterparts_of_case(case.matter)]
    form = kind(
        data,
        files,
        case=case,
        auto_id=f"{action}-%s",
        initial={"seen": case.matter.version if seen is None else seen},
        **more,
    )
    if action in ("grant", "refuse") and case.hearing_number:
        form.fields["weighed"] = deepcopy(asked.WeighedForm.base_fields["weighed"])
    if isinstance(form, asked.ExtendForm):
        terms = extension_terms(case.item_id, case.kind)
        form.allow(terms.days, terms.law)
    form.speak(power_by(case.matter.procedure).say)
    return form


def colleagues(case: Case, actor: Actor, at: datetime) -> list[tuple[int, str]]:
    """To whom this case may be handed, by name; not oneself."""
    found = matters.takers(case.matter, moments.day_of(at))
    return [(each.account_id, each.name) for each in found if each.account_id != actor.account_id]


# --- The view


@staff
def act(request: HttpRequest, code: str, action: str) -> HttpResponseBase:
    """Ask for an act, or do it."""
    if action not in ACTS:
        raise NotFound("没有这个办理动作。", next_step="请回到办件页，按上面的按钮办理。")
    actor, at = actor_of(request), moments.now()
    case = access_case(actor, code)
    if not matters.procedure_of(case.matter).knows(action):
        raise NotFound("这件办件按较早的程序办理，没有这一步。", next_step="请回到办件页，按上面的按钮办理。")
    if request.method != "POST":
        form = form_for(action, case, actor, at)
        return _page(request, case, action, form, actor, at, status=200)
    seen = _number(request.POST.get("seen"))
    form = form_for(action, case, actor, at, data=request.POST, files=request.FILES)
    if not form.is_valid():
        return _page(request, case, action, form, actor, at, status=422)
    try:
        do(action, case, form, actor, at)
    except (NotFound, SignInNeeded, NotAllowed):
        raise
    except Refusal as refusal:
        audit.record_refusal(
            refusal, action=f"cases.{action}", actor=actor, target_kind="matter", target=case.matter.code
        )
        case = access_case(actor, code)
        return _refused(request, case, action, form, actor, at, refusal, seen)
    messages.success(request, spoken_act(case, action).done)
    return redirect(_next_page(request, action, case))


def do(action: str, case: Case, form: asked.ActForm, actor: Actor, at: datetime) -> None:
    """Tell the service what the form says."""
    arguments = form.arguments()
    if isinstance(form, asked.SupplementForm):
        uploads = form.uploads()
        arguments["files"] = {order: [store_file(file, actor=actor, at=at).id] for order, file in uploads.items()}
    elif isinstance(form, asked.WithFile) and (file := form.upload()):
        arguments["files"] = [store_file(file, actor=actor, at=at).id]
    if action in OF_MATTERS:
        arguments["matter_id"] = case.matter.pk
    else:
        arguments["code"] = case.matter.code
    if action == "extend_joint":
        arguments["action"] = action
    if action != "claim":
        arguments["seen"] = form.cleaned_data["seen"]
    ACTS[action].verb(actor=actor, at=at, **arguments)


def _next_page(request: HttpRequest, action: str, case: Case) -> str:
    """Back to the list after a claim there; else to the case, unless it has gone out of sight with the act."""
    if action == "hand_across":
        return reverse("cases:inbox")
    return back_to(request, reverse("cases:desk_case", args=[case.matter.code]))


def _refused(
    request: HttpRequest, case: Case, action: str, form: asked.ActForm, actor: Actor, at: datetime, refusal: Refusal,
    seen: int | None,
) -> HttpResponse:  # fmt: skip
    """The same form with what was typed, why it was refused, and what happened since the page was made."""
    stale = refusal.code == "stale_page"
    if stale:
        # Whoever has now read what happened may press again: the form carries the new version.
        data = request.POST.copy()
        data["seen"] = str(case.matter.version)
        form = form_for(action, case, actor, at, data=data, files=request.FILES)
        form.is_valid()
    else:
        _put_into(form, refusal)
    since = [step for step in matters.timeline(case.matter) if seen is not None and step.seq > seen] if stale else []
    return _page(request, case, action, form, actor, at, status=refusal.status, refusal=refusal, since=since)


def _put_into(form: asked.ActForm, refusal: Refusal) -> None:
    """The refusal's words at the fields it speaks of; where it speaks of none that is here, the whole sentence."""
    named = {name.replace("material-", "paper_"): said for name, said in refusal.fields.items()}
    if not named.keys() & form.fields.keys():
        form.add_error(None, f"{refusal.message}{refusal.next_step}")
        return
    form.add_error(None, refusal.message)
    for name, said in named.items():
        form.add_error(name if name in form.fields else None, said)


def _page(
    request: HttpRequest, case: Case, action: str, form: asked.ActForm, actor: Actor, at: datetime, *, status: int,
    refusal: Refusal | None = None, since: list[matters.Shown] | None = None,
) -> HttpResponse:  # fmt: skip
    rule = matters.procedure_of(case.matter).step(action)
    edition = edition_of(case)
    context = {
        "case": case,
        "matter": case.matter,
        "code": short_code(case.matter.code),
        "rule": rule,
        "act": spoken_act(case, action),
        "refuse_word": power_by(case.matter.procedure).refuse,
        "action": action,
        "closed_because": why_closed(case, rule, actor, at) if refusal is None else "",
        "form": form,
        "plain_fields": _plain_fields(form),
        "clock": matters.clock_face(case.matter, at),
        "refusal": refusal if refusal is not None and refusal.code == "stale_page" else None,
        "since": since or [],
        "edition": edition,
        "collectors": may_collect(case.matter.applicant_id, case.matter.subject, moments.day_of(at))
        if action == "deliver" and case.matter.applicant_id is not None
        else (),
        "remedies_known": bool(edition.review_body and edition.suit_court),
        "back_url": reverse("cases:desk_case", args=[case.matter.code]),
    }
    return render(request, "cases/staff/act.html", context, status=status)


def _plain_fields(form: asked.ActForm) -> list[Any]:
    """The fields that are drawn one under the other; those of the material table are drawn there."""
    tabled = ("problem_", "paper_", "file_")
    return [field for field in form.visible_fields() if not field.name.startswith(tabled)]


def why_closed(case: Case, rule: StepRule, actor: Actor, at: datetime) -> str:
    """Why this act is not open to this actor now; empty where it is."""
    table = matters.procedure_of(case.matter)
    if case.matter.state not in table.origins(rule):
        return f"这件事现在是“{table.state(case.matter.state).label}”，不能“{rule.label}”。"
    if rule.action in OF_MATTERS:
        return ""
    if not rule.shown:  # drawn apart from the buttons
        return "" if may(actor, rule.permission, case.matter) else f"您没有对这件事“{rule.label}”的权限。"
    for step in matters.next_steps(case.matter, actor, moments.day_of(at)):
        if step.rule.action == rule.action:
            return step.closed_because
    return f"您没有对这件事“{rule.label}”的权限。"


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None
