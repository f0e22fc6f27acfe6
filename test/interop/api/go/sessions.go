package main

import (
	"strings"
	"time"

	"github.com/hashicorp/consul/api"
)

// sessions: with and without checks, what ends them, and what becomes of the keys they hold.
func sessions(client *api.Client, _ string) {
	node, err := client.Agent().NodeName()
	done(err)
	sessions, kv := client.Session(), client.KV()
	create := func(entry *api.SessionEntry) string {
		id, _, err := sessions.Create(entry, nil)
		done(err)
		need(len(id) == 36, "an ID: %q", id)
		return id
	}
	info := func(id string) *api.SessionEntry {
		entry, _, err := sessions.Info(id, nil)
		done(err)
		return entry
	}

	plain := create(nil)
	found := info(plain)
	same(*found, api.SessionEntry{
		CreateIndex: found.CreateIndex, ID: plain, Node: node, LockDelay: 15 * time.Second, Behavior: "release",
		Checks: nil, NodeChecks: []string{"serfHealth"},
	})
	full := create(&api.SessionEntry{Name: "sessions-full", Behavior: "delete", TTL: "20s", LockDelay: 3 * time.Second})
	found = info(full)
	need(found.Name == "sessions-full" && found.Behavior == "delete" && found.TTL == "20s" && found.LockDelay == 3*time.Second,
		"%+v", found)
	unchecked, _, err := sessions.CreateNoChecks(&api.SessionEntry{Name: "sessions-unchecked"}, nil)
	done(err)
	need(len(info(unchecked).NodeChecks) == 0, "%+v", info(unchecked))
	need(info("00000000-0000-0000-0000-000000000000") == nil, "a session that there isn't")

	for _, list := range []func() ([]*api.SessionEntry, *api.QueryMeta, error){
		func() ([]*api.SessionEntry, *api.QueryMeta, error) { return sessions.List(nil) },
		func() ([]*api.SessionEntry, *api.QueryMeta, error) { return sessions.Node(node, nil) },
	} {
		entries, meta, err := list()
		done(err)
		seen := map[string]bool{}
		for _, entry := range entries {
			seen[entry.ID] = true
		}
		need(seen[plain] && seen[full] && seen[unchecked] && meta.LastIndex > 0, "%+v", seen)
	}

	renewed, _, err := sessions.Renew(full, nil)
	done(err)
	need(renewed != nil && renewed.ID == full && renewed.TTL == "20s", "%+v", renewed)
	renewed, _, err = sessions.Renew("00000000-0000-0000-0000-000000000000", nil)
	need(err == nil && renewed == nil, "%v %v", renewed, err)
	_, _, err = sessions.Create(&api.SessionEntry{TTL: "1s"}, nil)
	need(err != nil && strings.Contains(err.Error(), "Invalid Session TTL '1000000000', must be between [10s=24h0m0s]"), "%v", err)
	_, _, err = sessions.Create(&api.SessionEntry{Node: "nobody"}, nil)
	need(err != nil && strings.Contains(err.Error(), "Missing node registration"), "%v", err)

	// What they hold.
	acquire := func(key, session string) bool {
		acquired, _, err := kv.Acquire(&api.KVPair{Key: key, Value: []byte(session), Session: session}, nil)
		done(err)
		return acquired
	}
	need(acquire("sessions/released", plain) && !acquire("sessions/released", full) && acquire("sessions/released", plain), "one holder")
	need(acquire("sessions/deleted", full), "the other key")
	pair, _, err := kv.Get("sessions/released", nil)
	done(err)
	need(pair.Session == plain && pair.LockIndex == 1, "%+v", pair)
	released, _, err := kv.Release(&api.KVPair{Key: "sessions/released", Session: full}, nil)
	need(err == nil && !released, "somebody else's: %v %v", released, err)
	_, _, err = kv.Acquire(&api.KVPair{Key: "sessions/nobody", Session: "00000000-0000-0000-0000-000000000000"}, nil)
	need(err != nil, "acquired for a session that there isn't")

	_, meta, err := sessions.List(nil)
	done(err)
	fewer := make(chan int)
	go func() {
		entries, _, _ := sessions.List(&api.QueryOptions{WaitIndex: meta.LastIndex, WaitTime: long})
		fewer <- len(entries)
	}()
	_, err = sessions.Destroy(plain, nil)
	done(err)
	need(within("one session less", fewer) > 0, "the other sessions")
	pair, _, err = kv.Get("sessions/released", nil)
	done(err)
	need(pair != nil && pair.Session == "", "%+v", pair)
	need(!acquire("sessions/released", full), "the lock delay")
	_, err = sessions.Destroy(full, nil)
	done(err)
	pair, _, err = kv.Get("sessions/deleted", nil)
	need(err == nil && pair == nil, "%+v %v", pair, err)

	// A check of a service ends a session, too.
	done(client.Agent().ServiceRegister(&api.AgentServiceRegistration{
		Name: "sessions-app", Check: &api.AgentServiceCheck{CheckID: "sessions-check", TTL: "10m", Status: "passing"},
	}))
	bound := create(&api.SessionEntry{ServiceChecks: []api.ServiceCheck{{ID: "sessions-check"}}, LockDelay: time.Millisecond})
	need(acquire("sessions/bound", bound), "the key of the service")
	done(client.Agent().FailTTL("sessions-check", "gone"))
	eventually("the failed check to end the session", func() bool { return info(bound) == nil })
	pair, _, err = kv.Get("sessions/bound", nil)
	need(err == nil && pair != nil && pair.Session == "", "%+v %v", pair, err)
	_, _, err = sessions.Create(&api.SessionEntry{ServiceChecks: []api.ServiceCheck{{ID: "sessions-check"}}}, nil)
	need(err != nil, "a session that begins with a critical check")
	done(client.Agent().ServiceDeregister("sessions-app"))

	// Renewed until it is told to stop; then it is gone.
	kept := create(&api.SessionEntry{TTL: "10s"})
	stop, ended := make(chan struct{}), make(chan struct{})
	go func() {
		done(sessions.RenewPeriodic("10s", kept, nil, stop))
		close(ended)
	}()
	need(info(kept) != nil && open(ended), "the renewed session")
	close(stop)
	closes("the renewal to end", ended)
	eventually("its session to be destroyed", func() bool { return info(kept) == nil })
	_, err = sessions.Destroy(unchecked, nil)
	done(err)
}
