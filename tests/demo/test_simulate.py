"""`yimen simulate`: a valid ledger by the same rules, the same for the same seed, and numbers that go on after it."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from django.db import connection, transaction
from django.db.models import Count, Max

from tests.demo.conftest import database_of_its_own
from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.documents.models import Letter
from yimen.ground.documents.rules import checked_facts, facts_text, kind_of
from yimen.ground.documents.selectors import letter_pdf
from yimen.ground.identity.models import Party
from yimen.ground.kit.moments import CHINA
from yimen.ground.kit.numbering import next_number
from yimen.ground.matters import sealing
from yimen.ground.matters.clocks import ClockMark, clock_row
from yimen.ground.matters.models import Matter, Step
from yimen.ground.matters.selectors import ask, closing_hours, explain, warn_days
from yimen.ground.matters.services import handling_result
from yimen.house.simulate import command
from yimen.house.simulate.entrance import simulate
from yimen.house.simulate.ledger_text import link, step_text
from yimen.house.simulate.plotting import Plotter
from yimen.house.simulate.world import read_world
from yimen.service.cases.models import Case
from yimen.service.cases.selectors import case_answers, edition_of
from yimen.service.catalogue.rules.questions import clean_answers

UNTIL = datetime(2026, 9, 30)
CASES = 500


@pytest.fixture(scope="module")
def simulated(places: str, django_db_blocker: Any) -> Iterator[dict[str, Any]]:
    """Five hundred cases in a database of their own."""
    with django_db_blocker.unblock(), database_of_its_own(places, f"{places}_simulated"):
        yield simulate(cases=CASES, seed=7, until=UNTIL)


def told() -> list[tuple[Any, ...]]:
    """What the ledger says, without the ids and random uids that differ from database to database."""
    return list(
        Step.objects.order_by("matter__opened_at", "matter__code", "seq").values_list(
            "matter__code", "seq", "action", "actor_name", "happened_at", "clock", "facts"
        )
    )


def test_ledger_is_sound(simulated: dict[str, Any]) -> None:
    verdict = sealing.verify()
    assert verdict.faults == []
    assert (verdict.steps, verdict.unsealed) == (simulated["steps"], 0)
    assert Matter.objects.count() == CASES == simulated["cases"]


def test_nobody_applies_from_home_for_what_is_done_in_person(simulated: dict[str, Any]) -> None:
    until = UNTIL.replace(tzinfo=CHINA)
    first = until - timedelta(days=60)
    world = read_world(first, until, 7)
    world = replace(world, items=(replace(world.items[0], online=False), *world.items[1:]))
    plotter = Plotter(world, random.Random(7), first.date(), until)
    days = [date(2026, 9, 19), date(2026, 9, 21)]  # a Saturday, a Monday
    drawn = [plotter.arrivals(day.toordinal(), 200) for day in days]
    at_home, in_person = ([desk for _, item, desk in of_day if item == 0] for of_day in drawn)
    assert at_home == [] and in_person and -1 not in in_person
    assert plotter.plot(0, -1, drawn[1][0][0]).channel == "window"


def test_clocks_are_what_explain_says(simulated: dict[str, Any]) -> None:
    calendar = work_calendar()
    for matter in Matter.objects.all():
        asked = ask(matter.pk)
        row = clock_row(asked.marks, calendar, closing_hours(matter.centre_id), warn_days())
        assert (matter.clock, matter.due_on, matter.due_at, matter.sort_at) == (
            row.clock,
            row.due_on,
            row.due_at,
            row.sort_at,
        )
        current = explain(matter).current
        if matter.due_on is not None:
            assert current is not None
            derived = current.promised or current.legal
            assert derived is not None and derived.due_on == matter.due_on


def test_derived_facts_are_what_the_service_would_store(simulated: dict[str, Any]) -> None:
    decided = Case.objects.filter(decided_at__isnull=False).select_related("matter")
    assert decided.count() > CASES / 2
    for case in decided:
        marks = tuple(
            ClockMark.read(text, seq)
            for seq, text in Step.objects.filter(matter=case.pk, happened_at__lt=case.decided_at)
            .exclude(clock="").order_by("seq").values_list("seq", "clock")
        )  # fmt: skip
        assert case.decided_at is not None
        asked = ask(case.pk)
        result = handling_result(_before(asked, marks), case.decided_at)
        assert (case.matter.work_days, case.matter.on_time) == (result.get("work_days"), result.get("on_time"))


def _before(asked: Any, marks: tuple[ClockMark, ...]) -> Any:
    from dataclasses import replace

    return replace(asked, marks=marks)


def test_canonical_text_and_link_equal_those_of_the_database(simulated: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select s.matter_id, s.seq, s.action, s.from_state, s.to_state, s.actor_uid::text, s.actor_name, s.actor_post,
                   s."window", (extract(epoch from s.happened_at) * 1000000)::bigint,
                   (extract(epoch from s.recorded_at) * 1000000)::bigint, s.basis, s.clock, s.facts, s.documents,
                   s.procedure, s.division, s.link, matters_step_text(s),
                   coalesce(lag(s.link) over (partition by s.matter_id order by s.seq), ''::bytea)
            from matters_step s
            """
        )
        for *said, kept, text, previous in cursor.fetchall():
            names = (
                "matter_id", "seq", "action", "from_state", "to_state", "actor_uid", "actor_name", "actor_post", "window",
                "happened_us", "recorded_us", "basis", "clock", "facts", "documents", "procedure", "division",
            )  # fmt: skip
            ours = step_text(**dict(zip(names, said, strict=True)))
            assert ours == text
            assert link(bytes(previous), ours) == bytes(kept)


def test_numbers_go_on_without_gap(simulated: dict[str, Any]) -> None:
    """Each day of each item counts from one without gap, and the counter stands at its last number."""
    last: dict[str, int] = {}
    seen: dict[str, set[int]] = {}
    for code in Matter.objects.values_list("code", flat=True):
        assert re.fullmatch(r"[0-9A-Z]{31}\d{8}\d{4}", code)
        series = f"case:{code[:31]}:{code[31:39]}"
        seen.setdefault(series, set()).add(int(code[39:]))
    with connection.cursor() as cursor:
        cursor.execute("select series, last from kit_serial where series like 'case:%%'")
        last = dict(cursor.fetchall())
    assert last == {series: max(numbers) for series, numbers in seen.items()}
    assert all(numbers == set(range(1, len(numbers) + 1)) for numbers in seen.values())
    series, numbers = max(seen.items(), key=lambda each: len(each[1]))
    with transaction.atomic():
        assert next_number(series) == len(numbers) + 1
        transaction.set_rollback(True)


def test_letters_are_numbered_without_gap(simulated: dict[str, Any]) -> None:
    for series in Letter.objects.values("series", "year").annotate(count=Count("id"), last=Max("serial")):
        assert series["count"] == series["last"]
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from documents_letter l left join kit_serial s on s.series = 'letter:' || l.series || ':' || l.year"
            " where s.last is null or s.last < l.serial"
        )
        assert cursor.fetchone() == (0,)


def test_letters_say_what_their_kind_must_and_can_be_drawn(simulated: dict[str, Any]) -> None:
    for letter in Letter.objects.all():
        assert facts_text(checked_facts(kind_of(letter.kind), json.loads(letter.facts))) == letter.facts
    slip = Letter.objects.filter(kind="acceptance_slip", facts__contains="derivation").first()
    assert slip is not None
    assert letter_pdf(slip).kind == "pdf"


def test_answers_pass_their_own_form(simulated: dict[str, Any]) -> None:
    for case in Case.objects.select_related("matter__applicant")[:120]:
        answers, wrong = clean_answers(edition_of(case).form, case_answers(case))
        assert wrong == {}
        assert answers == case_answers(case)
        party = case.matter.applicant
        assert party is not None
        assert answers.get("id_number", party.id_number) == party.id_number


def test_same_seed_same_story_and_another_one_another(
    simulated: dict[str, Any], places: str, django_db_blocker: Any
) -> None:
    first = told()
    parties = sorted(party.id_number for party in Party.objects.all())
    with django_db_blocker.unblock(), database_of_its_own(places, f"{places}_again"):
        simulate(cases=CASES, seed=7, until=UNTIL)
        assert told() == first
        assert sorted(party.id_number for party in Party.objects.all()) == parties
        before = Matter.objects.count()
        simulate(cases=50, seed=8, until=UNTIL)
        assert Matter.objects.count() == before + 50
        assert [step[4:] for step in told()][:50] != [step[4:] for step in first][:50]
        assert sealing.verify().faults == []
        assert Party.objects.count() == Party.objects.values("id_index").distinct().count()


@pytest.mark.commits
def test_worker_processes_write_what_one_process_writes(places: str) -> None:
    """The same seed with and without workers gives the same ledger."""
    from yimen.house.simulate import running

    stories = []
    for workers in (1, 2):
        with (
            database_of_its_own(places, f"{places}_workers"),
            pytest.MonkeyPatch.context() as patch,
        ):
            patch.setattr(running, "ALONE", 10)
            patch.setattr(running, "PORTION", 40)
            done = simulate(cases=150, seed=11, until=UNTIL, workers=workers, letters=False)
            assert done["letters"] is False
            assert sealing.verify().faults == []
            stories.append(told())
    assert stories[0] == stories[1]


@pytest.mark.commits
def test_command_says_what_it_did(places: str) -> None:
    with database_of_its_own(places, f"{places}_command"):
        answer = CliRunner().invoke(command, ["--cases", "20", "--seed", "3", "--json"])
        assert answer.exit_code == 0, answer.output
        assert '"cases": 20' in answer.output
        assert CliRunner().invoke(command, ["--cases", "0"]).exit_code == 2
