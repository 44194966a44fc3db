"""Judging materials is staff's: the window's until acceptance, the reviewers' during review, and never the applicant's."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from yimen.ground.kit.moments import now
from yimen.ground.kit.refusals import NotAllowed, NotFound
from yimen.ground.matters.selectors import access_matter
from yimen.service.cases import services
from yimen.service.cases.services.judging import NotJudgedNow
from yimen.service.cases.tests.stage import accepted, decided_on, submitted

pytestmark = pytest.mark.django_db


def judge(cast: Cast, who: str, code: str) -> None:
    services.check_material(code=code, order=1, state="accepted", actor=cast.actor(who), at=now())


def test_each_in_their_turn(cast: Cast) -> None:
    code = submitted(cast)
    with pytest.raises(NotJudgedNow):
        judge(cast, "zhao", code)
    judge(cast, "wang", code)
    code = accepted(cast)
    with pytest.raises(NotJudgedNow):
        judge(cast, "wang", code)
    judge(cast, "zhao", code)


def test_after_the_review_nobody_changes_what_was_found(cast: Cast) -> None:
    code = decided_on(cast)
    for who in ("wang", "zhao", "chen"):
        with pytest.raises(NotJudgedNow):
            judge(cast, who, code)


def test_the_applicant_sees_the_own_case_and_no_more(cast: Cast) -> None:
    code = submitted(cast)
    assert access_matter(cast.actor("li"), code).code == code
    with pytest.raises(NotAllowed):
        access_matter(cast.actor("li"), code, "cases.accept")
    with pytest.raises(NotJudgedNow):
        judge(cast, "li", code)
    with pytest.raises(NotFound):
        judge(cast, "qian", code)
