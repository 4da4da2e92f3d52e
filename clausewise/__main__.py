"""``python -m clausewise`` is ``clausewise``."""

from clausewise.cli import main

main()
