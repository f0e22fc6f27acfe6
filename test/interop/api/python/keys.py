"""Keys, sessions, locks, transactions and events."""

import base64
import threading

import consul
from consul.exceptions import ClientError

from expecting import equal, raises, wait_for


def kv(c):
    index, none = c.kv.get("py/none")
    equal(none, None)
    equal(int(index) > 0, True, "index of what is absent")
    equal(c.kv.put("py/a b/ü", "one"), True)
    index, found = c.kv.get("py/a b/ü")
    equal((found["Value"], found["Flags"], index), (b"one", 0, str(found["ModifyIndex"])))
    equal(c.kv.put("py/a b/ü", "two", cas=found["ModifyIndex"] - 1), False)
    equal(c.kv.put("py/a b/ü", bytes([0, 255]), cas=found["ModifyIndex"], flags=2**64 - 1), True)
    equal(c.kv.get("py/a b/ü", consistency="consistent")[1]["Flags"], 2**64 - 1)
    equal(c.kv.put("py/empty", None), True)
    wait_for(lambda: c.kv.get("py/empty", consistency="stale")[1], "a follower to have it")
    equal(c.kv.get("py/", keys=True)[1], ["py/a b/ü", "py/empty"])
    equal(c.kv.get("py/", keys=True, separator="/")[1], ["py/a b/", "py/empty"])
    equal([one["Key"] for one in c.kv.get("py/", recurse=True)[1]], ["py/a b/ü", "py/empty"])
    equal(c.kv.delete("py/empty"), True)
    raises(ClientError, lambda: c.kv.put("py/large", "x" * (512 * 1024 + 1)), "413")
    raises(consul.ConsulException, lambda: c.kv.get("py/x", dc="nowhere"), "No path to datacenter")
    equal(c.kv.delete("py/", recurse=True), True)
    equal(c.kv.get("py/", recurse=True)[1], None)


def blocking(c):
    index, _ = c.kv.get("py-blocking")
    heard = []
    waiter = threading.Thread(target=lambda: heard.append(c.kv.get("py-blocking", index=index, wait="60s")))
    waiter.start()
    c.kv.put("py-unrelated", "x")
    c.kv.put("py-blocking", "changed")
    waiter.join(60)
    equal([found["Value"] for _, found in heard], [b"changed"])
    index, _ = c.kv.get("py-blocking")
    equal(c.kv.get("py-blocking", index=index, wait="100ms")[0], index, "index after a wait without change")
    c.kv.delete("py-blocking")
    c.kv.delete("py-unrelated")


def sessions(c):
    held = c.session.create(name="py", ttl=30, lock_delay=0, behavior="delete")
    other = c.session.create(name="other", lock_delay=0)
    info = c.session.info(held)[1]
    equal((info["Name"], info["TTL"], info["Behavior"]), ("py", "30s", "delete"))
    equal(held in [one["ID"] for one in c.session.list()[1]], True, "list")
    equal(held in [one["ID"] for one in c.session.node(info["Node"])[1]], True, "of its node")
    equal(c.session.renew(held)["ID"], held)
    equal(c.kv.put("py-lock", "mine", acquire=held), True)
    equal(c.kv.put("py-lock", "theirs", acquire=other), False)
    equal(c.kv.get("py-lock")[1]["Session"], held)
    equal(c.kv.put("py-lock", "free", release=held), True)
    equal(c.kv.put("py-lock", "theirs", acquire=other), True)
    equal(c.session.destroy(other), True)
    equal("Session" in c.kv.get("py-lock")[1], False, "released with its session")
    equal(c.kv.put("py-lock", "again", acquire=held), True)
    equal(c.session.destroy(held), True)
    equal(c.kv.get("py-lock")[1], None, "deleted with its session")
    equal(c.session.info(held)[1], None)
    raises(consul.NotFound, lambda: c.session.renew(held))


def transactions(c):
    def text(value):
        return base64.b64encode(value.encode()).decode()

    put = [{"KV": {"Verb": "set", "Key": f"py-txn/{n}", "Value": text(str(n))}} for n in range(3)]
    equal([one["KV"]["Key"] for one in c.txn.put(put)["Results"]], ["py-txn/0", "py-txn/1", "py-txn/2"])
    read = c.txn.put([{"KV": {"Verb": "get-tree", "Key": "py-txn/"}}])
    equal([one["KV"]["Value"] for one in read["Results"]], [text("0"), text("1"), text("2")])
    both = [{"KV": {"Verb": "delete", "Key": "py-txn/0"}}, {"KV": {"Verb": "check-session", "Key": "py-txn/1", "Session": "x"}}]
    raises(ClientError, lambda: c.txn.put(both), "409")
    equal(len(c.kv.get("py-txn/", keys=True)[1]), 3, "nothing of a failed transaction is done")
    c.kv.delete("py-txn/", recurse=True)


def events(c):
    fired = c.event.fire("py-deploy", "v1")
    equal((fired["Name"], fired["Version"]), ("py-deploy", 1))
    wait_for(lambda: [e for e in c.event.list("py-deploy")[1] if e["ID"] == fired["ID"]], "the event")
    index, _ = c.event.list("py-deploy")
    again = c.event.fire("py-deploy", "v2")
    heard = c.event.list("py-deploy", index=index, wait="60s")[1]
    equal(again["ID"] in [e["ID"] for e in heard], True, "the second event")
    equal(c.event.list("py-other")[1], [])


SUBJECTS = {"kv": kv, "blocking": blocking, "sessions": sessions, "transactions": transactions, "events": events}
