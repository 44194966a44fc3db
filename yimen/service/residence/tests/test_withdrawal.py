"""What has entered leaves only by a decision; attempts are written down and told (R023)."""

from __future__ import annotations

import threading

import pytest
from django.db import connection
from django.urls import reverse

from tests.cast import Cast, build_cast
from yimen.ground.kit.moments import now
from yimen.ground.kit.outbox import deliver_once
from yimen.ground.kit.refusals import Conflict, NotAllowed, Refusal
from yimen.ground.notices.models import Message
from yimen.ground.organisations import services as organisations
from yimen.service.cases.tests.stage import published
from yimen.service.catalogue import services as catalogue
from yimen.service.residence import selectors, services
from yimen.service.residence.models import Entry, WithdrawalAttempt
from yimen.service.residence.services.attempts import WithdrawalRefused
from yimen.service.residence.tests.stage import AT, TODAY, entered, item


def test_a_department_does_not_leave_its_window(cast: Cast) -> None:
    entered(cast, item(cast))
    with pytest.raises(WithdrawalRefused, match="1 个事项"):
        organisations.set_window(
            actor=cast.actor("manager"), window=cast.windows["window3"], name="综合窗口", departments=[cast.units["housing"]],
            at=AT,
        )  # fmt: skip
    # The other department, of which nothing stands here, may go.
    organisations.set_window(
        actor=cast.actor("manager"),
        window=cast.windows["window3"],
        name="综合窗口",
        departments=[cast.units["market"]],
        at=AT,
    )


def test_a_window_with_items_is_not_closed(cast: Cast) -> None:
    entered(cast, item(cast))
    organisations.end_post(actor=cast.actor("manager"), post=cast.posts["wang"], at=AT)
    with pytest.raises(WithdrawalRefused, match="停用窗口"):
        organisations.close_window(actor=cast.actor("manager"), window=cast.windows["window3"], at=AT)


def test_the_attempt_outlives_the_refusal_and_is_told(cast: Cast) -> None:
    entered(cast, item(cast))
    answer = cast.client("manager").post(
        reverse("organisations:set_window", args=[cast.windows["window3"].pk]),
        {"name": "综合窗口", "departments": [cast.units["housing"].pk]},
    )
    assert answer.status_code in (409, 422)
    attempt = WithdrawalAttempt.objects.get()
    assert (attempt.actor_name, attempt.refused, attempt.items) == ("马成", True, 1)
    assert attempt.department == cast.units["market"]
    while deliver_once():
        pass
    told = Message.objects.filter(account=cast.accounts["sun"], subject__contains="撤回")
    assert told.count() == 1
    assert "马成" in told.get().body


def test_where_it_is_only_recorded(cast: Cast) -> None:
    entered(cast, item(cast))
    services.set_value(actor=cast.actor("manager"), key="withdrawal", value="record", at=AT)
    organisations.set_window(
        actor=cast.actor("manager"),
        window=cast.windows["window3"],
        name="综合窗口",
        departments=[cast.units["housing"]],
        at=AT,
    )
    assert not WithdrawalAttempt.objects.get().refused


def test_the_supervisor_answers_once(cast: Cast) -> None:
    entered(cast, item(cast))
    services.set_value(actor=cast.actor("manager"), key="withdrawal", value="record", at=AT)
    organisations.set_window(
        actor=cast.actor("manager"), window=cast.windows["window3"], name="综合窗口", departments=[], at=AT
    )
    attempt = WithdrawalAttempt.objects.get()
    with pytest.raises(NotAllowed):
        services.handle_attempt(actor=cast.actor("he"), attempt=attempt, text="没事", at=AT)
    services.handle_attempt(actor=cast.actor("sun"), attempt=attempt, text="已约谈，恢复原窗口。", at=AT)
    with pytest.raises(Conflict):
        services.handle_attempt(actor=cast.actor("sun"), attempt=attempt, text="再来一次", at=AT)


def test_a_fee_changed_on_its_own_is_noticed(cast: Cast) -> None:
    made = item(cast)
    services.take_over(actor=cast.actor("manager"), at=AT)
    draft = catalogue.new_edition(actor=cast.actor("editor"), item=made, at=AT, change_note="改收费")
    catalogue.save_edition(
        actor=cast.actor("editor"), edition=draft, at=AT,
        values={"fee": True, "fee_basis": "价格法", "fee_standard": "每件 20 元"},
    )  # fmt: skip
    catalogue.submit_for_legal_check(actor=cast.actor("editor"), edition=draft, at=AT)
    catalogue.decide_legal_check(actor=cast.actor("legal"), edition=draft, passed=True, opinion="", at=AT)
    catalogue.publish_edition(actor=cast.actor("manager"), edition=draft, at=AT)
    while deliver_once():
        pass
    attempt = WithdrawalAttempt.objects.get()
    assert attempt.kind == "fee_changed"
    assert "不收费 → 每件 20 元" in attempt.text


@pytest.mark.commits
def test_a_window_is_not_closed_while_something_is_placed_there() -> None:
    """Two people at once: whichever comes first, no item stands at a closed window."""
    cast = build_cast()
    made = published(cast)
    organisations.end_post(actor=cast.actor("manager"), post=cast.posts["wang"], at=AT)
    asked = services.propose(
        actor=cast.actor("he"), kind="enter", department=cast.units["market"], reason="进驻", item_ids=[made.pk],
        windows=[cast.windows["window3"]], at=AT,
    )  # fmt: skip
    manager = cast.actor("manager")
    start, refused = threading.Barrier(2), []

    def act(verb: str) -> None:
        try:
            start.wait()
            if verb == "close":
                organisations.close_window(actor=manager, window=cast.windows["window3"], at=AT)
            else:
                services.decide_adjustment(
                    actor=manager, adjustment=asked, number="", text="同意", effective_on=TODAY, at=AT
                )
        except Refusal as refusal:
            refused.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=(verb,)) for verb in ("close", "place")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert not Entry.objects.filter(window__closed_on__isnull=False, to_on__isnull=True).exists()


@pytest.mark.commits
def test_two_decisions_at_once_place_once() -> None:
    cast = build_cast()
    made = published(cast)
    asked = services.propose(
        actor=cast.actor("he"), kind="enter", department=cast.units["market"], reason="进驻", item_ids=[made.pk],
        windows=[cast.windows["window3"]], at=AT,
    )  # fmt: skip
    manager, start, refused = cast.actor("manager"), threading.Barrier(2), []

    def act() -> None:
        try:
            start.wait()
            services.decide_adjustment(
                actor=manager, adjustment=asked, number="", text="同意", effective_on=TODAY, at=AT
            )
        except Refusal as refusal:
            refused.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=act) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert Entry.objects.count() == 1
    assert selectors.handled_at(made.pk, None, TODAY)[0]


def given_publishing(cast: Cast, who: str) -> None:
    """Let somebody of the department publish and stop its items, as a place may grant."""
    organisations.give_grant(
        actor=cast.actor("security"), code="catalogue.publish", scope="department", post=cast.posts[who],
        scope_unit=cast.units["market"], at=AT,
    )  # fmt: skip


def test_a_department_does_not_stop_an_entered_item_on_its_own(cast: Cast) -> None:
    made = item(cast)
    entered(cast, made)
    given_publishing(cast, "he")
    with pytest.raises(WithdrawalRefused, match="不能自行停办") as refused:
        catalogue.freeze_item(actor=cast.actor("he"), item=made, reason="人手不够", at=now())
    for write in refused.value.afterwards:
        write()
    attempt = WithdrawalAttempt.objects.get()
    assert (attempt.kind, attempt.item, attempt.department, attempt.refused) == (
        "item_frozen", made, cast.units["market"], True,
    )  # fmt: skip
    assert "人手不够" in attempt.text
    made.refresh_from_db()
    assert made.status == "active"


def test_where_it_is_only_recorded_the_item_stops_and_the_supervisor_hears(cast: Cast) -> None:
    made = item(cast)
    entered(cast, made)
    given_publishing(cast, "he")
    services.set_value(actor=cast.actor("manager"), key="withdrawal", value="record", at=AT)
    catalogue.freeze_item(actor=cast.actor("he"), item=made, reason="人手不够", at=now())
    assert not WithdrawalAttempt.objects.get().refused
    while deliver_once():
        pass
    assert Message.objects.filter(account=cast.accounts["sun"], subject__contains="撤回").count() == 1


def test_whoever_may_not_stop_items_is_refused_and_written_down(cast: Cast) -> None:
    made = item(cast)
    entered(cast, made)
    services.set_value(actor=cast.actor("manager"), key="withdrawal", value="record", at=AT)
    with pytest.raises(NotAllowed, match="不能自行停办") as refused:
        catalogue.freeze_item(actor=cast.actor("editor"), item=made, reason="先停一停", at=now())
    for write in refused.value.afterwards:
        write()
    assert WithdrawalAttempt.objects.get().actor_name == "姜南"
    made.refresh_from_db()
    assert made.status == "active"
    page = cast.client("sun").get("/manage/residence/attempts/?kind=item_frozen").content.decode()
    assert "自行停办" in page and "先停一停" in page


def test_the_centre_stops_it_and_what_has_not_entered_is_not_asked_about(cast: Cast) -> None:
    made, outside = item(cast), item(cast, name="没有进驻的许可")
    entered(cast, made)
    catalogue.freeze_item(actor=cast.actor("manager"), item=made, reason="系统升级", at=now())
    given_publishing(cast, "he")
    catalogue.freeze_item(actor=cast.actor("he"), item=outside, reason="人手不够", at=now())
    assert not WithdrawalAttempt.objects.exists()
