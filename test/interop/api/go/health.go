package main

import (
	"net"
	"net/http"
	"strings"

	"github.com/hashicorp/consul/api"
)

// health: the checks of services and nodes, and those who wait for them.
func health(client *api.Client, _ string) {
	agent, health := client.Agent(), client.Health()
	self, err := agent.NodeName()
	done(err)
	register := func(id, tag, status string) {
		done(agent.ServiceRegister(&api.AgentServiceRegistration{
			ID: "health-" + id, Name: "health-app", Tags: []string{tag, "every"},
			Check: &api.AgentServiceCheck{CheckID: "health-check-" + id, TTL: "10m", Status: status, Notes: "of " + id},
		}))
	}
	register("1", "blue", "passing")
	register("2", "green", "passing")
	register("3", "green", "warning")

	ask := func(passing bool, options *api.QueryOptions, tags ...string) []string {
		entries, meta, err := health.ServiceMultipleTags("health-app", tags, passing, options)
		done(err)
		// From the event stream nothing is known of leaders, not in Consul's either.
		need(meta.LastIndex > 0 && meta.KnownLeader == (meta.QueryBackend != "streaming"), "%+v", meta)
		ids := []string{}
		for _, entry := range entries {
			need(entry.Node.Node == self && entry.Node.Datacenter == "dc1", "%+v", entry.Node)
			ids = append(ids, strings.TrimPrefix(entry.Service.ID, "health-"))
		}
		return ids
	}
	same(ask(false, nil), []string{"1", "2", "3"})
	same(ask(true, nil), []string{"1", "2"})
	same(ask(true, nil, "green"), []string{"2"})
	same(ask(false, nil, "green", "every"), []string{"2", "3"})
	same(ask(false, &api.QueryOptions{Filter: `Checks.Status == "warning"`}), []string{"3"})
	same(ask(false, &api.QueryOptions{RequireConsistent: true, Near: "_agent"}), []string{"1", "2", "3"})
	eventually("what any server may answer to have come everywhere", func() bool {
		return len(ask(false, &api.QueryOptions{UseCache: true})) == 3
	})

	checks, _, err := health.Checks("health-app", nil)
	done(err)
	need(len(checks) == 3 && checks[0].Notes == "of 1" && checks[0].ServiceName == "health-app" && checks[0].Type == "ttl", "%+v", checks)
	same(checks[0].ServiceTags, []string{"blue", "every"})
	checks, _, err = health.State(api.HealthWarning, &api.QueryOptions{Filter: `ServiceName == "health-app"`})
	done(err)
	need(len(checks) == 1 && checks[0].CheckID == "health-check-3", "%+v", checks)
	checks, _, err = health.State(api.HealthAny, nil)
	done(err)
	need(len(checks) >= 7, "%+v", checks)
	_, _, err = health.State("well", nil)
	need(err != nil && strings.Contains(err.Error(), "Unsupported state: well"), "%v", err)
	checks, _, err = health.Node(self, &api.QueryOptions{Filter: `CheckID == "serfHealth"`})
	done(err)
	need(len(checks) == 1 && checks[0].Status == api.HealthPassing && checks[0].Output == "Agent alive and reachable", "%+v", checks)

	// Each change of a check wakes the one who waits, in order.
	passing := func(options *api.QueryOptions) (int, uint64) {
		entries, meta, err := health.Service("health-app", "", true, options)
		done(err)
		return len(entries), meta.LastIndex
	}
	_, index := passing(nil)
	for _, step := range []struct {
		change func(string, string) error
		check  string
		left   int
	}{{agent.FailTTL, "2", 1}, {agent.PassTTL, "3", 2}, {agent.WarnTTL, "1", 1}, {agent.PassTTL, "2", 2}} {
		heard := make(chan uint64)
		count := 0
		go func() {
			for last := index; ; {
				count, last = passing(&api.QueryOptions{WaitIndex: last, WaitTime: long})
				if count == step.left {
					heard <- last
					return
				}
			}
		}()
		done(step.change("health-check-"+step.check, "step"))
		now := within("the change of a check", heard)
		need(now > index, "index %d after %d", now, index)
		index = now
	}
	for _, id := range []string{"1", "2", "3"} {
		done(agent.ServiceDeregister("health-" + id))
	}
	eventually("the services to be gone", func() bool { return len(ask(false, nil)) == 0 })
}

// checks: those of the agent alone, and one that the agent does by itself.
func checks(client *api.Client, _ string) {
	agent := client.Agent()
	self, err := agent.NodeName()
	done(err)
	register := func(check *api.AgentCheckRegistration) { done(agent.CheckRegister(check)) }
	register(&api.AgentCheckRegistration{
		ID: "checks-ttl", Name: "a ttl", Notes: "by hand", AgentServiceCheck: api.AgentServiceCheck{TTL: "10m"},
	})
	one := func() *api.AgentCheck {
		own, err := agent.ChecksWithFilter(`CheckID == "checks-ttl"`)
		done(err)
		need(len(own) == 1 && own["checks-ttl"].Name == "a ttl" && own["checks-ttl"].Node == self, "%+v", own)
		return own["checks-ttl"]
	}
	same(one().Status, api.HealthCritical)
	seen := func(status, output string) func() bool {
		return func() bool {
			checks, _, err := client.Health().Node(self, &api.QueryOptions{Filter: `CheckID == "checks-ttl"`})
			done(err)
			return len(checks) == 1 && checks[0].Status == status && checks[0].Output == output
		}
	}
	for _, step := range []struct{ status, output string }{
		{api.HealthPassing, "well"}, {api.HealthWarning, "not so well"}, {api.HealthCritical, "ünwell\nat all"},
	} {
		done(agent.UpdateTTL("checks-ttl", step.output, step.status))
		need(one().Status == step.status && one().Output == step.output, "%+v", one())
		eventually("the catalog to have it", seen(step.status, step.output))
	}
	done(agent.PassTTL("checks-ttl", "again"))
	eventually("the catalog to have it", seen(api.HealthPassing, "again"))
	refused(agent.PassTTL("checks-none", ""), 404, `Unknown check ID "checks-none". Ensure that the check ID is passed, not the check name.`)

	// A server of our own, asked by the agent with what the registration says.
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	done(err)
	go http.Serve(listener, http.HandlerFunc(func(answer http.ResponseWriter, asked *http.Request) {
		if asked.Header.Get("X-Asked") != "checks" || asked.Method != "POST" {
			answer.WriteHeader(http.StatusTeapot)
		}
		answer.Write([]byte("all is well"))
	}))
	register(&api.AgentCheckRegistration{
		ID: "checks-http", Name: "http", AgentServiceCheck: api.AgentServiceCheck{
			HTTP: "http://" + listener.Addr().String() + "/", Method: "POST", Header: map[string][]string{"X-Asked": {"checks"}},
			Interval: "100ms", Timeout: "5s", FailuresBeforeCritical: 2,
		},
	})
	register(&api.AgentCheckRegistration{
		ID: "checks-tcp", Name: "tcp", AgentServiceCheck: api.AgentServiceCheck{TCP: listener.Addr().String(), Interval: "100ms"},
	})
	statuses := func() map[string]string {
		checks, _, err := client.Health().Node(self, nil)
		done(err)
		statuses := map[string]string{}
		for _, check := range checks {
			statuses[check.CheckID] = check.Status
		}
		return statuses
	}
	eventually("the checks to pass", func() bool {
		now := statuses()
		return now["checks-http"] == api.HealthPassing && now["checks-tcp"] == api.HealthPassing
	})
	own, err := agent.Checks()
	done(err)
	need(strings.HasSuffix(own["checks-http"].Output, "Output: all is well"), "%+v", own["checks-http"])
	done(listener.Close())
	eventually("the checks to fail", func() bool {
		now := statuses()
		return now["checks-http"] == api.HealthCritical && now["checks-tcp"] == api.HealthCritical
	})
	for _, id := range []string{"checks-http", "checks-tcp", "checks-ttl"} {
		done(agent.CheckDeregister(id))
	}
	eventually("the checks to be gone", func() bool {
		now := statuses()
		return now["checks-http"]+now["checks-tcp"]+now["checks-ttl"] == ""
	})
	refused(agent.CheckDeregister("checks-http"), 404, `Unknown check ID "checks-http". Ensure that the check ID is passed, not the check name.`)
}
