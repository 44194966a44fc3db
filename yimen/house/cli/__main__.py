"""`python -m yimen.house.cli`, where the `yimen` script is not on the PATH."""

from yimen.house.cli import main

main()
