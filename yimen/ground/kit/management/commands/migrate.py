"""`migrate`, quick: Django's command with `kit.migrating`."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate

from yimen.ground.kit.migrating import ShallowExecutor


class Command(migrate.Command):
    """Django's own; it names its executor by a module's global, which is ours while it runs."""

    def handle(self, *arguments: Any, **options: Any) -> None:
        usual = vars(migrate)["MigrationExecutor"]
        vars(migrate)["MigrationExecutor"] = ShallowExecutor
        try:
            super().handle(*arguments, **options)
        finally:
            vars(migrate)["MigrationExecutor"] = usual
