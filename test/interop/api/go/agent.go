package main

import (
	"strings"
	"time"

	"github.com/hashicorp/consul/api"
)

// agent: what it says of itself and of the pool, its log, and events.
func agent(client *api.Client, _ string) {
	agent := client.Agent()
	self, err := agent.Self()
	done(err)
	need(self["Config"]["NodeName"] == "client" && self["Config"]["Server"] == false && self["Config"]["Datacenter"] == "dc1", "%+v", self["Config"])
	need(self["Member"]["Name"] == "client" && self["Stats"]["agent"] != nil, "%+v", self)
	members, err := agent.Members(false)
	done(err)
	roles := map[string]int{}
	for _, member := range members {
		need(member.Status == 1 && member.ProtocolCur == 2 && member.Tags["dc"] == "dc1" && member.Port > 0, "%+v", member)
		roles[member.Tags["role"]]++
	}
	same(roles, map[string]int{"consul": 3, "node": 1})
	members, err = agent.MembersOpts(api.MembersOpts{Segment: api.AllSegments, Filter: `Tags.role == "node"`})
	need(err == nil && len(members) == 1 && members[0].Name == "client", "%+v %v", members, err)
	members, err = agent.Members(true)
	need(err == nil && len(members) == 0, "a client has no WAN: %+v %v", members, err)
	version, err := agent.Version()
	need(err == nil && version["HumanVersion"] != "", "%+v %v", version, err)
	host, err := agent.Host()
	need(err == nil && host["Memory"] != nil && host["CPU"] != nil, "%+v %v", host, err)
	metrics, err := agent.Metrics()
	need(err == nil && len(metrics.Gauges) > 0 && metrics.Timestamp != "", "%+v %v", metrics, err)
	done(agent.Reload())
	err = agent.ForceLeave("agent-nobody")
	refused(err, 500, "agent: No node found with name 'agent-nobody'")
	err = agent.Join("127.0.0.1:1", false)
	need(err != nil && strings.Contains(err.Error(), "500"), "%v", err)

	// The log comes as it is written.
	stop := make(chan struct{})
	lines, err := agent.Monitor("info", stop, nil)
	done(err)
	done(agent.ServiceRegister(&api.AgentServiceRegistration{Name: "agent-logged"}))
	for logged := ""; !strings.Contains(logged, "agent-logged"); {
		select {
		case logged = <-lines:
		case <-time.After(deadline):
			panic("waited in vain for the log")
		}
	}
	close(stop)
	done(agent.ServiceDeregister("agent-logged"))

	coordinates, _, err := client.Coordinate().Nodes(nil)
	done(err)
	eventually("the coordinate of every agent", func() bool {
		coordinates, _, err = client.Coordinate().Nodes(nil)
		done(err)
		return len(coordinates) == 4
	})
	need(len(coordinates[0].Coord.Vec) == 8, "%+v", coordinates[0])
	one, _, err := client.Coordinate().Node("client", nil)
	need(err == nil && len(one) == 1 && one[0].Coord.Height > 0, "%+v %v", one, err)
}

// events: fired here, heard here, and by those who wait.
func events(client *api.Client, _ string) {
	event := client.Event()
	fire := func(event_ api.UserEvent) string {
		id, _, err := event.Fire(&event_, nil)
		done(err)
		need(len(id) == 36, "an ID: %q", id)
		return id
	}
	list := func(name string, options *api.QueryOptions) ([]*api.UserEvent, *api.QueryMeta) {
		found, meta, err := event.List(name, options)
		done(err)
		return found, meta
	}
	first := fire(api.UserEvent{Name: "events-deploy", Payload: []byte{0, 1, 255}})
	var meta *api.QueryMeta
	eventually("the event to come round", func() bool {
		var found []*api.UserEvent
		found, meta = list("events-deploy", nil)
		return len(found) == 1 && found[0].ID == first && string(found[0].Payload) == "\x00\x01\xff" && found[0].LTime > 0
	})
	need(meta.LastIndex == event.IDToIndex(first), "%d isn't the index of %s", meta.LastIndex, first)
	heard := make(chan string)
	go func() {
		found, _ := list("events-deploy", &api.QueryOptions{WaitIndex: event.IDToIndex(first), WaitTime: long})
		heard <- found[len(found)-1].ID
	}()
	fire(api.UserEvent{Name: "events-other"})
	second := fire(api.UserEvent{Name: "events-deploy", NodeFilter: "client"})
	same(within("the second event", heard), second)
	fire(api.UserEvent{Name: "events-deploy", NodeFilter: "nobody"})
	third := fire(api.UserEvent{Name: "events-deploy"})
	eventually("the last event", func() bool {
		found, _ := list("events-deploy", nil)
		ids := []string{}
		for _, one := range found {
			ids = append(ids, one.ID)
		}
		return strings.Join(ids, " ") == strings.Join([]string{first, second, third}, " ")
	})
	_, _, err := event.Fire(&api.UserEvent{}, nil)
	need(err != nil && strings.Contains(err.Error(), "400"), "%v", err)
}
