"""A correction asked during review cites no article: 行政许可法第三十二条 speaks of what is lacking before acceptance."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from yimen.ground.documents.selectors import letter_by_code, letter_facts
from yimen.ground.kit.moments import now
from yimen.ground.matters.clocks import ClockMark
from yimen.ground.matters.models import Step
from yimen.ground.matters.rules import _stopped_day
from yimen.service.cases import services
from yimen.service.cases.tests.stage import accepted, matter_of, submitted


@pytest.mark.parametrize(
    ("reviewing", "law", "stage"), [(False, "《行政许可法》第三十二条", None), (True, "", "review")]
)
def test_letter_and_clock_say_what_the_law_says(cast: Cast, reviewing: bool, law: str, stage: str | None) -> None:
    if reviewing:
        code = accepted(cast)
        services.request_review_correction(code=code, items=[(1, "缺比例尺")], actor=cast.actor("zhao"), at=now())
    else:
        code = submitted(cast)
        services.request_correction(code=code, items=[(1, "缺比例尺")], actor=cast.actor("wang"), at=now())
    step = Step.objects.filter(matter=matter_of(code)).order_by("seq").last()
    assert step is not None
    letter = letter_by_code(step.documents.strip('[]"'))
    assert letter is not None
    assert letter_facts(letter).get("stage") == stage
    row = _stopped_day(step.happened_at.date(), None, ClockMark.read(step.clock).why)
    assert (row.why, row.law) == ("等待申请人补正，停止计时", law)
