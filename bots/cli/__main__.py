"""Entry point of `python -m bots.cli`, for where the console script is not on the path."""

from bots.cli import main

main()
