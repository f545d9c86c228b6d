"""`python -m earshot`."""

from earshot.cli.main import main

main()
