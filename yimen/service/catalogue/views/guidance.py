"""情形引导 on screen: the wizard that everybody walks through, one question a page, and the editor's page of it.

The answers travel in the address, so that back, reload, another device and no script all work; nothing personal is asked.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from yimen.ground.identity.policies import public, requires
from yimen.ground.kit import forms, moments
from yimen.ground.kit.refusals import NotFound, Refusal
from yimen.service.catalogue import guide as guides
from yimen.service.catalogue import policies, selectors, services
from yimen.service.catalogue.forms import QuestionFormSet, with_rows
from yimen.service.catalogue.models import ItemEdition
from yimen.service.catalogue.rules import guidance as rules
from yimen.service.catalogue.rules import questions
from yimen.service.catalogue.rules.condition_text import read_condition, write_condition
from yimen.service.catalogue.rules.conditions import ConditionProblem, say
from yimen.service.catalogue.rules.form_rows import from_rows, to_rows
from yimen.service.catalogue.rules.guidance import KINDS, NOTE_KINDS, Guidance, State
from yimen.service.catalogue.services.guidance import MaterialCondition
from yimen.service.catalogue.views.asking import actor_of

MORE_ROWS = 3


# The wizard


@public
@require_safe
def ask(request: HttpRequest, code: str) -> HttpResponse:
    """One question a page; when all are answered, what follows from them."""
    edition = selectors.open_edition(code, moments.now())
    return _page(request, edition, reverse("catalogue:situation", args=[edition.item.code]), live=True)


@requires(*policies.STAFF_CODES)
@require_safe
def preview(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """The same for an edition that is not in force, for who draws it up."""
    item = policies.access_item(actor_of(request), code)
    edition = selectors.edition_of(item, number)
    return _page(request, edition, reverse("catalogue:guidance_preview", args=[code, number]), live=False)


def _page(request: HttpRequest, edition: ItemEdition, address: str, *, live: bool) -> HttpResponse:
    known = rules.as_guidance(edition.guidance)
    if known is None:
        raise NotFound("这个事项没有情形引导。", next_step="请直接看办事指南。")
    sent = raw_of(known, request.GET)
    again = request.GET.get("again", "")
    if again:
        sent.pop(again, None)
    state = rules.walk(known, sent)
    kept = pairs_of(state.answers)
    window = request.GET.get("for") == "window"
    tail = [("for", "window")] if window else []
    context: dict[str, Any] = {
        "edition": edition,
        "item": edition.item,
        "state": state,
        "live": live,
        "address": address,
        "window": window,
        "answered": _answered(known, state, address, tail),
        "asked": len(state.answered) + 1,
    }
    if state.now is not None:
        context |= {
            "hidden": [*kept, *tail],
            "wrong": _wrong(state, request.GET),
            "back": _back(known, state, address, tail),
            "typed": request.GET.get(state.now.key, "")[:40],
        }
        return render(request, "catalogue/situation.html", context, status=422 if context["wrong"] else 200)
    built = guides.build(edition, moments.now(), answers=state.answers)
    context |= {
        "guide": built,
        "needed": [each for each in built.materials if each.wanted],
        "optional": [each for each in built.materials if not each.wanted],
        "notes": rules.notes_of(known, state.answers),
        "apply_url": _apply_url(edition, kept, window=window) if live else "",
        "print_url": f"{address}?{urlencode([*kept, ('print', '1')])}",
        "url": f"{address}?{urlencode([*kept, *tail])}",
    }
    template = "catalogue/situation_print.html" if request.GET.get("print") else "catalogue/situation_result.html"
    return render(request, template, context)


def raw_of(known: Guidance, data: QueryDict) -> dict[str, Any]:
    """What an address says, in the shape the rules read."""
    found: dict[str, Any] = {}
    for question in known.form.questions():
        if question.key in data:
            found[question.key] = (
                data.getlist(question.key)[:40] if question.kind == "multi_choice" else data[question.key]
            )
    return found


def pairs_of(answers: dict[str, Any]) -> list[tuple[str, str]]:
    """Answers as an address says them."""
    found: list[tuple[str, str]] = []
    for key, value in answers.items():
        found += [(key, str(each)) for each in value] if isinstance(value, list) else [(key, str(value))]
    return found


def _answered(known: Guidance, state: State, address: str, tail: list[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """(question, answer, where it is asked again)."""
    shown = dict(line for _, lines in questions.shown_answers(known.form, state.answers) for line in lines)
    kept = pairs_of(state.answers)
    return [
        (each.label, shown.get(each.label, ""), f"{address}?{urlencode([*kept, *tail, ('again', each.key)])}")
        for each in state.answered
    ]


def _back(known: Guidance, state: State, address: str, tail: list[tuple[str, str]]) -> str:
    """Where the question before is asked again; "" at the first."""
    earlier = [q.key for q in known.form.questions()]
    now = earlier.index(state.now.key) if state.now is not None else len(earlier)
    before = [each for each in state.answered if earlier.index(each.key) < now]
    if not before:
        return ""
    return f"{address}?{urlencode([*pairs_of(state.answers), *tail, ('again', before[-1].key)])}"


def _wrong(state: State, data: QueryDict) -> str:
    """What to say of the answer just sent for the question that is still open."""
    question = state.now
    if question is None or data.get("asked") != question.key or data.get("again"):
        return ""
    raw = data.getlist(question.key) if question.kind == "multi_choice" else data.get(question.key)
    form = {
        "title": "问",
        "sections": [
            {"key": "s", "title": "问", "fields": [{**question.model_dump(), "show_if": [], "required": True}]}
        ],
    }
    _, faults = questions.clean_answers(form, {question.key: raw})
    return faults.get(question.key, "")


def _apply_url(edition: ItemEdition, kept: list[tuple[str, str]], *, window: bool) -> str:
    """Where one applies with these answers; "" in an installation that takes no applications."""
    try:
        address = reverse("cases:desk_intake_person" if window else "cases:apply", args=[edition.item.code])
    except NoReverseMatch:
        return ""
    return f"{address}?{urlencode(kept)}"


# The editor's page


class NoteForm(forms.Form):
    """One note; an empty text takes it out."""

    kind = django_forms.ChoiceField(label="种类", choices=list(NOTE_KINDS.items()), required=False, initial="tip")
    text = forms.Line(label="告诉群众什么", required=False, max_length=500)
    when = forms.Line(label="什么情形", required=False, max_length=500)

    def clean_when(self) -> list[Any]:
        """The condition as an expression."""
        return _condition(self.cleaned_data.get("when") or "")


class ConditionForm(forms.Form):
    """When one material is wanted."""

    order = django_forms.IntegerField(widget=django_forms.HiddenInput, min_value=1)
    condition = forms.Line(label="什么情形需要", required=False, max_length=500)
    condition_text = forms.Line(label="写给群众的情形", required=False, max_length=300)

    def clean_condition(self) -> list[Any]:
        """The condition as an expression."""
        return _condition(self.cleaned_data.get("condition") or "")


def _condition(text: str) -> list[Any]:
    try:
        return read_condition(text)
    except ConditionProblem as problem:
        raise django_forms.ValidationError(str(problem)) from None


NoteFormSet = django_forms.formset_factory(NoteForm, extra=2, max_num=60, absolute_max=70)
ConditionFormSet = django_forms.formset_factory(ConditionForm, extra=0, max_num=200, absolute_max=210)


@requires(policies.EDIT)
def edit(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """The questions, what is told, and which material hangs on which answer, on one page that needs no script."""
    item = policies.access_item(actor_of(request), code)
    found = selectors.edition_of(item, number)
    held = found.guidance or {}
    definition = held.get("form") or {"title": "办理情形", "sections": []}
    materials = list(found.materials.all())
    names = {material.order: material.name for material in materials}
    context: dict[str, Any] = {
        "item": item, "edition": found, "names": names, "kinds": sorted(KINDS), "has": bool(held),
        "outline": _outline(held),
    }  # fmt: skip
    if request.method == "POST" and "more" in request.POST:
        longer = with_rows(with_rows(request.POST, "q", MORE_ROWS), "n", MORE_ROWS)
        context |= {"rows": QuestionFormSet(longer, prefix="q"), "notes": NoteFormSet(longer, prefix="n")}
        context["hanging"] = ConditionFormSet(longer, prefix="m")
        context["conditions"] = _named(context["hanging"], names)
        return render(request, "catalogue/manage/guidance.html", context)
    data = request.POST or None
    rows = QuestionFormSet(data, prefix="q", initial=to_rows(definition))
    notes = NoteFormSet(
        data,
        prefix="n",
        initial=[{**note, "when": write_condition(note.get("when", ()))} for note in held.get("notes", ())],
    )
    hanging = ConditionFormSet(
        data, prefix="m",
        initial=[
            {"order": m.order, "condition": write_condition(m.condition), "condition_text": m.condition_text}
            for m in materials
        ],
    )  # fmt: skip
    if request.method == "POST" and all([rows.is_valid(), notes.is_valid(), hanging.is_valid()]):
        try:
            services.save_guidance(
                actor=actor_of(request), edition=found, at=moments.now(),
                definition=_definition(rows, notes, definition),
                materials={
                    each.cleaned_data["order"]: MaterialCondition(each.cleaned_data["condition"], each.cleaned_data["condition_text"])
                    for each in hanging if each.cleaned_data
                },
            )  # fmt: skip
        except Refusal as refusal:
            if not refusal.fields:
                raise
            context["refusal"] = refusal
        else:
            messages.success(request, "情形引导已保存。")
            return redirect("catalogue:edition", code, number)
    wrong = "refusal" in context or (data is not None)
    context |= {"rows": rows, "notes": notes, "hanging": hanging, "conditions": _named(hanging, names)}
    return render(request, "catalogue/manage/guidance.html", context, status=422 if wrong else 200)


def _definition(rows: Any, notes: Any, before: dict[str, Any]) -> dict[str, Any] | None:
    """What the rows mean; None where no question is left."""
    asked = [each.cleaned_data for each in rows if each.cleaned_data.get("label")]
    if not asked:
        return None
    form = from_rows("办理情形", asked, before)
    for section in form["sections"]:
        for question in section["fields"]:
            question["required"] = True
    told = [
        {
            "kind": each.cleaned_data.get("kind") or "tip",
            "text": each.cleaned_data["text"],
            "when": each.cleaned_data["when"],
        }
        for each in notes
        if each.cleaned_data.get("text")
    ]
    return {"form": form, "notes": told}


def _named(rows: Any, names: dict[int, str]) -> list[tuple[Any, str]]:
    found = []
    for row in rows:
        text = str(row["order"].value() or "")
        found.append((row, names.get(int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0, "")))
    return found


def _outline(held: dict[str, Any]) -> list[tuple[str, str]]:
    """The tree in words: each question with when it is asked."""
    known = rules.as_guidance(held)
    if known is None:
        return []
    labels = known.form.labels()
    return [(each.label, say(each.show_if, labels) if each.show_if else "") for each in known.form.questions()]
