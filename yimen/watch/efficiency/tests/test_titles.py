"""Lists that know nothing of complaints show matters by their title: it says nothing, not even whom the complaint is about."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import Client

from tests.cast import Cast
from yimen.ground.kit import outbox
from yimen.ground.kit.moments import now
from yimen.ground.matters.fast_forward import in_its_own_time, mark_synthetic
from yimen.ground.matters.models import Matter
from yimen.ground.matters.services import fold_tallies, sweep_all
from yimen.watch.efficiency.rules import COMPLAINT_TITLE
from yimen.watch.efficiency.tests import stage
from yimen.watch.efficiency.tests.test_anonymity import texts_of_every_table
from yimen.watch.supervision import services as supervision
from yimen.watch.supervision.models import Alert

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_time(db: None) -> Iterator[None]:
    mark_synthetic()
    with in_its_own_time():
        yield


SAID = ("投诉监察办", "投诉效能监察办公室", "效能监察办公室：慢作为", "监察办：慢作为")


def _overdue(cast: Cast) -> Matter:
    """Sun's own office is accused; the complaint lies beyond its limit, shines red and has its alert."""
    made = stage.lodged(cast, unit="supervision")
    later = now() + timedelta(days=60)
    sweep_all(later)
    supervision.raise_overdue([made.complaint.pk], later)
    fold_tallies()
    return Matter.objects.get(pk=made.complaint.pk)


def test_no_list_of_supervision_says_whom_a_complaint_is_about(cast: Cast) -> None:
    matter = _overdue(cast)
    assert (matter.title, matter.light) == (COMPLAINT_TITLE, "red")
    alert = Alert.objects.select_related("matter").filter(about=matter).first()
    assert alert is not None
    for who in ("sun", "leader"):
        client = cast.client(who)
        pages = [
            client.get(url).content.decode()
            for url in (
                "/desk/watch/?light=all", "/desk/watch/matters/?which=open", "/desk/watch/cockpit/",
                "/manage/supervision/alerts/", f"/desk/alerts/{alert.matter.code}/", "/api/v1/alerts",
                "/api/v1/cards",
            )
        ]  # fmt: skip
        pages += [
            _cells(client, "/desk/watch/?light=all&as=xlsx"),
            _cells(client, "/manage/supervision/alerts/?as=xlsx"),
        ]
        shown = "\n".join(pages)
        assert COMPLAINT_TITLE in shown
        for said in SAID:
            assert said not in shown, (who, said)


def test_a_search_for_the_accused_finds_no_complaint(cast: Cast) -> None:
    matter = _overdue(cast)
    page = cast.client("sun").get("/desk/watch/?light=all&q=监察办").content.decode()
    assert matter.code not in page
    assert cast.client("he").get("/desk/watch/?light=all").content.decode().count(matter.code) == 0


def test_no_text_of_the_database_joins_complaint_and_accused(cast: Cast) -> None:
    _overdue(cast)
    while outbox.deliver_once():
        pass
    found = texts_of_every_table()
    for said in SAID:
        assert said not in found, said


def test_who_handles_it_reads_what_it_is_about(cast: Cast) -> None:
    code = stage.lodged(cast).code
    client = cast.client("sun")
    for url in (f"/desk/complaints/{code}/", f"/desk/complaints/{code}/clock/", f"/desk/complaints/{code}/decline/",
                "/desk/complaints/?box=all&q=市场", "/desk/complaints/?box=all&q=慢作为"):  # fmt: skip
        assert "：慢作为" in client.get(url).content.decode(), url
    assert code not in client.get("/desk/complaints/?box=all&q=卫生").content.decode()
    assert "：慢作为" in _cells(client, "/desk/complaints/?box=all&as=xlsx")


def _cells(client: Client, url: str) -> str:
    answer: Any = client.get(url)
    with ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as book:
        return "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
