"""办件不出中心: where each step was taken, from its own record or the post of its day; what left is found and counted (R064)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from django.db import connection

from tests.cast import Cast
from yimen.ground.kit.moments import CHINA
from yimen.ground.matters.fast_forward import in_its_own_time, mark_synthetic
from yimen.ground.organisations.models import Unit
from yimen.service.cases import services as cases
from yimen.service.cases.models import Case
from yimen.service.cases.tests.stage import published, submitted
from yimen.watch.supervision import services
from yimen.watch.supervision.models import Alert, StepPlace
from yimen.watch.supervision.rules.places import two_ends
from yimen.watch.supervision.selectors import places as counting
from yimen.watch.supervision.tests.stage import calling

MONDAY = datetime(2026, 11, 2, 10, tzinfo=CHINA)
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
DAYS = "first=2026-11-01&last=2026-11-30"


@pytest.fixture(autouse=True)
def own_time(db: None) -> Iterator[None]:
    mark_synthetic()
    with in_its_own_time():
        yield


@pytest.fixture
def code(cast: Cast) -> str:
    """Accepted at window 3 by Wang, reviewed by Zhao, granted by Chen in the department's own house."""
    Unit.objects.filter(pk__in=[cast.posts["zhao"].unit_id, cast.posts["chen"].unit_id]).update(approval_section=False)
    item = published(cast, at=MONDAY - timedelta(days=1))
    found = submitted(cast, item, at=MONDAY)
    cases.accept_case(code=found, actor=cast.actor("wang", MONDAY), at=MONDAY + timedelta(minutes=5))
    zhao, at = cast.actor("zhao", MONDAY), MONDAY + timedelta(hours=1)
    cases.check_rest(code=found, actor=zhao, at=at)
    cases.pass_review(code=found, actor=zhao, at=at, text="符合条件，建议准予。", conclusion="grant")
    cases.grant(code=found, actor=cast.actor("chen", at), at=at + timedelta(minutes=9))
    return found


def places() -> dict[str, tuple[str, bool | None]]:
    return {each.group: (each.how, each.inside) for each in StepPlace.objects.order_by("seq")}


def test_each_step_has_its_place_and_how_it_is_known(cast: Cast, code: str) -> None:
    assert services.read_places(MONDAY + timedelta(days=1)) == 1
    found = places()
    assert found["accept"] == ("window", True)
    assert found["decide"] == ("post", False)
    (alert,) = Alert.objects.filter(version__rule__code="left-centre")
    assert "决定应当在中心办理" in alert.text
    assert (alert.per, alert.violation_id) == ("unit", "off_site")
    assert services.read_places(MONDAY + timedelta(days=2)) == 0  # once, and each step once


def test_whose_post_ended_before_is_said_to_be_nowhere(cast: Cast, code: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "update organisations_tenure set held_to = '2026-10-31' where account_id = %s", [cast.accounts["chen"].pk]
        )
    services.read_places(MONDAY + timedelta(days=1))
    assert places()["decide"] == ("unknown", None)
    assert not Alert.objects.filter(version__rule__code="left-centre").exists()


def test_a_section_for_approvals_is_inside(cast: Cast, code: str) -> None:
    Unit.objects.filter(pk=cast.posts["chen"].unit_id).update(approval_section=True)
    services.read_places(MONDAY + timedelta(days=1))
    assert places()["decide"][1] is True


def test_an_item_may_ask_for_less(cast: Cast, code: str) -> None:
    item = Case.objects.get(matter__code=code).item
    client = cast.client("sun")
    given = {"code": item.code, "groups": ["accept"], "why": "进驻方案第三条"}
    assert client.post("/manage/supervision/places/items/", given).status_code == 302
    assert client.post("/manage/supervision/places/items/", given | {"code": "无此码"}).status_code in (404, 422)
    assert cast.client("he").post("/manage/supervision/places/items/", given).status_code == 403
    services.read_places(MONDAY + timedelta(days=1))
    assert not Alert.objects.filter(version__rule__code="left-centre").exists()
    assert StepPlace.objects.filter(required=True).count() == StepPlace.objects.filter(group="accept").count()
    assert "进驻方案第三条" in client.get("/manage/supervision/places/").content.decode()


def test_two_places_for_the_applicant(cast: Cast, code: str) -> None:
    at = MONDAY + timedelta(days=1)
    services.read_places(at)
    case = Case.objects.select_related("matter", "item").get(matter__code=code)
    assert services.places.two_ended([case.pk]) == []
    with connection.cursor() as cursor:  # as if handed out in the department's own house
        cursor.execute(
            'insert into supervision_stepplace (step_id, matter_id, seq, action, "group", item_id, department_id, place, how,'
            " inside, required, actor_name, at) values (999999999, %s, 99, 'deliver', 'deliver', %s, %s, '局机关 出件岗', 'post',"
            " false, true, '吴', %s)",
            [case.pk, case.item_id, case.matter.department_id, at],
        )
    assert services.places.two_ended([case.pk]) == [case.pk]
    (line,) = counting.place_figures(cast.actor("sun"), FIRST, LAST, "item")
    assert line.counts["two_ends"] == 1
    Case.objects.filter(pk=case.pk).update(delivery_method="post")
    assert services.places.two_ended([case.pk]) == []


def test_each_number_is_an_independent_count_and_opens_its_list(cast: Cast, code: str) -> None:
    services.read_places(MONDAY + timedelta(days=1))
    (line,) = counting.place_figures(cast.actor("sun"), FIRST, LAST, "department")
    questions = {"required": "required", "inside": "required and inside", "outside": "required and not inside",
                 "unknown": "required and inside is null", "derived": "required and how = 'derived'"}  # fmt: skip
    for name, condition in questions.items():
        with connection.cursor() as cursor:
            cursor.execute(f"select count(*) from supervision_stepplace where {condition}")  # noqa: S608 - written above
            assert line.counts[name] == cursor.fetchone()[0], name
    assert line.share == round(100 * line.counts["inside"] / (line.counts["inside"] + line.counts["outside"]), 1)
    client = cast.client("sun")
    page = client.get(f"/manage/supervision/places/?{DAYS}").content.decode()
    cells = re.findall(r'<a href="(/manage/supervision/places/behind/[^"]+)" aria-label="[^"]*">(\d+)</a>', page)
    assert cells
    for address, number in cells:
        listed = client.get(address.replace("&amp;", "&")).content.decode()
        assert len(re.findall(r'<th scope="row"', listed)) == int(number)
    for more in ("as=xlsx", "as=svg", "by=item&as=xlsx"):
        assert client.get(f"/manage/supervision/places/?{DAYS}&{more}").status_code == 200
    assert counting.place_figures(cast.actor("tang"), FIRST, LAST, "item") == []
    assert client.get("/manage/supervision/places/behind/?which=no").status_code == 404


def test_a_rule_with_nonsense_steps_is_refused(cast: Cast) -> None:
    client = cast.client("sun")
    page = client.post(
        "/manage/supervision/rules/left-centre/edit/",
        {"label": "离开中心", "level": "notice", "param_steps": "accept、walk", "in_use": "on", "why": "试", "seen": "1",
         "text": "", "law": ""},
    )  # fmt: skip
    assert page.status_code == 422
    assert "只能写 accept" in page.content.decode()


def test_the_pure_question() -> None:
    assert two_ends(["中心", "局机关"])
    assert not two_ends(["中心", "中心", ""])


def test_the_interface_says_what_the_page_says(cast: Cast, code: str) -> None:
    services.read_places(MONDAY + timedelta(days=1))
    (line,) = counting.place_figures(cast.actor("sun"), FIRST, LAST, "item")
    told = calling(cast, "sun").get(f"/api/v1/supervision/places?by=item&{DAYS}").json()
    assert told["places"] == [{"id": line.key, "name": line.name, "share": line.share, "counts": line.counts}]
    assert told["labels"]["outside"] == "在中心以外" and told["first"] == FIRST.isoformat()
    assert calling(cast, "sun").get("/api/v1/supervision/places?first=2026-13-01").status_code == 422
    assert calling(cast, "sun").get("/api/v1/supervision/places?by=planet").status_code == 422
    assert calling(cast, "wang").get("/api/v1/supervision/places").status_code == 403
