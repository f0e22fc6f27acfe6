package main

import (
	"strings"
	"time"

	"github.com/hashicorp/consul/api"
)

func web(port int) *api.AgentServiceRegistration {
	return &api.AgentServiceRegistration{
		ID: "services-web-1", Name: "services-web", Tags: []string{"a", "b"}, Port: port, Address: "10.9.6.1",
		Meta: map[string]string{"version": "1"}, Weights: &api.AgentWeights{Passing: 10, Warning: 1},
		TaggedAddresses: map[string]api.ServiceAddress{"wan": {Address: "192.0.2.1", Port: 80}},
		Checks: api.AgentServiceChecks{
			{CheckID: "services-one", Name: "one", TTL: "10m", Status: "passing"},
			{CheckID: "services-two", Name: "two", TTL: "10m", Status: "passing"},
		},
	}
}

// services: registered with the agent and seen in the catalog as soon as the call returns.
func services(client *api.Client, _ string) {
	agent := client.Agent()
	instances := func(passing bool) []*api.ServiceEntry {
		entries, _, err := client.Health().Service("services-web", "", passing, nil)
		done(err)
		return entries
	}
	done(agent.ServiceRegister(web(80)))
	entries := instances(true)
	need(len(entries) == 1 && len(entries[0].Checks) == 3, "%+v", entries)
	service := entries[0].Service
	need(service.Port == 80 && service.Weights.Passing == 10 && service.Meta["version"] == "1", "%+v", service)
	need(entries[0].Checks.AggregatedStatus() == api.HealthPassing && service.TaggedAddresses["wan"].Port == 80, "%+v", entries[0])

	own, err := agent.Services()
	done(err)
	need(own["services-web-1"] != nil && own["services-web-1"].Address == "10.9.6.1", "%+v", own)
	own, err = agent.ServicesWithFilter(`Service == "services-web" and "b" in Tags`)
	need(err == nil && len(own) == 1, "%+v %v", own, err)

	// One service by its hash: no answer until it changes.
	one, meta, err := agent.Service("services-web-1", nil)
	done(err)
	need(one.Port == 80 && one.ContentHash != "" && meta.LastContentHash == one.ContentHash, "%+v %+v", one, meta)
	began := time.Now()
	_, meta, err = agent.Service("services-web-1", &api.QueryOptions{WaitHash: one.ContentHash, WaitTime: 300 * time.Millisecond})
	need(err == nil && meta.LastContentHash == one.ContentHash && time.Since(began) >= 300*time.Millisecond, "%+v %v", meta, err)
	changed := make(chan int)
	go func() {
		now, _, err := agent.Service("services-web-1", &api.QueryOptions{WaitHash: one.ContentHash, WaitTime: long})
		done(err)
		changed <- now.Port
	}()
	done(agent.ServiceRegister(web(81)))
	same(within("the other port", changed), 81)
	same(instances(true)[0].Service.Port, 81)
	_, _, err = agent.Service("services-nothing", nil)
	refused(err, 404, "unknown service ID: services-nothing")

	// Without a check that it had: kept, or taken away when asked for.
	fewer := web(81)
	fewer.Checks = fewer.Checks[:1]
	done(agent.ServiceRegister(fewer))
	need(len(instances(true)[0].Checks) == 3, "%+v", instances(true))
	done(agent.ServiceRegisterOpts(fewer, api.ServiceRegisterOpts{ReplaceExistingChecks: true}))
	eventually("the other check to be gone", func() bool { return len(instances(true)[0].Checks) == 2 })

	status, info, err := agent.AgentHealthServiceByID("services-web-1")
	need(err == nil && status == api.HealthPassing && info.Service.Port == 81, "%s %+v %v", status, info, err)
	done(agent.WarnTTL("services-one", "hm"))
	status, named, err := agent.AgentHealthServiceByName("services-web")
	need(err == nil && status == api.HealthWarning && len(named) == 1 && named[0].Checks[0].Output == "hm", "%s %+v %v", status, named, err)
	done(agent.FailTTL("services-one", "no"))
	status, _, err = agent.AgentHealthServiceByID("services-web-1")
	need(err == nil && status == api.HealthCritical, "%s %v", status, err)
	status, info, err = agent.AgentHealthServiceByID("services-nothing")
	need(err == nil && status == api.HealthCritical && info == nil, "%s %+v %v", status, info, err)
	eventually("the critical check to be seen", func() bool { return len(instances(true)) == 0 && len(instances(false)) == 1 })

	err = agent.ServiceRegister(&api.AgentServiceRegistration{Name: "services-bad", Check: &api.AgentServiceCheck{Interval: "1s"}})
	need(err != nil && strings.Contains(err.Error(), "400"), "%v", err)
	err = agent.ServiceRegister(&api.AgentServiceRegistration{})
	refused(err, 400, "Missing service name")
	done(agent.ServiceDeregister("services-web-1"))
	eventually("the service to be gone", func() bool { return len(instances(false)) == 0 })
	err = agent.ServiceDeregister("services-web-1")
	refused(err, 404, `Unknown service ID "services-web-1". Ensure that the service ID is passed, not the service name.`)
}

// maintenance: of one service, and of the whole node.
func maintenance(client *api.Client, _ string) {
	agent := client.Agent()
	done(agent.ServiceRegister(&api.AgentServiceRegistration{Name: "maintenance-app", Port: 1}))
	passing := func() bool {
		entries, _, err := client.Health().Service("maintenance-app", "", true, nil)
		done(err)
		return len(entries) == 1
	}
	critical := func(reason string) func() bool {
		return func() bool {
			entries, _, err := client.Health().Service("maintenance-app", "", false, nil)
			done(err)
			for _, check := range entries[0].Checks {
				if check.Status == api.HealthCritical && check.Notes == reason {
					return entries[0].Checks.AggregatedStatus() == api.HealthMaint
				}
			}
			return false
		}
	}
	need(passing(), "a service without checks")
	done(agent.EnableServiceMaintenance("maintenance-app", "new wheels & more"))
	eventually("the service under maintenance", critical("new wheels & more"))
	need(!passing(), "under maintenance")
	done(agent.DisableServiceMaintenance("maintenance-app"))
	eventually("the service to be back", passing)
	done(agent.EnableNodeMaintenance("the whole node"))
	eventually("the node under maintenance", critical("the whole node"))
	done(agent.DisableNodeMaintenance())
	eventually("the node to be back", passing)
	done(agent.ServiceDeregister("maintenance-app"))
}
