"""现场踏勘 on the desk: the list, appoint one, one survey with its records and acts (R071)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.documents import selectors as documents
from yimen.ground.identity.policies import actor_of, requires, staff
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import exports, moments
from yimen.ground.kit.asking import ask
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.questions import EXPORT_MOST, file_url
from yimen.ground.kit.refusals import NotFound
from yimen.ground.matters import selectors as matters
from yimen.ground.matters.desk.timeline import entries
from yimen.ground.matters.policies import may
from yimen.service.cases.selectors import access_case
from yimen.service.scrutiny import policies, services
from yimen.service.scrutiny.forms import surveys as asked
from yimen.service.scrutiny.lifecycle import SURVEYS
from yimen.service.scrutiny.models import Survey
from yimen.service.scrutiny.selectors import surveys as selectors
from yimen.service.scrutiny.services.appointing import possible_surveyors, terms_of
from yimen.service.scrutiny.views.common import PAGE, Act, stored

STATES = tuple((state.code, state.label) for state in SURVEYS.states)


@dataclass(frozen=True, slots=True)
class Row:
    """A survey as the list shows it."""

    survey: Survey
    clock: matters.ClockFace
    state: str
    people: str


def rows_of(found: Any, at: datetime) -> list[Row]:
    """Surveys as rows; the calendar is read once."""
    calendar = work_calendar()
    return [
        Row(
            each, matters.clock_face(each.matter, at, calendar), SURVEYS.state(each.matter.state).label,
            "、".join(who.name for who in each.surveyors.all() if who.going),
        )
        for each in found
    ]  # fmt: skip


@requires(policies.VIEW, policies.SURVEY)
def listed(request: HttpRequest) -> HttpResponseBase:
    """The surveys: those that wait by their time, else newest first; filter, search, mine, export."""
    actor, at = actor_of(request), moments.now()
    found = selectors.surveys_seen(actor).prefetch_related("surveyors")
    text, state = request.GET.get("q", "").strip()[:60], request.GET.get("state", "")
    mine = request.GET.get("mine") == "1"
    if state in dict(STATES):
        found = found.filter(matter__state=state)
    if mine:
        found = found.filter(surveyors__account=actor.account_id or 0, surveyors__going=True)
    if text:
        found = found.filter(
            Q(matter__title__icontains=text) | Q(matter__code__iexact=text) | Q(matter__applicant_name__contains=text)
            | Q(place__icontains=text) | Q(case__matter__code__iexact=text)
        )  # fmt: skip
    order = ("planned_at", "pk") if state == "appointed" else ("-planned_at", "-pk")
    if request.GET.get("as") == "xlsx":
        stamp = moments.say_moment(at).replace(":", "")
        rows = rows_of(found.order_by(*order)[:EXPORT_MOST], at)
        return exports.download(f"现场踏勘 {stamp}.xlsx", exports.xlsx(COLUMNS, rows))
    page = page_by_key(found, order=order, asked=request.GET, size=PAGE)
    context = {
        "page": page, "rows": rows_of(page, at), "states": STATES, "state": state, "text": text, "mine": mine,
        "narrowed": bool(text or state or mine), "export_url": file_url(request),
    }  # fmt: skip
    return render(request, "scrutiny/surveys.html", context)


COLUMNS: Sequence[exports.Column[Row]] = (
    exports.Column("编号", lambda row: row.survey.matter.code, width=22),
    exports.Column("办件", lambda row: row.survey.case.matter.code, width=46),
    exports.Column("事项", lambda row: row.survey.case.matter.title, width=40),
    exports.Column("申请人", lambda row: row.survey.matter.applicant_name, width=28),
    exports.Column("部门", lambda row: row.survey.matter.department.name, width=28),
    exports.Column("时间", lambda row: row.survey.planned_at),
    exports.Column("地点", lambda row: row.survey.place, width=40),
    exports.Column("踏勘人员", lambda row: row.people, width=24),
    exports.Column("第几次", lambda row: row.survey.visit),
    exports.Column("情况", lambda row: row.state),
    exports.Column("整改要求", lambda row: row.survey.rectify, width=40),
    exports.Column("整改期限", lambda row: row.survey.rectify_by),
)


# --- The appointment


@requires(policies.SURVEY)
def new(request: HttpRequest, code: str) -> HttpResponseBase:
    """Appoint a survey of a case."""
    actor, at = actor_of(request), moments.now()
    case = access_case(actor, code)
    matter = case.matter
    people = possible_surveyors(matter.department_id, matter.centre_id, matter.division_id, at)
    hours = terms_of(matter.centre_id).told_before_hours
    form = asked.AppointForm(
        request.POST or None, people=people, initial=_initial(people, actor, at + timedelta(hours=hours))
    )
    del form.fields["reason"]

    def act(given: dict[str, Any]) -> HttpResponseBase:
        made = services.appoint_survey(
            code=code, planned_at=given["planned_at"], place=given["place"], bring=given["bring"], surveyors=form.people(),
            actor=actor, at=at,
        )  # fmt: skip
        return HttpResponseRedirect(reverse("scrutiny:survey", args=[made.matter.code]))

    return ask(
        request, heading=f"约定踏勘：{matter.title}", verb="发出踏勘通知", back=reverse("cases:desk_case", args=[code]), form=form,
        frame="kit/desk.html", act=act,
        note=f"两名以上工作人员，写明执法证号；请至少提前 {hours} 小时告知申请人。踏勘照常计入办理期限；"
        "属于检验、检测、检疫、鉴定、专家评审的，"
        "另在办件页“启动特别程序”，才停止计时（《行政许可法》第四十五条）。",
    )  # fmt: skip


def _initial(people: Sequence[tuple[int, str]], actor: Actor, soon: datetime) -> dict[str, Any]:
    held = selectors.certificates([pk for pk, _ in people])
    local = moments.local(soon)
    day = moments.day_of(soon) if local.hour < 16 else moments.day_of(soon) + timedelta(days=1)
    day = work_calendar().next_workday_on_or_after(day)
    initial: dict[str, Any] = {"planned_at": datetime.combine(day, time(10), moments.CHINA)}
    if actor.account_id in dict(people):
        initial |= {"surveyor_1": actor.account_id, "certificate_1": held.get(actor.account_id or 0, "")}
    others = [pk for pk, _ in people if pk != actor.account_id and pk in held]
    if others:
        initial |= {"surveyor_2": others[0], "certificate_2": held[others[0]]}
    return initial


# --- One survey


ACTS: dict[str, Act] = {
    "rearrange": Act(
        asked.AppointForm, services.rearrange_survey, "重新通知", "已改期，新的通知书已发给申请人。",
        "时间、地点、人员有变的，重新通知申请人。"
    ),
    "appoint_again": Act(
        asked.AppointForm, services.rearrange_survey, "发出复查通知", "已约定复查，通知书已发给申请人。", "对照整改要求复查，另作一份记录。"
    ),
    "report_rectified": Act(
        asked.RectifiedForm, services.report_rectified, "登记已整改", "已登记，可以约定复查。",
        "申请人当面或电话报告整改好了的，代为登记。",
        files=True,
    ),
    "correct_record": Act(
        asked.WhyForm, services.begin_correction, "开始更正", "已生成新的一版，请改好、签名后完成。",
        "完成的记录不能改，只能另出一版：照抄原来的内容和照片，改好以后重新签名，原来的一版作废但保留。",
    ),
    "cancel": Act(
        asked.WhyForm, services.cancel_survey, "取消踏勘", "已取消，申请人会收到通知。", "不再需要踏勘时取消。", danger=True
    ),
    "give_up": Act(
        asked.WhyForm, services.cancel_survey, "不再复查", "已结束，申请人会收到通知。", "申请人不整改了，或者不再需要复查时。", danger=True
    ),
    "drop": Act(asked.SeenForm, services.drop_correction, "放弃更正", "已放弃更正，原来的记录不变。", danger=True),
}  # fmt: skip


@staff
def page(request: HttpRequest, code: str) -> HttpResponseBase:
    """One survey: when, where, who; its records; what comes next."""
    actor, at = actor_of(request), moments.now()
    found = selectors.access_survey(actor, code)
    matter = found.matter
    acts = [each.rule for each in matters.next_steps(matter, actor, moments.day_of(at)) if each.rule.action in ACTS]
    goes = found.surveyors.filter(account=actor.account_id, going=True).exists() and may(actor, policies.SURVEY, matter)
    records = selectors.records_of(found, drafts=goes)
    draft = next((each for each in records if each.record.concluded_at is None), None)
    if not goes or draft is not None:
        acts = [rule for rule in acts if rule.action != "correct_record"]
    context = {
        "survey": found,
        "matter": matter,
        "case": found.case,
        "state": SURVEYS.state(matter.state),
        "clock": matters.clock_face(matter, at),
        "people": [each for each in found.surveyors.order_by("pk") if each.going],
        "records": [each for each in records if each.record.concluded_at is not None],
        "draft": draft,
        "may_fill": goes and (draft is not None or matter.state == "appointed"),
        "acts": acts,
        "files": list(found.rectified_files.all()),
        "letters": [each for each in documents.letters_of(found.case.matter.code) if each.kind in LETTERS],
        "may_see_case": may(actor, "matters.view", found.case.matter),
        "entries": entries(matters.timeline(matter), running=matter.closed_at is None),
    }
    return render(request, "scrutiny/survey.html", context)


LETTERS = ("survey_notice", "survey_record")


@staff
def act(request: HttpRequest, code: str, action: str) -> HttpResponseBase:
    """Ask for an act, or do it."""
    chosen = ACTS.get(action)
    if chosen is None:
        raise NotFound("没有这个办理动作。", next_step="请回到踏勘页面，按上面的按钮办理。")
    actor, at = actor_of(request), moments.now()
    found = selectors.access_survey(actor, code)
    form = _form(request, chosen, action, found, at)

    def tell(given: dict[str, Any]) -> None:
        given.pop("file", None)
        if isinstance(form, asked.AppointForm):
            kept = {name: given[name] for name in ("planned_at", "place", "bring", "seen")}
            given = kept | {"surveyors": form.people(), "reason": given.get("reason", "")}
        elif action in ("correct_record", "drop"):
            given.pop("seen", None)
        more = {"files": stored(request, actor, at)} if chosen.files else {}
        chosen.verb(survey=found, actor=actor, at=at, **given, **more)

    then = reverse("scrutiny:survey_fill", args=[code]) if action == "correct_record" else ""
    heading = "放弃更正" if action == "drop" else SURVEYS.step(action).label
    return ask(
        request, heading=f"{heading}：{found.case.matter.title}", verb=chosen.press, form=form, act=tell,
        back=reverse("scrutiny:survey", args=[code]), then=then, said=chosen.done, note=chosen.note, danger=chosen.danger,
        frame="kit/desk.html",
    )  # fmt: skip


def _form(request: HttpRequest, chosen: Act, action: str, found: Survey, at: datetime) -> Any:
    initial: dict[str, Any] = {"seen": found.matter.version}
    if chosen.form is not asked.AppointForm:
        return chosen.form(request.POST or None, request.FILES or None, initial=initial)
    matter = found.matter
    people = possible_surveyors(matter.department_id, matter.centre_id, matter.division_id, at)
    initial |= {"planned_at": found.planned_at, "place": found.place, "bring": found.bring}
    for number, each in enumerate(found.surveyors.filter(going=True).order_by("pk"), start=1):
        initial |= {f"surveyor_{number}": each.account_id, f"certificate_{number}": each.certificate}
    if action == "appoint_again":
        initial |= {"planned_at": _initial(people, Actor(uid=UUID(int=0), name="", kind="staff"), at)["planned_at"]}
    form = asked.AppointForm(request.POST or None, people=people, initial=initial)
    if action == "appoint_again":
        del form.fields["reason"]
    else:
        form.fields["reason"].required = True
    return form


@staff
def file(request: HttpRequest, code: str, uid: UUID) -> HttpResponseBase:
    """A photo, a signature, or what the applicant sent."""
    found = selectors.access_survey(actor_of(request), code)
    return documents.file_response(selectors.file_of_survey(found, uid, drafts=True), inline=True)
