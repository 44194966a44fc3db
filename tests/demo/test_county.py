"""The demo county: what a visitor finds after the first `make run`."""

from __future__ import annotations

import json
import stat
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import check_password
from stdnum.cn import ric, uscc

from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.documents.models import Letter
from yimen.ground.documents.selectors import letter_pdf
from yimen.ground.identity.models import Party
from yimen.ground.kit.models import OutboxEvent
from yimen.ground.kit.moments import now
from yimen.ground.matters import sealing
from yimen.ground.matters.clocks import ClockMark, clock_row
from yimen.ground.matters.models import LedgerHead, Matter, Step
from yimen.ground.matters.selectors import clock_face, closing_hours, explain, warn_days
from yimen.ground.notices.models import Message
from yimen.ground.organisations.models import AuthorisationLetter, Post, Unit, Window
from yimen.house.demo import load
from yimen.house.demo.items import ITEMS
from yimen.service.cases.lifecycle import STATES
from yimen.service.cases.models import Case, CaseMaterial, Draft
from yimen.service.catalogue.models import ItemEdition
from yimen.service.catalogue.rules.limits import compare
from yimen.service.catalogue.rules.quality import errors
from yimen.service.catalogue.selectors import findings, limits, whole
from yimen.service.scrutiny.models import Challenge, Observer, Panel, Survey

pytestmark = pytest.mark.usefixtures("county")


def test_size() -> None:
    """About forty departments, thirty windows, fifteen towns, sixty villages, three hundred staff, forty items."""
    kinds = Counter(Unit.objects.values_list("kind", flat=True))
    assert kinds["department"] == 40 + 3, "and three of the city above"
    assert (kinds["town"], kinds["village"], kinds["subcentre"]) == (15, 60, 2)
    assert Window.objects.count() == 30
    assert set(Window.objects.values_list("kind", flat=True)) == set(Window.Kind.values)
    assert 300 <= get_user_model().objects.filter(kind="staff").count() <= 330
    assert set(Post.objects.values_list("duty", flat=True)) == set(Post.Duty.values)
    assert ItemEdition.objects.filter(status="published").count() == len(ITEMS) >= 40


def test_synthetic_for_good() -> None:
    assert LedgerHead.objects.get().synthetic


def test_every_state_is_there() -> None:
    cases = Matter.objects.filter(case__isnull=False)
    assert set(cases.values_list("state", flat=True)) == {state.code for state in STATES}


def test_every_urgency_is_there() -> None:
    """Something is due at the end of today (or of the next working day), something warned, overdue, standing still."""
    at = now()
    calendar = work_calendar()
    today = calendar.next_workday_on_or_after(at.date())
    open_matters = list(Matter.objects.filter(closed_at__isnull=True))
    assert any(matter.due_on == today for matter in open_matters)
    faces = Counter(clock_face(matter, at, calendar).status for matter in open_matters)
    assert faces["red"] and faces["paused"] and faces["normal"], faces
    assert any(matter.warn_at and matter.warn_at <= at + timedelta(days=4) for matter in open_matters)
    assert Case.objects.filter(extended_days__gt=0).exists()


def test_numbers_are_valid_and_never_shared() -> None:
    numbers: Counter[str] = Counter()
    for party in Party.objects.all():
        numbers[party.id_number] += 1
        if party.id_type == "resident":
            assert ric.calc_check_digit(party.id_number) == party.id_number[17]
        else:
            assert uscc.is_valid(party.id_number)
    assert max(numbers.values()) == 1
    for code in Unit.objects.exclude(credit_code="").values_list("credit_code", flat=True):
        assert uscc.is_valid(code)


def test_promises_keep_within_the_law() -> None:
    for edition in whole(ItemEdition.objects.filter(status="published")):
        assert errors(findings(edition, now().date())) == []
        if edition.legal_limit is not None:
            legal = limits(edition)
            assert legal.promise and legal.legal
            assert compare(legal.promise, legal.legal) == "not_longer"


def test_forms_ask_by_condition_and_know_the_applicant() -> None:
    definitions = [json.dumps(item.form) for item in ITEMS if item.form]
    assert sum("show_if" in text and "prefill" in text for text in definitions) >= 12


def test_letters_cover_every_window_and_chief() -> None:
    """Each department with items lets its chief representative and the clerk of each of its windows act."""
    day = now().date()
    in_force = AuthorisationLetter.objects.filter(state="signed", valid_from__lte=day, valid_to__gte=day)
    for window in Window.objects.filter(kind__in=["comprehensive", "department"]):
        clerk = window.posts.get(duty="clerk")
        for department in window.departments.all():
            assert in_force.filter(department=department, post=clerk, powers__contains=["accept"]).exists(), (
                window,
                department,
            )
    for chief in Post.objects.filter(duty="chief").select_related("unit"):
        assert in_force.filter(department=chief.unit.parent, post=chief, powers__contains=["decide"]).exists()


def test_ledger_is_sound_and_clocks_follow_from_steps() -> None:
    verdict = sealing.verify()
    assert verdict.faults == [] and verdict.unsealed == 0 and verdict.synthetic
    calendar = work_calendar()
    for matter in Matter.objects.all():
        marks = [
            ClockMark.read(text, seq)
            for seq, text in Step.objects.filter(matter=matter)
            .exclude(clock="")
            .order_by("seq")
            .values_list("seq", "clock")
        ]
        row = clock_row(marks, calendar, closing_hours(matter.centre_id), warn_days())
        assert (matter.clock, matter.due_on, matter.due_at, matter.legal_due_on, matter.warn_at, matter.stopped_since) == (
            row.clock, row.due_on, row.due_at, row.legal_due_on, row.warn_at, row.stopped_since,
        ), matter.code  # fmt: skip
        assert (matter.sort_at, matter.provisional) == (row.sort_at, row.provisional)
        assert bool(explain(matter).clocks) == bool(marks), matter.code  # a ladder of sanctions has no limit of its own


def test_nothing_lies_in_the_future() -> None:
    assert not Step.objects.filter(happened_at__gt=now()).exists()
    assert not Matter.objects.filter(opened_at__gt=now()).exists()


def test_the_teahouse(county: dict[str, Any]) -> None:
    """Its licence was corrected once and stood still for a test over the national holidays."""
    matter = Matter.objects.get(code=county["told"]["teahouse"])
    actions = list(Step.objects.filter(matter=matter).order_by("seq").values_list("action", flat=True))
    assert actions[:4] == ["submit", "request_correction", "supplement", "accept"]
    assert {"record_survey", "suspend", "resume"} <= set(actions)
    handling = next(clock for clock in explain(matter).clocks if clock.name == "handling")
    assert handling.promised is not None
    whys = {entry.why for entry in handling.promised.days if entry.rule == "stopped"}
    assert whys == {"检测，停止计时"}
    assert any(entry.day.month == 10 and entry.day.day == 1 for entry in handling.promised.days)


def test_letters_are_drawn_when_opened(county: dict[str, Any]) -> None:
    """No PDF is made while loading, and none waits to be: the first reader gets it drawn."""
    assert not Letter.objects.filter(pdf__isnull=False).exists()
    assert not OutboxEvent.objects.filter(fanned_at__isnull=True).exists()
    letter = Letter.objects.filter(matter_code=county["told"]["teahouse"], kind="acceptance_slip").get()
    assert letter_pdf(letter).kind == "pdf"


def test_citizens_find_their_news_drafts_and_papers() -> None:
    account = get_user_model().objects.get(sign_in_name="lihe")
    news = Message.objects.filter(party=account.party)
    assert news.filter(read_at__isnull=True).exists()
    assert news.filter(read_at__isnull=False).exists()
    assert not news.filter(created_at__gt=now()).exists()
    assert Draft.objects.filter(party=account.party, submitted_matter__isnull=True).exists()
    assert CaseMaterial.objects.filter(case__matter__applicant=account.party, files__isnull=False).exists()


def test_sign_ins_are_kept_for_their_owner_alone(county: dict[str, Any]) -> None:
    path = county["var"] / "demo-accounts.txt"
    assert str(path) == county["accounts"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines()[1:] if line.strip()]
    assert len(lines) >= 20
    for *_, name, password in lines:
        account = get_user_model().objects.get(sign_in_name=name)
        assert check_password(password, account.password)
        assert account.is_active and not account.must_change_password
    assert len({line[-1] for line in lines}) == len(lines)
    roles = get_user_model().objects.exclude(admin_role=None).values_list("admin_role__role", flat=True)
    assert set(roles) == {"system", "security", "audit"}


def test_nobody_is_stopped_by_the_nightly_sweep() -> None:
    """Staff have worked yesterday, so that the sweep of unused accounts takes nobody."""
    since = now() - timedelta(days=30)
    assert not get_user_model().objects.filter(kind="staff", last_login__isnull=True).exists()
    assert not get_user_model().objects.filter(kind="staff", last_login__lt=since).exists()


def test_a_second_load_changes_nothing(county: dict[str, Any]) -> None:
    before = Matter.objects.count()
    assert load()["already"] is True
    assert Matter.objects.count() == before
    assert county["var"] == settings.YIMEN_VAR


def test_surveys_reviews_and_challenges_are_told() -> None:
    surveys = set(Survey.objects.values_list("matter__state", flat=True))
    assert "appointed" in surveys and surveys & {"passed", "rectifying"}, surveys
    assert Panel.objects.exists() and Observer.objects.exists()
    assert Challenge.objects.exists()
