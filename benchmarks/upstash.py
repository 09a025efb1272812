"""The stand-in for Upstash, as a process of its own.

`python -m benchmarks.upstash REDIS_URL PORT`
"""

import asyncio
import sys

import uvloop

from tests.support.upstash import standing_in


async def serve(redis: str, port: int) -> None:
    async with standing_in(redis, port):
        await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1], int(sys.argv[2])))
