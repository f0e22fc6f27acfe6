"""The agent, its cluster, and what operators ask of it."""

from expecting import equal, wait_for


def agent(c):
    own = c.agent.self()
    name = own["Config"]["NodeName"]
    equal(own["Member"]["Name"], name)
    members = {one["Name"]: one["Status"] for one in c.agent.members()}
    equal((len(members), set(members.values())), (4, {1}))
    equal(c.agent.maintenance(True, "night shift"), True)
    wait_for(lambda: "_node_maintenance" in [one["CheckID"] for one in c.health.node(name)[1]], "maintenance")
    equal(c.agent.maintenance(False), True)
    wait_for(lambda: "_node_maintenance" not in [one["CheckID"] for one in c.health.node(name)[1]], "the end of it")
    equal(c.agent.reload() is not None, True)
    equal(type(c.agent.metrics()["Gauges"]), list)
    # Off without a retention time, which is said in a header.
    equal(c.agent.metrics(format_prometheus=True), "")


def operator(c):
    leader = c.status.leader()
    equal(leader in c.status.peers() and len(c.status.peers()), 3)
    servers = c.operator.raft_config()["Servers"]
    equal([one["Address"] for one in servers if one["Leader"]], [leader])
    equal(c.catalog.datacenters(), ["dc1"])
    config = c.operator.autopilot_configuration()
    equal((config["CleanupDeadServers"], config["LastContactThreshold"]), (True, "200ms"))
    wait_for(lambda: c.operator.autopilot_health()["Healthy"], "a healthy cluster")
    equal(len(c.operator.keyring_list()), 2)
    equal(c.operator.usage()["Usage"]["dc1"]["Nodes"], 4)
    nodes = {one["Node"] for one in c.catalog.nodes()[1]}
    wait_for(lambda: {one["Node"] for one in c.coordinate.nodes()[1]} == nodes, "coordinates of all")
    near = [one["Node"] for one in c.catalog.nodes(near="_agent")[1]]
    equal(near[0], c.agent.self()["Config"]["NodeName"])


def snapshots(c):
    equal(c.kv.put("py-kept", "before"), True)
    archive = c.snapshot.save()
    equal(archive[:2], b"\x1f\x8b")
    equal(c.kv.put("py-kept", "after"), True)
    equal(c.snapshot.restore(archive), True)
    equal(c.kv.get("py-kept")[1]["Value"], b"before")


SUBJECTS = {"agent": agent, "operator": operator, "snapshots": snapshots}
