"""Quick migrations: what a shallow state renders, and when the classes agree with each other again.

That the tables come out as with Django's own executor is shown by `tests/launcher/test_migrating.py` (test-long).
"""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import get_commands, load_command_class
from django.db import models
from django.db.migrations.state import ModelState, ProjectState

from yimen.ground.kit.migrating import ShallowState


def _house() -> ShallowState:
    state = ShallowState()
    for name, points_at in (("party", None), ("account", "toy.party"), ("case", "toy.account")):
        fields: dict[str, models.Field[Any, Any]] = {"id": models.BigAutoField(primary_key=True)}
        if points_at:
            fields["of"] = models.ForeignKey(points_at, models.PROTECT)
        state.add_model(ModelState("toy", name.title(), fields))
    return state


def _agree(state: ProjectState) -> bool:
    """Every foreign key leads to the class that the state itself knows under that name."""
    return all(
        state.apps.get_model("toy", holder)._meta.get_field("of").remote_field.model
        is state.apps.get_model("toy", held)
        for holder, held in (("account", "party"), ("case", "account"))
    )


def test_a_change_renders_its_own_model_alone() -> None:
    state = _house()
    before = {name: state.apps.get_model("toy", name) for name in ("party", "account", "case")}
    state.add_field("toy", "party", "name", models.CharField(max_length=20, default=""), preserve_default=True)
    after = {name: state.apps.get_model("toy", name) for name in before}
    assert after["party"] is not before["party"]
    assert after["party"]._meta.get_field("name").max_length == 20
    assert [after[name] is before[name] for name in ("account", "case")] == [True, True]


def test_python_code_of_a_migration_meets_classes_that_agree() -> None:
    state = _house()
    assert _agree(state)
    state.add_field("toy", "party", "name", models.CharField(max_length=20, default=""), preserve_default=True)
    copy = state.clone()
    assert isinstance(copy, ShallowState)
    assert not _agree(copy)
    copy.clear_delayed_apps_cache()  # as Django's RunPython does
    assert _agree(copy)


@pytest.mark.parametrize(
    "field", [models.UUIDField(primary_key=True), models.CharField(max_length=9, primary_key=True)]
)
def test_another_key_renders_the_neighbours_too(field: models.Field[Any, Any]) -> None:
    state = _house()
    assert _agree(state)
    state.alter_field("toy", "party", "id", field, preserve_default=True)
    assert _agree(state)
    assert state.apps.get_model("toy", "account")._meta.get_field("of").target_field.get_internal_type() == (
        field.get_internal_type()
    )


def test_other_names_render_the_neighbours_too() -> None:
    state = _house()
    assert state.apps
    state.rename_model("toy", "Party", "Person")
    assert state.apps.get_model("toy", "account")._meta.get_field("of").remote_field.model is state.apps.get_model(
        "toy", "person"
    )
    state.rename_field("toy", "account", "of", "whose")
    assert state.apps.get_model("toy", "account")._meta.get_field("whose").column == "whose_id"


def test_it_is_the_command_of_every_entrance() -> None:
    command = load_command_class(get_commands()["migrate"], "migrate")
    assert type(command).__module__ == "yimen.ground.kit.management.commands.migrate"
