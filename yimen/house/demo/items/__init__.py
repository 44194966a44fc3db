"""The service items of the demo county: real kinds with their statutory limits and articles, in our own words."""

from __future__ import annotations

from yimen.house.demo.items import health, land, life, register, safety, trade
from yimen.house.demo.items.parts import DemoItem

ITEMS: tuple[DemoItem, ...] = tuple(
    item for room in (health, trade, land, life, safety, register) for item in room.ITEMS
)
