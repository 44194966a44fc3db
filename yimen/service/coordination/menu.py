"""The side menus."""


def register() -> None: ...
