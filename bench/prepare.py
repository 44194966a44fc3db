"""Make a database: `python -m bench.prepare` the tables, `python -m bench.prepare FILE` the town, written down in FILE."""

from __future__ import annotations

import sys
from pathlib import Path

import django


def main(*files: str) -> None:
    """Migrate, or build and write down the town for the parts."""
    django.setup()
    from yimen.house.config import Config
    from yimen.house.setting_up import migrate

    if not files:
        migrate(Config.read())
    for file in files:
        from bench import world

        world.build().keep(Path(file))


if __name__ == "__main__":
    main(*sys.argv[1:])
