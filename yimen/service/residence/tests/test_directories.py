"""应进驻目录: editions, lines from a workbook with a diff, publication (R020, R021)."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import pytest
import xlsxwriter
from django.test import Client

from tests.cast import Cast
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed
from yimen.service.catalogue.services import UnreadableFile
from yimen.service.residence import rules, services
from yimen.service.residence.models import Directory, DirectoryUpload
from yimen.service.residence.services.directories import DirectoryClosed
from yimen.service.residence.tests.stage import AT, TODAY, directory, function, item


def workbook(*rows: tuple[str, ...]) -> bytes:
    data = BytesIO()
    book = xlsxwriter.Workbook(data)
    sheet = book.add_worksheet("目录")
    for at, row in enumerate(rows):
        sheet.write_row(at, 0, row)
    book.close()
    return data.getvalue()


@pytest.fixture
def draft(cast: Cast) -> Directory:
    return services.new_directory(actor=cast.actor("manager"), centre=cast.units["centre"], title="应进驻目录", at=AT)


def read(cast: Cast, draft: Directory, content: bytes, name: str = "目录.xlsx") -> DirectoryUpload:
    return services.check_upload(actor=cast.actor("manager"), directory=draft, content=content, file_name=name, at=AT)


def test_a_workbook_is_read_shown_and_written(cast: Cast, draft: Directory) -> None:
    made = item(cast)
    upload = read(
        cast,
        draft,
        workbook(
            ("事项编码", "部门", "基本编码", "类别", "进驻方式", "备注"),
            (made.code, "", "", "", "分中心", "不动产"),
            ("", "清河县卫生健康局", "", "", "", ""),
            ("", "", "", "文件查阅", "中心", ""),
            ("没有的", "", "", "", "", ""),
            ("", "不存在局", "", "", "", ""),
            (made.code, "", "", "", "中心", ""),
            ("", "", "", "", "空中", ""),
        ),
    )
    assert [line["key"].split(":")[0] for line in upload.lines] == ["item", "base", "class"]
    whys = [each["why"] for each in upload.problems]
    assert [each["line"] for each in upload.problems] == [5, 6, 7, 8]
    assert "没有编码" in whys[0]
    assert "不存在局" in whys[1]
    assert "重复" in whys[2]
    assert draft.lines.count() == 0
    assert services.apply_upload(actor=cast.actor("manager"), upload=upload, replace=False, at=AT) == 3
    assert draft.lines.get(kind="item").place == "subcentre"
    with pytest.raises(Conflict, match="已经写入"):
        services.apply_upload(actor=cast.actor("manager"), upload=upload, replace=False, at=AT)


def test_replacing_takes_out_what_the_file_lacks(cast: Cast, draft: Directory) -> None:
    services.put_line(actor=cast.actor("manager"), directory=draft, kind="class", wide_class="fee", at=AT)
    upload = read(cast, draft, "类别,备注\n信息发布,每周\n".encode("gb18030"), "目录.csv")
    services.apply_upload(actor=cast.actor("manager"), upload=upload, replace=True, at=AT)
    assert [line.wide_class for line in draft.lines.all()] == ["release"]


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 x", "甲,乙\n1,2\n".encode()])
def test_what_is_no_directory_is_refused_in_words(cast: Cast, draft: Directory, content: bytes) -> None:
    with pytest.raises((UnreadableFile, Invalid)) as refused:
        read(cast, draft, content, "目录.csv")
    assert refused.value.message


def test_published_superseded_and_closed(cast: Cast) -> None:
    first = directory(cast, {"kind": "class", "wide_class": "fee"}, on=date(2026, 5, 1))
    second = directory(cast, {"kind": "class", "wide_class": "trading"}, on=date(2026, 6, 1))
    first.refresh_from_db()
    assert (first.state, first.superseded_on) == ("superseded", date(2026, 6, 1))
    assert {line.wide_class for line in second.lines.all()} == {"fee", "trading"}
    with pytest.raises(DirectoryClosed):
        services.put_line(actor=cast.actor("manager"), directory=second, kind="class", wide_class="release", at=AT)


def test_publication_needs_a_document_and_a_past_day(cast: Cast, draft: Directory) -> None:
    publish: dict[str, Any] = {"actor": cast.actor("manager"), "directory": draft, "at": AT}
    with pytest.raises(Invalid, match="空的"):
        services.publish_directory(document_number="8号", document_on=TODAY, **publish)
    services.put_line(actor=cast.actor("manager"), directory=draft, kind="class", wide_class="fee", at=AT)
    with pytest.raises(Invalid, match="文号"):
        services.publish_directory(document_number=" ", document_on=TODAY, **publish)
    with pytest.raises(Invalid, match="今天之后"):
        services.publish_directory(document_number="8号", document_on=date(2027, 1, 1), **publish)
    with pytest.raises(NotAllowed):
        services.publish_directory(
            actor=cast.actor("he"), directory=draft, at=AT, document_number="8号", document_on=TODAY
        )


def test_one_draft_at_a_time(cast: Cast, draft: Directory) -> None:
    with pytest.raises(Conflict, match="编制"):
        services.new_directory(actor=cast.actor("manager"), centre=cast.units["centre"], title="又一版", at=AT)


def test_the_difference_between_editions() -> None:
    before = {"a": ("甲", "centre", ""), "b": ("乙", "centre", ""), "c": ("丙", "centre", "")}
    after = {"a": ("甲", "subcentre", ""), "b": ("乙", "centre", ""), "d": ("丁", "centre", "")}
    said = [(each.kind, each.name, each.said) for each in rules.directory_changes(before, after)]
    assert said == [("added", "丁", ""), ("changed", "甲", "进驻方式：中心 → 分中心"), ("removed", "丙", "")]


def test_wider_scope_is_a_class_with_functions(cast: Cast) -> None:
    look_up = function(cast, "档案查阅", kind="service", wide_class="look_up")
    assert look_up.get_wide_class_display() == "文件查阅"
    assert len(rules.WideClass.pairs()) == 9


def test_the_public_reads_the_directory(cast: Cast) -> None:
    made = item(cast)
    assert Client().get("/lists/directory/").status_code == 404
    directory(cast, {"kind": "item", "item": made})
    assert made.name in Client().get("/lists/directory/").content.decode()
    said = Client().get("/api/v1/directory").json()
    assert said["document_number"] == "清政务〔2026〕8号"
    assert said["lines"][0]["code"] == made.code
