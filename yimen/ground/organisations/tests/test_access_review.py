"""权限复核: every right of a unit once a quarter, confirmed or taken away by its head (等保 8.1.4.2, R016)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection

from tests.cast import Cast
from yimen.ground.identity.models import ApiToken
from yimen.ground.kit import moments
from yimen.ground.kit.models import AuditEntry, OutboxEvent
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed
from yimen.ground.organisations import services
from yimen.ground.organisations.models import AccessReview, AuthorisationLetter, Delegation, Grant, ReviewLine
from yimen.ground.organisations.selectors.reviewing import may_decide, period_of, reviewers_of, units_to_review
from yimen.ground.organisations.services import OwnRights
from yimen.ground.organisations.tests.test_standing_in import live

NOW = moments.now()


@pytest.fixture
def review(cast: Cast) -> AccessReview:
    cast.token("zhao", "cases.*")
    live(cast)
    return services.open_review(actor=cast.actor("security"), unit=cast.units["market"], at=NOW)


def lines(review: AccessReview, kind: str, holder: str = "") -> list[int]:
    found = review.lines.filter(kind=kind, verdict="")
    return list((found.filter(holder__startswith=holder) if holder else found).values_list("pk", flat=True))


@pytest.mark.parametrize(
    ("day", "months", "begins", "label"),
    [
        (date(2026, 11, 22), 3, date(2026, 10, 1), "2026 年第 4 季度"),
        (date(2026, 1, 1), 3, date(2026, 1, 1), "2026 年第 1 季度"),
        (date(2026, 6, 30), 6, date(2026, 1, 1), "2026 年 1—6 月"),
        (date(2026, 12, 31), 2, date(2026, 11, 1), "2026 年 11—12 月"),
        (date(2026, 7, 9), 1, date(2026, 7, 1), "2026 年 7 月"),
        (date(2026, 7, 9), 12, date(2026, 1, 1), "2026 年"),
    ],
)
def test_periods(day: date, months: int, begins: date, label: str) -> None:
    found = period_of(day, months)
    assert (found.begins_on, found.label) == (begins, label)


def test_every_right_of_the_unit_is_there_by_an_independent_count(cast: Cast, review: AccessReview) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """select (select count(*) from organisations_grant g join organisations_post p on p.id = g.post_id
                        join organisations_unit u on u.id = p.unit_id
                       where g.ended_at is null and p.account_id is not null and starts_with(u.path, %(path)s)),
                      (select count(*) from organisations_authorisationletter
                        where department_id = %(unit)s and state = 'signed'),
                      (select count(*) from identity_apitoken), (select count(*) from organisations_delegation)""",
            {"path": cast.units["market"].path, "unit": cast.units["market"].pk},
        )
        expected = cursor.fetchone()
    found = tuple(review.lines.filter(kind=kind).count() for kind in ("grant", "letter", "token", "delegation"))
    assert found == expected
    assert all(number > 0 for number in found)


def test_units_are_looked_through_once_and_together_cover_everybody(cast: Cast) -> None:
    units = {unit.name for unit in units_to_review()}
    assert {"清河县市场监督管理局", "清河县政务服务中心", "城关镇便民服务中心"} <= units
    assert not units & {"行政审批服务科", "综合受理科", "东街社区便民服务站"}
    opened = services.open_period(actor=cast.actor("security"), at=NOW)
    assert opened == len(units)
    assert services.open_period(actor=cast.actor("security"), at=NOW) == 0
    held = Grant.objects.filter(ended_at__isnull=True, post__account__isnull=False).count()
    assert ReviewLine.objects.filter(kind="grant").count() == held
    assert OutboxEvent.objects.filter(name="organisations.ReviewOpened").count() == opened


def test_a_second_one_in_the_period_is_refused(cast: Cast, review: AccessReview) -> None:
    with pytest.raises(Conflict):
        services.open_review(actor=cast.actor("security"), unit=cast.units["market"], at=NOW)
    for who in ("system", "audit", "he"):
        with pytest.raises(NotAllowed):
            services.open_review(actor=cast.actor(who), unit=cast.units["housing"], at=NOW)


def test_who_decides(cast: Cast, review: AccessReview) -> None:
    deciding = {name for name in cast.posts if may_decide(cast.actor(name), review)}
    assert deciding == {"he"}
    assert may_decide(cast.actor("security"), review)
    assert reviewers_of(cast.units["market"], moments.day_of(NOW)) == [cast.accounts["he"].pk]
    with pytest.raises(NotAllowed):
        services.confirm_lines(actor=cast.actor("tang"), review=review, lines=lines(review, "grant"), at=NOW)
    assert cast.client("tang").get(f"/manage/reviews/{review.pk}/").status_code == 404
    assert cast.client("zhao").get(f"/manage/reviews/{review.pk}/").status_code == 403


def test_confirmed_in_bulk_but_never_ones_own(cast: Cast, review: AccessReview) -> None:
    with pytest.raises(OwnRights):
        services.confirm_lines(actor=cast.actor("he"), review=review, lines=lines(review, "grant"), at=NOW)
    others = [pk for pk in lines(review, "grant") if pk not in lines(review, "grant", "何伟")]
    assert services.confirm_lines(actor=cast.actor("he"), review=review, lines=others, at=NOW) == len(others)
    with pytest.raises(Invalid):
        services.confirm_lines(actor=cast.actor("he"), review=review, lines=others, at=NOW)
    rest = list(review.lines.filter(verdict="").values_list("pk", flat=True))
    services.confirm_lines(actor=cast.actor("security"), review=review, lines=rest, at=NOW)
    review.refresh_from_db()
    assert review.closed_at is not None


def test_what_is_taken_away_ends_through_its_own_service(cast: Cast, review: AccessReview) -> None:
    he = cast.actor("he")
    grants = lines(review, "grant", "赵强")
    with pytest.raises(Invalid):
        services.take_away(actor=he, review=review, lines=grants, reason=" ", at=NOW)
    chosen = [*grants, *lines(review, "token"), *lines(review, "letter", "王芳"), *lines(review, "delegation")]
    assert services.take_away(actor=he, review=review, lines=chosen, reason="已调离窗口", at=NOW) == len(chosen)
    assert cast.actor("zhao").permissions == frozenset()
    assert ApiToken.objects.get().revoked_at is not None
    assert AuthorisationLetter.objects.get(pk=cast.letters["market_wang"].pk).state == "revoked"
    assert Delegation.objects.get().revoked_at is not None
    ended = AuditEntry.objects.filter(action="organisations.end_grant")
    assert {entry.actor_name for entry in ended} == {"何伟"}
    assert AuditEntry.objects.get(action="organisations.take_rights").reason == "已调离窗口"


def test_what_ended_meanwhile_is_no_trouble(cast: Cast, review: AccessReview) -> None:
    he = cast.actor("he")
    services.revoke_letter(actor=he, letter=cast.letters["market_wang"], reason="换人", at=NOW)
    services.revoke_delegation(actor=cast.actor("chen"), delegation=Delegation.objects.get(), reason="回来了", at=NOW)
    chosen = [*lines(review, "letter", "王芳"), *lines(review, "delegation")]
    assert services.take_away(actor=he, review=review, lines=chosen, reason="不用了", at=NOW) == 2
    assert AuthorisationLetter.objects.get(pk=cast.letters["market_wang"].pk).revoked_reason == "换人"


def test_lines_of_another_review_are_not_touched(cast: Cast, review: AccessReview) -> None:
    other = services.open_review(actor=cast.actor("security"), unit=cast.units["health"], at=NOW)
    with pytest.raises(Invalid):
        services.take_away(actor=cast.actor("he"), review=review, lines=lines(other, "grant"), reason="试", at=NOW)
    assert other.lines.exclude(verdict="").count() == 0


def test_overdue_is_reported_and_suspended_only_where_the_setting_says_so(cast: Cast, review: AccessReview) -> None:
    late = NOW + timedelta(days=16)
    held = cast.actor("zhao").permissions
    assert services.suspend_overdue(at=late) == 0
    assert cast.actor("zhao").permissions == held
    page = cast.client("security").get("/manage/reviews/?which=overdue").content.decode()
    assert "没有逾期的复核" in page
    services.set_staff_rules(actor=cast.actor("security"), at=NOW, review_suspends=True)
    services.confirm_lines(actor=cast.actor("he"), review=review, lines=lines(review, "grant", "陈静"), at=NOW)
    assert services.suspend_overdue(at=NOW) == 0
    assert services.suspend_overdue(at=late) > 0
    assert cast.actor("zhao").permissions == frozenset()
    assert cast.actor("chen").permissions != frozenset()
    assert review.lines.filter(verdict="").exclude(kind="letter").count() == 0
    assert review.lines.filter(kind="letter", verdict="").exists()
    assert services.suspend_overdue(at=late) == 0


def test_the_security_administrator_gives_back_what_was_taken(cast: Cast, review: AccessReview) -> None:
    [pk] = review.lines.filter(kind="grant", holder__startswith="赵强", what="审查、踏勘、特别程序").values_list(
        "pk", flat=True
    )
    services.take_away(actor=cast.actor("he"), review=review, lines=[pk], reason="误收", at=NOW)
    assert not cast.actor("zhao").holds("cases.review")
    line = ReviewLine.objects.get(pk=pk)
    with pytest.raises(NotAllowed):
        services.restore_line(actor=cast.actor("he"), line=line, at=NOW)
    services.restore_line(actor=cast.actor("security"), line=line, at=NOW)
    assert cast.actor("zhao").holds("cases.review")
    with pytest.raises(Conflict):
        services.restore_line(actor=cast.actor("security"), line=line, at=NOW)


def test_the_page_confirms_and_takes(cast: Cast, review: AccessReview) -> None:
    client = cast.client("he")
    address = f"/manage/reviews/{review.pk}/"
    assert client.post(address, {"verdict": "confirm"}).status_code == 422
    assert client.post(address, {"verdict": "take", "line": lines(review, "token")}).status_code == 422
    assert client.post(address, {"verdict": "confirm", "line": ["x", "9" * 40, "-1", "\x00"]}).status_code == 422
    assert (
        client.post(address, {"verdict": "take", "reason": "不用", "line": lines(review, "token")}).status_code == 302
    )
    assert client.post(address, {"verdict": "confirm", "line": lines(review, "grant", "陈静")}).status_code == 302
    assert client.get(f"{address}?as=xlsx").status_code == 200
    assert "权限复核表" in client.get(f"{address}print/").content.decode()
