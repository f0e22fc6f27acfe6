package main

import (
	"bytes"
	"io"
	"strings"
	"time"

	"github.com/hashicorp/consul/api"
)

// operator: the servers, who leads, and the hand-over; autopilot; the key ring.
func operator(client *api.Client, _ string) {
	operator := client.Operator()
	servers := func() (leader *api.RaftServer, followers []*api.RaftServer) {
		configuration, err := operator.RaftGetConfiguration(nil)
		done(err)
		for _, server := range configuration.Servers {
			need(len(server.ID) == 36 && server.ProtocolVersion == "3", "%+v", server)
			if server.Leader {
				need(leader == nil, "two leaders: %+v %+v", leader, server)
				leader = server
			} else {
				followers = append(followers, server)
			}
		}
		return leader, followers
	}
	leader, followers := servers()
	need(leader != nil && len(followers) == 2 && leader.Voter && followers[0].Voter && followers[1].Voter, "%+v %+v", leader, followers)
	named, err := client.Status().Leader()
	done(err)
	same(named, leader.Address)
	peers, err := client.Status().Peers()
	need(err == nil && len(peers) == 3 && strings.Contains(strings.Join(peers, " "), leader.Address), "%+v %v", peers, err)
	_, err = operator.RaftGetConfiguration(&api.QueryOptions{AllowStale: true})
	done(err)

	next := followers[0]
	handed, err := operator.RaftLeaderTransfer(next.ID, nil)
	need(err == nil && handed.Success, "%+v %v", handed, err)
	eventually("the next to lead", func() bool {
		now, err := client.Status().Leader()
		return err == nil && now == next.Address
	})
	_, err = client.KV().Put(&api.KVPair{Key: "operator/after", Value: []byte("x")}, nil)
	done(err)
	leader, _ = servers()
	same(leader.ID, next.ID)
	err = operator.RaftRemovePeerByID("00000000-0000-0000-0000-000000000000", nil)
	need(err != nil && strings.Contains(err.Error(), "500"), "%v", err)
	err = operator.RaftRemovePeerByAddress("192.0.2.1:8300", nil)
	need(err != nil && strings.Contains(err.Error(), "192.0.2.1:8300"), "%v", err)

	// Autopilot.
	configuration, err := operator.AutopilotGetConfiguration(nil)
	done(err)
	need(configuration.CleanupDeadServers && configuration.MaxTrailingLogs == 250, "%+v", configuration)
	need(configuration.LastContactThreshold.Duration() == 200*time.Millisecond && configuration.ServerStabilizationTime.Duration() == 10*time.Second, "%+v", configuration)
	changed := *configuration
	changed.MaxTrailingLogs = 300
	swapped, err := operator.AutopilotCASConfiguration(&changed, nil)
	need(err == nil && swapped, "%v", err)
	swapped, err = operator.AutopilotCASConfiguration(&changed, nil)
	need(err == nil && !swapped, "twice with one index: %v", err)
	now, err := operator.AutopilotGetConfiguration(nil)
	need(err == nil && now.MaxTrailingLogs == 300 && now.ModifyIndex > configuration.ModifyIndex, "%+v %v", now, err)
	done(operator.AutopilotSetConfiguration(configuration, nil))
	// On a busy machine one of them is late now and then.
	eventually("all servers to be healthy", func() bool {
		health, err := operator.AutopilotServerHealth(nil)
		return err == nil && health.Healthy && health.FailureTolerance == 1 && len(health.Servers) == 3
	})
	eventually("the state to say so, too", func() bool {
		state, err := operator.AutopilotState(nil)
		done(err)
		need(len(state.Voters) == 3 && state.Servers[next.ID].Name == next.Node, "%+v", state)
		return state.Healthy && state.Leader == next.ID && state.Servers[next.ID].Status == api.AutopilotServerLeader
	})

	// A key for all and back again; by the nodes of the LAN pool that have it.
	rings := func() map[string]int {
		answers, err := operator.KeyringList(nil)
		done(err)
		need(len(answers) == 2, "%+v", answers)
		for _, answer := range answers {
			need(answer.Datacenter == "dc1" && len(answer.Messages) == 0, "%+v", answer)
			if !answer.WAN {
				same(answer.NumNodes, 4)
				return answer.Keys
			}
		}
		panic("no LAN pool")
	}
	keys := rings()
	need(len(keys) == 1, "%+v", keys)
	const other = "pUqJrVyVRj5jsiYEkM/tFQYfWyJIv4s3XkvDwy7Cu5s="
	done(operator.KeyringInstall(other, nil))
	same(rings()[other], 4)
	done(operator.KeyringUse(other, nil))
	for key := range keys {
		err = operator.KeyringRemove(other, nil)
		need(err != nil, "the primary key was removed")
		done(operator.KeyringUse(key, nil))
	}
	done(operator.KeyringRemove(other, nil))
	same(rings(), keys)
}

// snapshots: saved, changed, and back as it was.
func snapshots(client *api.Client, _ string) {
	put := func(value string) {
		_, err := client.KV().Put(&api.KVPair{Key: "snapshots/key", Value: []byte(value)}, nil)
		done(err)
	}
	get := func() string {
		pair, _, err := client.KV().Get("snapshots/key", nil)
		done(err)
		return string(pair.Value)
	}
	save := func(options *api.QueryOptions) []byte {
		stream, meta, err := client.Snapshot().Save(options)
		done(err)
		archive, err := io.ReadAll(stream)
		done(err)
		done(stream.Close())
		need(len(archive) > 100 && meta.LastIndex > 0 && meta.KnownLeader, "%d bytes, %+v", len(archive), meta)
		return archive
	}
	put(strings.Repeat("before ", 10_000))
	archive := save(nil)
	save(&api.QueryOptions{AllowStale: true})
	put("after")
	_, meta, err := client.KV().Get("snapshots/key", nil)
	done(err)
	heard := make(chan string)
	go func() {
		for index := meta.LastIndex; ; {
			pair, meta, err := client.KV().Get("snapshots/key", &api.QueryOptions{WaitIndex: index, WaitTime: long})
			if err == nil && pair != nil && string(pair.Value) != "after" {
				heard <- string(pair.Value)
				return
			}
			if err == nil {
				index = meta.LastIndex
			}
		}
	}()
	done(client.Snapshot().Restore(nil, bytes.NewReader(archive)))
	same(get(), strings.Repeat("before ", 10_000))
	same(within("the restored value", heard), strings.Repeat("before ", 10_000))
	err = client.Snapshot().Restore(nil, strings.NewReader("no archive"))
	need(err != nil && strings.Contains(err.Error(), "500"), "%v", err)
	archive[len(archive)/2] ^= 1
	err = client.Snapshot().Restore(nil, bytes.NewReader(archive))
	need(err != nil, "a damaged archive was taken")
	same(get(), strings.Repeat("before ", 10_000))
}
