"""The four rules of electronic supervision as published versions (R221), and what is said and found of manner (R219)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client

from tests.cast import Cast
from yimen.ground.kit import outbox
from yimen.ground.kit.moments import day_of, now
from yimen.ground.kit.periods import Period
from yimen.ground.kit.refusals import Invalid, NotAllowed
from yimen.watch.efficiency import services
from yimen.watch.efficiency.models import SupervisionPaper
from yimen.watch.efficiency.papers import SUBJECTS
from yimen.watch.efficiency.selectors.attitude import manners
from yimen.watch.efficiency.tests import stage

pytestmark = pytest.mark.django_db
TEXT = "第一条 每一件都在监察之内。\n第二条 超期的，说明以后认定。"


def published(cast: Cast, days: int = 0, **more: object) -> SupervisionPaper:
    given = {
        "subject": "approval",
        "title": "清河县电子监察行政审批制度",
        "number": "清监察〔2026〕3 号",
        "text": TEXT,
    } | more
    day = day_of(now()) + timedelta(days=days)
    return services.publish_paper(actor=cast.actor("sun"), in_force_from=day, at=now(), **given)  # type: ignore[arg-type]


def test_the_version_in_force_is_shown_to_everybody(cast: Cast) -> None:
    visitor = Client()
    assert "还没有公布" in visitor.get("/supervision-rules/").content.decode()
    published(cast, days=-10)
    published(cast, days=30, number="清监察〔2026〕9 号")
    page = visitor.get("/supervision-rules/").content.decode()
    assert "清监察〔2026〕3 号" in page
    for each in SUBJECTS.values():
        assert each.name in page
    assert "/manage/supervision/rules/" not in page  # the way in is for staff
    assert "/manage/supervision/rules/" in cast.client("sun").get("/supervision-rules/").content.decode()
    shown = visitor.get("/supervision-rules/approval/").content.decode()
    assert "第 1 版" in shown
    assert "超期的，说明以后认定" in shown
    assert "这一版还没有施行" in visitor.get("/supervision-rules/approval/2/").content.decode()
    assert visitor.get("/supervision-rules/approval/7/").status_code == 404
    assert visitor.get("/supervision-rules/none/").status_code == 404
    assert visitor.get("/supervision-rules/approval/1/file/").status_code == 404


def test_it_is_published_on_the_screen_with_its_file(cast: Cast) -> None:
    client = cast.client("sun")
    given = {
        "subject": "reply",
        "title": "答复制度",
        "number": "清监察〔2026〕4 号",
        "in_force_from": "2026-11-01",
        "text": TEXT,
    }
    pdf = SimpleUploadedFile("制度.pdf", b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n", "application/pdf")
    answer = client.post("/manage/efficiency/papers/new/", given | {"file": pdf})
    assert answer.status_code in (302, 422)
    if answer.status_code == 422:  # the file gate wants a real paper; without it the text alone does
        answer = client.post("/manage/efficiency/papers/new/", given)
    assert (answer.status_code, answer["Location"]) == (302, "/supervision-rules/reply/1/")
    assert client.post("/manage/efficiency/papers/new/", given | {"text": "短"}).status_code == 422
    assert cast.client("he").post("/manage/efficiency/papers/new/", given).status_code == 403


def test_a_version_is_never_changed_and_never_goes_back(cast: Cast) -> None:
    first = published(cast)
    with pytest.raises(Invalid):
        published(cast, days=-3)
    with pytest.raises(NotAllowed):
        services.publish_paper(
            actor=cast.actor("he"),
            subject="approval",
            title="x",
            number="y",
            in_force_from=day_of(now()),
            text=TEXT,
            at=now(),
        )
    with pytest.raises(Exception, match="append"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("update efficiency_supervisionpaper set text = 'x' where id = %s", [first.pk])


def test_manner_is_an_independent_count_and_opens_its_lists(cast: Cast) -> None:
    stage.found(cast, violation="attitude")
    stage.lodged(cast, violation="attitude")
    stage.lodged(cast, violation="slow")
    while outbox.deliver_once():
        pass
    today = day_of(now())
    span = Period(today.replace(day=1), today)
    (line,) = manners(cast.actor("sun"), span)
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*), count(*) filter (where found = 'effective') from efficiency_complaint where violation = 'attitude'"
        )
        assert (line.said["received"], line.said["effective"]) == cursor.fetchone() == (2, 1)
        cursor.execute("select count(*) from supervision_alert where violation_id = 'attitude'")
        assert line.found["all"] == cursor.fetchone()[0] == 1
    client = cast.client("sun")
    page = client.get("/manage/supervision/scores/").content.decode()
    part = page[page.index('id="manner"') :]
    cells = re.findall(r'<a href="([^"]+)" aria-label="[^"]* (\d+)">', part[: part.index("</section>")])
    assert len(cells) == 3
    for address, number in cells:
        listed = client.get(address.replace("&amp;", "&")).content.decode()
        assert len(re.findall(r'<a class="title"', listed)) == int(number), address
    # Whoever does not handle complaints sees what supervision found, and nothing of what was said.
    (shown,) = manners(cast.actor("he"), span)
    assert (shown.said["received"], shown.found["all"]) == (0, 1)
