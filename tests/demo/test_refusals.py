"""Where nothing may be made up: production, a database with real accounts, a ledger with real steps."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.cast import Cast
from yimen.ground.kit.refusals import Refusal
from yimen.ground.matters.fast_forward import LedgerIsReal, is_synthetic
from yimen.ground.matters.models import Matter
from yimen.house.demo import load
from yimen.house.simulate.entrance import simulate
from yimen.service.cases.tests.stage import submitted


def test_real_accounts_are_left_alone(cast: Cast) -> None:
    with pytest.raises(Refusal, match="真实的账号"):
        load()
    assert not is_synthetic()
    assert not Matter.objects.exists()


def test_real_steps_are_left_alone(cast: Cast) -> None:
    submitted(cast)
    with pytest.raises(LedgerIsReal, match="真实的办理步骤"):
        simulate(cases=3, seed=1)
    assert not is_synthetic()
    assert Matter.objects.count() == 1


@pytest.mark.django_db
def test_production_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YIMEN_MODE", "production")
    monkeypatch.setenv("YIMEN_ORIGIN", "https://zwfw.example.cn")
    monkeypatch.setenv("YIMEN_HOSTS", "zwfw.example.cn")
    makers: tuple[Callable[[], object], ...] = (load, lambda: simulate(cases=1, seed=1))
    for make in makers:
        with pytest.raises(Refusal, match="正式运行"):
            make()
    assert not is_synthetic()
