"""``python -m clausewise.devsets``: the same as ``clausewise eval sets``."""

import typer

from clausewise.commands.devsets import sets

if __name__ == "__main__":
    typer.run(sets)
