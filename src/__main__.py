"""`python -m src` in a checkout is what `airelay` is once installed."""

from .entrypoints.cli import main

if __name__ == "__main__":
    main()
