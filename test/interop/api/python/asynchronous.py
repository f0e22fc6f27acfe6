"""The client on asyncio: many blocking queries beside each other."""

import asyncio

import consul.aio

from expecting import equal

WATCHERS = 50


async def watched(address):
    c = consul.aio.Consul(host=address[0], port=address[1], connections_limit=2 * WATCHERS)
    try:
        index, _ = await c.kv.get("py-aio")
        waiting = [asyncio.ensure_future(c.kv.get("py-aio", index=index, wait="60s")) for _ in range(WATCHERS)]
        await asyncio.gather(*[c.kv.put(f"py-aio-other/{n}", "x") for n in range(20)])
        equal(await c.kv.put("py-aio", "now"), True)
        told = await asyncio.wait_for(asyncio.gather(*waiting), 60)
        equal({found["Value"] for _, found in told}, {b"now"})
        equal(len({index for index, _ in told}), 1)
        await c.kv.delete("py-aio", recurse=True)
    finally:
        await c.close()


def aio(c):
    host, port = c.http.base_uri.removeprefix("http://").split(":")
    asyncio.run(watched((host, int(port))))


SUBJECTS = {"aio": aio}
