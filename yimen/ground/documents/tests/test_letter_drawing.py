"""Letters say what the facts say, character for character, and nothing in the facts is taken for markup."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from yimen.ground.documents import fonts, rendering, rules
from yimen.ground.documents.fonts import MissingGlyph
from yimen.ground.documents.rules import IncompleteLetter
from yimen.ground.documents.services import with_pictures
from yimen.ground.documents.tests.conftest import AT, BASE, MORE


def draw(kind: str, seal: str = "清河县卫生健康局行政审批专用章", **changed: Any) -> bytes:
    facts = with_pictures(rules.checked_facts(rules.kind_of(kind), {**BASE, **MORE[kind], **changed}))
    complete = rendering.complete(
        facts,
        number="清卫受字〔2026〕12号",
        code="7K4XQ2P9M3TA",
        matter_code="1199031200731846800040001230060002026",
        seal_text=seal,
        signed_on="2026年9月21日",
    )
    return rendering.draw(kind, complete, at=AT)


def text_of(pdf: bytes) -> str:
    return "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


@pytest.mark.parametrize("kind", rules.KINDS)
def test_every_kind_is_drawn_on_one_page_with_number_code_and_date(kind: str) -> None:
    pdf = draw(kind)
    text = text_of(pdf)
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 1
    for said in (rules.KINDS[kind].title, "清卫受字〔2026〕12号", "7K4X-Q2P9-M3TA", BASE["item"], "2026年9月21日"):
        assert said in text, said


def test_rare_characters_come_back_from_the_pdf() -> None:
    text = text_of(draw("decision_grant", applicant="𠮷䶮㐂", reason="经䶮𠮷核实"))
    assert "𠮷䶮㐂：" in text
    assert "经䶮𠮷核实" in text


def test_a_character_no_font_has_is_named_not_dropped() -> None:
    with pytest.raises(MissingGlyph, match=r"U\+12345.*李.雷"):
        draw("decision_grant", applicant="李\U00012345雷")


@pytest.mark.parametrize("character", ["\x07", "\ue000", "\u202e", "\U0001f600"])
def test_other_characters_that_cannot_be_drawn_are_refused(character: str) -> None:
    with pytest.raises(MissingGlyph):
        draw("decision_grant", reason=f"符合{character}条件")


def test_a_variation_selector_is_no_missing_character() -> None:
    assert "葛" in text_of(draw("decision_grant", applicant="葛\U000e0100"))


def test_facts_are_text_never_markup() -> None:
    hostile = '#panic() #sys.inputs $x^2$ *a* _b_ `c` <d> @e [f] \\ #image("/etc/passwd") // g'
    text = text_of(draw("decision_refuse", reason=hostile))
    assert "".join(hostile.split()) in text


def test_a_long_table_runs_over_pages_with_its_head_repeated() -> None:
    rows = [(n, f"材料{n}", "已收") for n in range(1, 81)]
    pdf = draw("materials_receipt", materials=rows)
    pages = PdfReader(io.BytesIO(pdf)).pages
    assert len(pages) > 1
    assert all("序号" in page.extract_text() for page in pages[:2])
    assert "材料80" in text_of(pdf)


def test_equal_facts_give_equal_bytes() -> None:
    assert draw("acceptance_slip") == draw("acceptance_slip")


def test_a_letter_without_registered_seal_says_so() -> None:
    assert "须加盖实体印章" in text_of(draw("acceptance_slip", seal=""))


def test_the_days_behind_the_date_are_printed_when_given() -> None:
    rows = [("9月25日—9月27日", "中秋节放假", "不计", "第八十二条")]
    text = text_of(draw("acceptance_slip", due_on="2026年10月12日(周一)", derivation=rows))
    assert "中秋节放假" in text
    assert "最晚于2026年10月12日(周一)作出决定" in text


@pytest.mark.parametrize(
    ("kind", "missing", "said"),
    [
        ("decision_refuse", "reason", "理由"),
        ("decision_refuse", "review_body", "行政复议机关"),
        ("decision_refuse", "suit_court", "行政诉讼法院"),
        ("not_accepted_notice", "review_body", "行政复议机关"),
        ("correction_notice", "items", "补正内容"),
        ("acceptance_slip", "applicant", "申请人"),
    ],
)
def test_what_the_law_wants_said_cannot_be_left_out(kind: str, missing: str, said: str) -> None:
    nothing: list[Any] = ["", " ", None, []]
    for empty in nothing:
        with pytest.raises(IncompleteLetter, match=said):
            draw(kind, seal="", **{missing: empty})


@pytest.mark.parametrize("odd", [{"reason": object()}, {"items": [(1, "a", "b")], "results": {1: 2}}])
def test_facts_of_another_shape_are_refused(odd: dict[str, Any]) -> None:
    with pytest.raises(IncompleteLetter, match="格式"):
        draw("decision_grant", **odd)


def test_endless_facts_are_refused() -> None:
    with pytest.raises(IncompleteLetter, match="太长"):
        draw("decision_grant", reason="长" * 300_000)


def test_the_coverage_is_read_from_the_fonts_once_and_kept(own_folder: Path) -> None:
    fonts._coverage.cache_clear()
    try:
        first = fonts._coverage()
        (kept,) = (own_folder / "cache").iterdir()
        fonts._coverage.cache_clear()
        assert fonts._coverage() == first == kept.read_bytes()
    finally:
        fonts._coverage.cache_clear()


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("7k4x-q2p9-m3ta", "7K4XQ2P9M3TA"),
        (" 7K4X Q2P9 M3TA ", "7K4XQ2P9M3TA"),
        ("OIL0-0000-0000", "011000000000"),
        ("7K4XQ2P9M3T", ""),
        ("7K4XQ2P9M3TU", ""),
        ("７K4XQ2P9M3TA", ""),
        ("x" * 1000, ""),
    ],
)
def test_codes_as_people_type_them(typed: str, code: str) -> None:
    assert rules.read_code(typed) == code


def test_a_seal_is_split_into_arc_and_line() -> None:
    assert rules.seal_lines("清河县卫生健康局行政审批专用章") == ("清河县卫生健康局", "行政审批专用章")
    assert rules.seal_lines("清河县人民政府") == ("清河县人民政府", "")


def test_a_correction_during_review_cites_no_article() -> None:
    at_receipt, in_review = text_of(draw("correction_notice")), text_of(draw("correction_notice", stage="review"))
    assert "第三十二条第一款第（四）项" in at_receipt
    assert "审查中发现下列材料需要补充或者更正" in in_review
    assert "行政许可法" not in in_review
