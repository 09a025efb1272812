"""What the commands show and write; `cli.py` is the command line around it."""
