"""Make the base database: tables, the town. Run as a process of its own on that database: `python -m bench.prepare FILE`."""

from __future__ import annotations

import sys
from pathlib import Path

import django


def main(file: Path) -> None:
    """Migrate, build, and write down the town for the parts."""
    django.setup()
    from bench import world
    from yimen.house.config import Config
    from yimen.house.setting_up import migrate

    migrate(Config.read())
    world.build().keep(file)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
