package main

import (
	"fmt"
	"io"

	"github.com/hashicorp/consul/api"
	"github.com/hashicorp/consul/api/watch"
)

// watches: every kind of plan of api/watch hears of the change it is there for.
func watches(client *api.Client, address string) {
	agent, kv := client.Agent(), client.KV()
	put := func(key, value string) {
		_, err := kv.Put(&api.KVPair{Key: key, Value: []byte(value)}, nil)
		done(err)
	}
	register := func(name string, port int) {
		done(agent.ServiceRegister(&api.AgentServiceRegistration{
			Name: name, Port: port, Check: &api.AgentServiceCheck{CheckID: name + "-check", TTL: "10m", Status: "passing"},
		}))
	}
	register("watches-app", 1)
	put("watches/key", "one")

	for _, plan := range []struct {
		parameters map[string]interface{}
		change     func()
		heard      func(result interface{}) bool
	}{
		{
			map[string]interface{}{"type": "key", "key": "watches/key"},
			func() { put("watches/key", "two") },
			func(result interface{}) bool {
				pair, is := result.(*api.KVPair)
				return is && string(pair.Value) == "two"
			},
		},
		{
			map[string]interface{}{"type": "keyprefix", "prefix": "watches/tree/", "stale": true},
			func() { put("watches/tree/leaf", "x") },
			func(result interface{}) bool {
				pairs := result.(api.KVPairs)
				return len(pairs) == 1 && pairs[0].Key == "watches/tree/leaf"
			},
		},
		{
			map[string]interface{}{"type": "services"},
			func() { register("watches-other", 2) },
			func(result interface{}) bool {
				_, is := result.(map[string][]string)["watches-other"]
				return is
			},
		},
		{
			map[string]interface{}{"type": "nodes", "filter": `Meta.watches == "yes"`},
			func() {
				_, err := client.Catalog().Register(&api.CatalogRegistration{
					Node: "watches-node", Address: "10.9.5.1", NodeMeta: map[string]string{"watches": "yes"},
				}, nil)
				done(err)
			},
			func(result interface{}) bool { return len(result.([]*api.Node)) == 1 },
		},
		{
			map[string]interface{}{"type": "service", "service": "watches-app", "passingonly": true},
			func() { done(agent.FailTTL("watches-app-check", "gone")) },
			func(result interface{}) bool { return len(result.([]*api.ServiceEntry)) == 0 },
		},
		{
			map[string]interface{}{"type": "checks", "service": "watches-app"},
			func() { done(agent.WarnTTL("watches-app-check", "back, nearly")) },
			func(result interface{}) bool {
				checks := result.([]*api.HealthCheck)
				return len(checks) == 1 && checks[0].Output == "back, nearly"
			},
		},
		{
			map[string]interface{}{"type": "checks", "state": "critical"},
			func() { done(agent.FailTTL("watches-app-check", "once more")) },
			func(result interface{}) bool {
				for _, check := range result.([]*api.HealthCheck) {
					if check.Output == "once more" {
						return true
					}
				}
				return false
			},
		},
		{
			map[string]interface{}{"type": "agent_service", "service_id": "watches-app"},
			func() { register("watches-app", 3) },
			func(result interface{}) bool { return result.(*api.AgentService).Port == 3 },
		},
		{
			map[string]interface{}{"type": "event", "name": "watches-event"},
			func() {
				_, _, err := client.Event().Fire(&api.UserEvent{Name: "watches-event", Payload: []byte("p")}, nil)
				done(err)
			},
			func(result interface{}) bool {
				events := result.([]*api.UserEvent)
				return len(events) == 1 && string(events[0].Payload) == "p"
			},
		},
	} {
		what := fmt.Sprint(plan.parameters)
		parsed, err := watch.Parse(plan.parameters)
		done(err)
		parsed.LogOutput = io.Discard
		begun, heard, ended := make(chan struct{}), make(chan struct{}), make(chan struct{})
		isBegun, isHeard := false, false
		parsed.HybridHandler = func(_ watch.BlockingParamVal, result interface{}) {
			if !isBegun {
				isBegun = true
				close(begun)
			}
			if !isHeard && plan.heard(result) {
				isHeard = true
				close(heard)
			}
		}
		go func() {
			done(parsed.Run(address))
			close(ended)
		}()
		closes("the first word of "+what, begun)
		need(open(heard), "%s: heard before it happened", what)
		plan.change()
		closes("the change of "+what, heard)
		parsed.Stop()
		closes("the end of "+what, ended)
	}
	done(agent.ServiceDeregister("watches-app"))
	done(agent.ServiceDeregister("watches-other"))
	_, err := client.Catalog().Deregister(&api.CatalogDeregistration{Node: "watches-node"}, nil)
	done(err)
}
