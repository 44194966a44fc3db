"""Some items are applied for in person only (行政许可法 art. 29): the edition, the guide, the disclosures and the intake say so."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.cast import Cast
from yimen.ground.kit.moments import now
from yimen.service.cases import services
from yimen.service.cases.services.intake import AgentsNotTaken
from yimen.service.cases.tests.stage import ANSWERS, published
from yimen.service.cases.tests.test_mandates import acting, apply_for_li, mandated
from yimen.service.catalogue import checking
from yimen.service.catalogue.forms import EditionForm
from yimen.service.catalogue.models import EditionCheck
from yimen.service.catalogue.rules.disclosures import ELEMENTS

pytestmark = pytest.mark.django_db
BASIS = "《婚姻登记条例》第七条"


@pytest.mark.parametrize(
    ("said", "shown"), [(True, "须本人到场办理，不能委托他人代办"), (False, "可以委托他人代办"), (None, "")]
)
def test_the_guide_says_it(cast: Cast, said: bool | None, shown: str) -> None:
    item = published(cast, agents_refused=said, agents_refused_basis=BASIS if said else "")
    for address in (f"/items/{item.code}/", f"/items/{item.code}/print/"):
        page = Client().get(address).content.decode()
        assert (shown in page) if shown else ("委托他人代办" not in page)
    assert (BASIS in Client().get(f"/items/{item.code}/").content.decode()) == bool(said)


def test_the_editor_asks_for_it() -> None:
    form = EditionForm()
    assert "本人" in form.fields["agents_refused"].help_text
    assert "agents_refused_basis" in form.fields


@pytest.mark.parametrize(("said", "lacks"), [(True, False), (False, False), (None, True)])
def test_an_edition_that_does_not_say_is_a_gap_where_a_set_asks(cast: Cast, said: bool | None, lacks: bool) -> None:
    assert ELEMENTS["agents"] == "能否代办"
    published(cast, agents_refused=said)
    checking.check_all(now())
    assert ("agents" in EditionCheck.objects.get().missing) is lacks


def test_an_application_under_a_mandate_is_refused_in_words(cast: Cast) -> None:
    item = published(cast, agents_refused=True, agents_refused_basis=BASIS)
    agent = acting(cast, mandated(cast))
    with pytest.raises(AgentsNotTaken, match="须由申请人本人到场办理") as refused:
        apply_for_li(cast, agent, item)
    assert BASIS in refused.value.message
    with pytest.raises(AgentsNotTaken):
        services.start_draft(item_code=item.code, actor=agent, at=now())


def test_the_person_applies_and_agents_do_where_it_is_not_refused(cast: Cast) -> None:
    item = published(cast, agents_refused=True)
    li = cast.actor("li")
    made = services.submit_application(
        item_code=item.code, party_id=cast.parties["li"].pk, answers=ANSWERS, actor=li, at=now(), channel="web"
    )
    assert made.code
    assert apply_for_li(cast, acting(cast, mandated(cast)), published(cast, name="另一件许可", agents_refused=False))
