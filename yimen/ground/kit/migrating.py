"""Migrations without drawing the whole house again at every step.

After each operation Django renders anew every model that is related to the changed one, over all corners; where nearly all
are related (everybody knows the party, the unit, the account) that is the whole house, hundreds of times. An operation needs
the changed model alone. The others are rendered once more where their classes must agree with each other: before Python
code of a migration (Django's own `clear_delayed_apps_cache`), when a key or a unique field changes, and at the end.
"""

from __future__ import annotations

from typing import Any

from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState


class ShallowState(ProjectState):
    """A state of the models in which a change renders its own model alone."""

    def _find_reload_model(self, app_label: str, model_name: str, delay: bool = False) -> set[tuple[str, str]]:
        name = model_name.lower()
        self.is_delayed = True
        heirs = {
            key
            for key, state in self.models.items()
            if any(isinstance(base, str) and base.lower() == f"{app_label}.{name}" for base in state.bases)
        }
        return {(app_label, name), *heirs}

    def alter_field(self, app_label: str, model_name: str, name: str, field: Any, preserve_default: bool) -> None:
        """As Django's; keys are known to other tables, so theirs are rendered too."""
        before = self.models[app_label, model_name.lower()].fields[name]
        super().alter_field(app_label, model_name, name, field, preserve_default)
        if any(each.primary_key or each.unique for each in (before, field)):
            self.__dict__.pop("apps", None)

    def rename_field(self, app_label: str, model_name: str, old_name: str, new_name: str) -> None:
        """As Django's; other tables may point at the field."""
        super().rename_field(app_label, model_name, old_name, new_name)
        self.__dict__.pop("apps", None)

    def rename_model(self, app_label: str, old_name: str, new_name: str) -> None:
        """As Django's; other tables may point at the model."""
        super().rename_model(app_label, old_name, new_name)
        self.__dict__.pop("apps", None)

    def clone(self) -> ShallowState:
        """A copy of the same kind."""
        copy = ShallowState()
        copy.__dict__ |= super().clone().__dict__
        return copy


class ShallowExecutor(MigrationExecutor):
    """Django's executor, forwards with shallow states; backwards it goes as ever."""

    def _create_project_state(self, with_applied_migrations: bool = False) -> ProjectState:
        state: ProjectState = super()._create_project_state(with_applied_migrations)  # type: ignore[misc]  # not in the stubs
        state.__class__ = ShallowState
        return state

    def migrate(self, *arguments: Any, **options: Any) -> Any:
        """As Django's; what is handed on after the last migration agrees with itself."""
        state = super().migrate(*arguments, **options)
        if state is not None:
            state.clear_delayed_apps_cache()
        return state
