"""电子监察四项制度: the public page, one rule with its versions, publishing the next (R221)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms as django_forms
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from yimen.ground.documents import selectors as documents
from yimen.ground.documents.services import store_file
from yimen.ground.identity.policies import actor_of, may_open, public, requires
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import asking, forms, moments
from yimen.ground.kit.refusals import NotFound
from yimen.watch.efficiency import policies, services
from yimen.watch.efficiency.models import SupervisionPaper
from yimen.watch.efficiency.papers import SUBJECTS, Subject


def _places(subject: Subject, request: HttpRequest) -> list[tuple[str, str]]:
    """Where the system carries it out; a way there for whoever may go it."""
    actor = getattr(request, "actor", None)
    return [
        (each.said, reverse(each.screen) if each.screen and may_open(actor, each.screen) else "")
        for each in subject.places
    ]


def _in_force(papers: list[SupervisionPaper], today: date) -> SupervisionPaper | None:
    return next((each for each in papers if each.in_force_from <= today), None)


def _staff(request: HttpRequest) -> bool:
    actor = getattr(request, "actor", None)
    return isinstance(actor, Actor) and actor.kind == "staff"


@public
@require_safe
def papers(request: HttpRequest) -> HttpResponseBase:
    """The four rules in the versions in force, and where each is carried out."""
    today = moments.day_of(moments.now())
    found: dict[str, list[SupervisionPaper]] = {key: [] for key in SUBJECTS}
    for each in SupervisionPaper.objects.order_by("subject", "-version"):
        found[each.subject].append(each)
    rows = [
        (subject, _in_force(found[key], today), len(found[key]), _places(subject, request))
        for key, subject in SUBJECTS.items()
    ]
    may = _staff(request) and actor_of(request).holds(policies.PAPERS)
    return render(request, "efficiency/public/papers.html", {"rows": rows, "may_publish": may})


@public
@require_safe
def paper(request: HttpRequest, subject: str, version: int = 0) -> HttpResponseBase:
    """One rule: the version asked for, else the one in force; and all its versions."""
    if subject not in SUBJECTS:
        raise NotFound("没有这项制度。", next_step="请从四项制度的页面进入。")
    today = moments.day_of(moments.now())
    versions = list(SupervisionPaper.objects.filter(subject=subject).select_related("file").order_by("-version"))
    now = _in_force(versions, today)
    shown = (
        next((each for each in versions if each.version == version), None)
        if version
        else now or next(iter(versions), None)
    )
    if shown is None:
        raise NotFound("这项制度还没有公布这一版。", next_step="请从四项制度的页面进入。")
    context = {
        "subject": SUBJECTS[subject], "paper": shown, "versions": versions, "in_force": now,
        "places": _places(SUBJECTS[subject], request), "today": today,
    }  # fmt: skip
    return render(request, "efficiency/public/paper.html", context)


@public
@require_safe
def paper_file(request: HttpRequest, subject: str, version: int) -> HttpResponseBase:
    """The signed file of a version."""
    found = SupervisionPaper.objects.filter(subject=subject, version=version).select_related("file").first()
    if found is None or found.file is None:
        raise NotFound("这一版没有附文件。", next_step="请看页面上的正文。")
    return documents.file_response(found.file, inline=True)


class PaperForm(forms.Form):
    """The next version of a rule."""

    subject = django_forms.ChoiceField(label="哪项制度", choices=[(key, each.name) for key, each in SUBJECTS.items()])
    title = forms.Line(label="标题", max_length=200)
    number = forms.Line(label="文号", max_length=100, help_text="例如：清监察〔2026〕3 号。")
    in_force_from = forms.Day(label="施行日期")
    text = forms.Paragraph(label="正文", rows=14, max_length=50_000, help_text="公众页面显示这里的文字，一段一行。")
    file = forms.Attachment(label="印发的文件", required=False, kinds=("PDF",))


@requires(policies.PAPERS)
def publish(request: HttpRequest) -> HttpResponseBase:
    """Publish the next version."""
    actor, at = actor_of(request), moments.now()
    form = PaperForm(
        request.POST if request.method == "POST" else None, request.FILES if request.method == "POST" else None,
        initial={"subject": request.GET.get("subject", "")[:16]},
    )  # fmt: skip

    def act(given: dict[str, Any]) -> HttpResponseBase:
        upload = given.pop("file", None)
        stored = store_file(upload, actor=actor, at=at) if upload is not None else None
        made = services.publish_paper(actor=actor, at=at, file=stored, **given)
        return redirect("efficiency:paper_version", made.subject, made.version)

    return asking.ask(
        request, heading="公布电子监察制度", verb="公布", form=form, act=act, back=reverse("efficiency:papers"),
        note="公布后公众立刻可以看到；施行日期以前，上一版仍然有效。公布了就不能修改，要改请公布新的一版。",
    )  # fmt: skip
