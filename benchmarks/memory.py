"""A relay whose books are in memory, else as `airelay serve` is.

`python -m benchmarks.memory PORT`, configured by the environment.
"""

import gc
import os
import sys
from pathlib import Path

import uvicorn

from src.entrypoints import serve
from src.entrypoints.container import Container
from src.entrypoints.settings import load


def main(port: int) -> None:
    app = Container(settings=load(os.environ, Path.cwd())).app()
    config = serve.config(app)
    config.port = port
    gc.collect()
    gc.freeze()
    uvicorn.Server(config).run()


if __name__ == "__main__":
    main(int(sys.argv[1]))
