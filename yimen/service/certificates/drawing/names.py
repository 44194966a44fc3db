"""What layouts are called. Apart from `laying`, so that models need not load fonts."""

from __future__ import annotations

LAYOUT_NAMES = {"landscape": "横版（正本，挂墙）", "portrait": "竖版"}
