"""A bot that decides what releases wait for, with nothing but a Temporal client (pip install temporalio): it approves what
its rule allows, by Signal. Its contract is docs/messages.md. Run it with TEMPORAL_ADDRESS, and the name under which it
decides: `python examples/bot.py night-bot`.
"""

import asyncio
import os
import sys

from temporalio.client import Client, WorkflowQueryFailedError
from temporalio.service import RPCError

WAITING = "WorkflowType = 'release' AND ExecutionStatus = 'Running' AND GradusWaiting = 'yes'"


def is_mine(waiting: dict, by: str) -> bool:
    may = not waiting["from"] or by in waiting["from"]
    return may and by not in waiting["approvedBy"]


async def decide(client: Client, release: str, by: str, said: set) -> None:
    handle = client.get_workflow_handle(release)
    waiting = (await handle.query("state"))["waiting"]
    if waiting is None or not is_mine(waiting, by) or (release, waiting["digest"]) in said:
        return
    if any(finding["state"] != "holds" for finding in waiting["findings"]):
        return
    why = f"all {len(waiting['findings'])} conditions hold"
    message = {
        "by": by,
        "why": why,
        "via": "bot",
        # The same id however often it is sent: the release obeys it once.
        "id": f"{by} {release} {waiting['id']} {waiting['digest']}",
        "request": waiting["id"],
        "evidence": waiting["digest"],
    }
    await handle.signal("approve", message)
    said.add((release, waiting["digest"]))
    print(f'{release}: approved "{waiting["question"]}" ({why})', flush=True)


async def main(by: str) -> None:
    address = os.environ.get("TEMPORAL_ADDRESS", "127.0.0.1:7233")
    client = await Client.connect(address, namespace=os.environ.get("TEMPORAL_NAMESPACE", "default"))
    said: set = set()
    while True:
        try:
            async for release in client.list_workflows(WAITING):
                await decide(client, release.id, by, said)
        except RPCError as error:
            # No worker runs, or the release has just ended: it is looked at again.
            print(f"{error.status.name}: {error.message}", file=sys.stderr, flush=True)
        except WorkflowQueryFailedError as error:
            # A worker is just taking over from another.
            print(error, file=sys.stderr, flush=True)
        await asyncio.sleep(1)


asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "bot"))
