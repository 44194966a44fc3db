"""Each type of power speaks its own words in states, buttons, forms and letters; the course is one and the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.cast import Cast
from yimen.ground.documents.selectors import letter_by_code, letter_facts, open_file
from yimen.ground.documents.services import draw_letter
from yimen.ground.documents.tests.test_letter_drawing import text_of
from yimen.ground.kit.moments import now
from yimen.ground.matters import selectors as matters
from yimen.service.cases import services
from yimen.service.cases.lifecycle import LICENCE, PROCEDURES
from yimen.service.cases.tests.stage import case_of, decided_on, matter_of, published
from yimen.service.cases.views.staff.acts import form_for, spoken_act
from yimen.service.catalogue.rules.powers import power_of


def test_one_lifecycle_in_several_words() -> None:
    for table in PROCEDURES:
        assert [(s.code, s.phase) for s in table.states] == [(s.code, s.phase) for s in LICENCE.states]
        assert [replace(r, label="", public_label="", law="") for r in table.steps] == [
            replace(r, label="", public_label="", law="") for r in LICENCE.steps
        ]
        said = "".join([*(s.label + s.public_label for s in table.states), *(r.label + r.law for r in table.steps)])
        assert table is LICENCE or ("许可" not in said and "准予" not in said), said
        assert table is LICENCE or "第三十二条" not in said


@pytest.mark.parametrize(
    ("kind", "grant", "refuse"),
    [
        ("licence", "准予许可", "不予许可"),
        ("confirmation", "予以确认", "不予确认"),
        ("payment", "予以给付", "不予给付"),
        ("public_service", "予以办理", "不予办理"),
        ("other_power", "予以办理", "不予办理"),
    ],
)
def test_the_words_of_a_kind(kind: str, grant: str, refuse: str) -> None:
    assert (power_of(kind).say("准予许可"), power_of(kind).say("不予许可")) == (grant, refuse)
    assert power_of(kind).say("不予受理") == "不予受理"
    cited = "补正内容应当一次告知（《行政许可法》第三十二条）；"
    assert power_of(kind).say(cited) == (cited if kind == "licence" else "补正内容应当一次告知；")


def test_a_confirmation_speaks_of_confirming(cast: Cast) -> None:
    code = decided_on(cast, item=published(cast, name="失业登记", kind="confirmation"))
    case = case_of(code)
    assert matters.procedure_of(case.matter).state("granted").label == "待送达（予以确认）"
    assert spoken_act(case, "grant").press == "予以确认"
    form = form_for("refuse", case, cast.actor("chen"), now())
    assert form.fields["reason"].label == "不予确认的事实和理由"
    services.grant(code=code, actor=cast.actor("chen"), at=now())
    clock = matters.explain(matter_of(code)).clocks[-1]
    assert (clock.law, clock.legal) == ("本中心办理规则", None)
    letters = [step.documents[0] for step in matters.timeline(matter_of(code)) if step.documents]
    said = {}
    for letter_code in letters:
        letter = letter_by_code(letter_code)
        assert letter is not None
        assert letter_facts(letter)["grant"] == "予以确认"
        with open_file(draw_letter(letter.pk)) as drawn:
            said[letter.kind] = text_of(drawn.read())
    assert "予以确认决定书" in said["decision_grant"]
    assert "行政确认申请受理通知书" in said["acceptance_slip"]
    assert not any("行政许可申请" in text or "《中华人民共和国行政许可法》" in text for text in said.values())


def test_a_licence_speaks_as_before(cast: Cast) -> None:
    code = decided_on(cast)
    assert matter_of(code).procedure == "licence"
    services.refuse(code=code, reason="不符合卫生标准。", actor=cast.actor("chen"), at=now())
    letter = letter_by_code(matters.timeline(matter_of(code))[-1].documents[0])
    assert letter is not None and "grant" not in letter_facts(letter)
