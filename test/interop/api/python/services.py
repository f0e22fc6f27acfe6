"""Services of the agent and of the catalog, their checks and their health."""

import consul

from expecting import equal, wait_for


def registration(c):
    service = c.agent.service
    check = consul.Check.ttl("30s")
    for n in range(3):
        meta = {"version": str(n)}
        equal(service.register("py-web", f"py-web-{n}", "10.1.0.1", 8000 + n, ["v1", f"n{n}"], check, meta=meta), True)
    equal(sorted(name for name in c.agent.services() if name.startswith("py-")), ["py-web-0", "py-web-1", "py-web-2"])
    # A registration is in the catalog when it is answered.
    equal([one["ServicePort"] for one in c.catalog.service("py-web")[1]], [8000, 8001, 8002])
    equal(sorted(c.catalog.services()[1]["py-web"]), ["n0", "n1", "n2", "v1"])
    equal(c.health.service("py-web", passing=True)[1], [])
    for n in (0, 2):
        equal(c.agent.check.ttl_pass(f"service:py-web-{n}", "all well"), True)
    passing = c.health.service("py-web", passing=True)[1]
    equal([one["Service"]["ID"] for one in passing], ["py-web-0", "py-web-2"])
    equal(passing[0]["Checks"][1]["Output"], "all well")
    equal([one["Service"]["ID"] for one in c.health.service("py-web", tag="n2")[1]], ["py-web-2"])
    wanted = c.health.service("py-web", filter_expr='Service.Meta.version == "1"')[1]
    equal([one["Service"]["ID"] for one in wanted], ["py-web-1"])
    index, _ = c.health.service("py-web", passing=True)
    equal(c.agent.check.ttl_fail("service:py-web-0", "gone"), True)
    later = c.health.service("py-web", passing=True, index=index, wait="60s")[1]
    equal([one["Service"]["ID"] for one in later], ["py-web-2"])
    equal(c.agent.check.ttl_warn("service:py-web-1"), True)
    statuses = {one["ServiceID"]: one["Status"] for one in c.health.checks("py-web")[1]}
    equal(statuses, {"py-web-0": "critical", "py-web-1": "warning", "py-web-2": "passing"})
    critical = [one["CheckID"] for one in c.health.state("critical")[1]]
    equal("service:py-web-0" in critical, True, "what is critical")
    equal(service.maintenance("py-web-2", True, "moving"), True)
    equal(c.health.service("py-web", passing=True)[1], [])
    equal(service.maintenance("py-web-2", False), True)
    for n in range(3):
        equal(service.deregister(f"py-web-{n}"), True)
    equal(c.catalog.service("py-web")[1], [])


def checks(c):
    port = c.http.base_uri.rsplit(":", 1)[1]
    http = consul.Check.http(f"http://127.0.0.1:{port}/v1/status/leader", "100ms", timeout="5s")
    tcp = consul.Check.tcp("127.0.0.1", int(port), "100ms", timeout="5s")
    equal(c.agent.check.register("py-http", http, check_id="py-http"), True)
    equal(c.agent.check.register("py-tcp", tcp, check_id="py-tcp"), True)
    for name in ("py-http", "py-tcp"):
        wait_for(lambda: c.agent.checks()[name]["Status"] == "passing", name)
    wait_for(lambda: {"py-http", "py-tcp"} <= {one["CheckID"] for one in c.health.state("passing")[1]}, "both in the catalog")
    for name in ("py-http", "py-tcp"):
        equal(c.agent.check.deregister(name), True)
    equal([name for name in c.agent.checks() if name.startswith("py-")], [])


def catalog(c):
    service = {"Service": "py-db", "ID": "py-db-1", "Tags": ["primary"], "Port": 5432}
    check = {"Name": "py-db up", "Status": "passing", "ServiceID": "py-db-1"}
    equal(c.catalog.register("py-node", "10.9.0.1", service=service, check=check), True)
    equal([one["Node"] for one in c.catalog.nodes(filter_expr='Address == "10.9.0.1"')[1]], ["py-node"])
    equal(list(c.catalog.node("py-node")[1]["Services"]), ["py-db-1"])
    equal([one["Service"]["Port"] for one in c.health.service("py-db", passing=True)[1]], [5432])
    equal([one["Name"] for one in c.health.node("py-node")[1]], ["py-db up"])
    index, _ = c.catalog.services()
    equal(c.catalog.deregister("py-node"), True)
    equal("py-db" in c.catalog.services(index=index, wait="60s")[1], False, "the service after its node is gone")
    equal(c.catalog.node("py-node")[1], None)


SUBJECTS = {"registration": registration, "checks": checks, "catalog": catalog}
