"""Fill in a survey on the spot, on a telephone: answers saved as a draft, photos, signatures, the conclusion (R071)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from yimen.ground.identity.policies import actor_of, staff
from yimen.ground.kit import moments
from yimen.ground.kit.asking import ask
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.refusals import Refusal
from yimen.service.scrutiny import rules_surveys, services
from yimen.service.scrutiny.forms import surveys as asked
from yimen.service.scrutiny.models import Surveyor, SurveyPhoto
from yimen.service.scrutiny.selectors import surveys as selectors
from yimen.service.scrutiny.services.appointing import terms_of
from yimen.service.scrutiny.services.concluding import usual_rectify_by
from yimen.service.scrutiny.services.filling import demand_going, draft_or_blank, flat, open_draft


@staff
def fill(request: HttpRequest, code: str) -> HttpResponseBase:
    """The survey's questions; saving keeps a draft, whatever is still open."""
    actor, at = actor_of(request), moments.now()
    survey = selectors.access_survey(actor, code)
    wrong: dict[str, str] = {}
    said, status = "", 200
    if request.method == "POST":
        seen = request.POST.get("seen", "")
        try:
            services.save_survey_draft(
                survey=survey, given=request.POST, text=request.POST.get("text", ""), present=request.POST.get("present", ""),
                actor=actor, at=at, seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else None,
            )  # fmt: skip
        except Refusal as refusal:
            if refusal.status in (401, 404):
                raise
            wrong, said, status = dict(refusal.fields), f"{refusal.message}{refusal.next_step}", refusal.status
        else:
            messages.success(request, "草稿已保存。")
            then = {"photos": "survey_photos", "sign": "survey_sign"}.get(request.POST.get("then", ""), "survey_fill")
            return HttpResponseRedirect(reverse(f"scrutiny:{then}", args=[code]))
    record = draft_or_blank(survey, actor=actor, at=at)
    questions = rules_surveys.read_questions(record.form.questions)
    given = request.POST if wrong or said else flat(record)
    rows = [
        {"question": each, "value": given.get(each.key, ""), "note": given.get(f"{each.key}__note", ""),
         "wrong": wrong.get(each.key, "")}
        for each in questions
    ]  # fmt: skip
    context = {
        "survey": survey, "matter": survey.matter, "case": survey.case, "record": record, "rows": rows, "said": said, "wrong": wrong,
        "text": request.POST.get("text", record.text) if said else record.text,
        "present": request.POST.get("present", record.present) if said else record.present,
        "photos": record.photos.count() if record.pk else 0, "step": 1,
    }  # fmt: skip
    return render(request, "scrutiny/fill.html", context, status=status)


@staff
def photos(request: HttpRequest, code: str) -> HttpResponseBase:
    """The photos of the draft; several may be sent at once."""
    actor, at = actor_of(request), moments.now()
    survey = selectors.access_survey(actor, code)
    form = asked.PhotosForm(request.POST or None, initial={"taken_at": at, "place": ""})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.add_photos(
                    survey=survey, uploads=request.FILES.getlist("photos"), actor=actor, at=at, **form.cleaned_data
                )
            except Refusal as refusal:
                if refusal.status in (401, 404):
                    raise
                refuse_form(form, refusal)
                status = refusal.status
            else:
                messages.success(request, "照片已上传。")
                return HttpResponseRedirect(reverse("scrutiny:survey_photos", args=[code]))
    demand_going(actor, survey)
    record = open_draft(survey)
    context = {
        "survey": survey, "matter": survey.matter, "case": survey.case, "record": record, "form": form, "step": 2,
        "photos": list(record.photos.select_related("file", "thumb").order_by("pk")),
    }  # fmt: skip
    return render(request, "scrutiny/photos.html", context, status=status)


@staff
@require_POST
def remove(request: HttpRequest, code: str, uid: UUID) -> HttpResponseBase:
    """Take a photo out of the draft."""
    actor, at = actor_of(request), moments.now()
    survey = selectors.access_survey(actor, code)
    photo = get_object_or_404(SurveyPhoto, uid=uid, record__survey=survey)
    services.remove_photo(survey=survey, photo=photo, actor=actor, at=at)
    messages.success(request, "照片已移除。")
    return HttpResponseRedirect(reverse("scrutiny:survey_photos", args=[code]))


@staff
def sign(request: HttpRequest, code: str) -> HttpResponseBase:
    """Who has signed, who has not; and the last button."""
    actor = actor_of(request)
    survey = selectors.access_survey(actor, code)
    demand_going(actor, survey)
    record = open_draft(survey)
    shown = selectors.shown_record(record)
    signed = {each.surveyor_id: each for each in shown.signatures if each.surveyor_id}
    present = next((each for each in shown.signatures if each.role == "present"), None)
    people = [(each, signed.get(each.pk)) for each in survey.surveyors.filter(going=True).order_by("pk")]
    context = {
        "survey": survey, "matter": survey.matter, "case": survey.case, "record": record, "people": people, "present": present,
        "shown": shown, "step": 3, "whole": present is not None and all(each for _, each in people),
    }  # fmt: skip
    return render(request, "scrutiny/sign.html", context)


@staff
def sign_as(request: HttpRequest, code: str, who: str) -> HttpResponseBase:
    """One signature: drawn in the frame, or a photo of one on paper; of the applicant also the refusal."""
    actor, at = actor_of(request), moments.now()
    survey = selectors.access_survey(actor, code)
    demand_going(actor, survey)
    record = open_draft(survey)
    present = who == "present"
    surveyor = (
        None
        if present
        else get_object_or_404(Surveyor, survey=survey, pk=int(who) if who.isdigit() and len(who) < 12 else 0)
    )
    kind = asked.PresentForm if present else asked.SignForm
    form = kind(request.POST or None, request.FILES or None, initial={"name": record.present})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given: dict[str, Any] = dict(form.cleaned_data)
            try:
                if surveyor is None:
                    services.sign_present(survey=survey, actor=actor, at=at, **given)
                else:
                    services.sign_survey(survey=survey, surveyor_id=surveyor.pk, actor=actor, at=at, **given)
            except Refusal as refusal:
                if refusal.status in (401, 404):
                    raise
                refuse_form(form, refusal)
                status = refusal.status
            else:
                messages.success(request, "已签名。")
                return HttpResponseRedirect(reverse("scrutiny:survey_sign", args=[code]))
    context = {
        "survey": survey, "matter": survey.matter, "case": survey.case, "record": record, "form": form, "surveyor": surveyor,
        "name": surveyor.name if surveyor else "申请人（在场人）", "shown": selectors.shown_record(record),
    }  # fmt: skip
    return render(request, "scrutiny/sign_as.html", context, status=status)


@staff
def conclude(request: HttpRequest, code: str) -> HttpResponseBase:
    """The conclusion, after everybody has signed."""
    actor, at = actor_of(request), moments.now()
    survey = selectors.access_survey(actor, code)
    demand_going(actor, survey)
    record = open_draft(survey)
    days = terms_of(survey.matter.centre_id).rectify_workdays
    initial = {
        "seen": survey.matter.version,
        "rectify_by": usual_rectify_by(survey, days, at),
        "conclusion": record.conclusion,
    }
    if record.version > 1:
        last = survey.records.filter(concluded_at__isnull=False).order_by("-visit", "-version").first()
        initial |= {
            "conclusion": last.conclusion if last else "",
            "rectify": survey.rectify,
            "rectify_by": survey.rectify_by,
        }
    form = asked.ConcludeForm(request.POST or None, initial=initial)
    faults = selectors.shown_record(record).faults
    return ask(
        request, heading=f"踏勘结论：{survey.case.matter.title}", verb="完成踏勘", form=form, frame="kit/desk.html",
        act=lambda given: services.conclude_survey(survey=survey, actor=actor, at=at, **given) and None,
        back=reverse("scrutiny:survey", args=[code]), said="踏勘已完成，记录已生成，申请人可以看到。",
        note="完成后生成《现场踏勘记录》，盖章存入办件，不能再改；记录有误的，只能另出一版更正。"
        + (f"　踏勘表里有 {faults} 项不符合。" if faults else ""),
    )  # fmt: skip
