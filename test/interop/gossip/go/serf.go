package main

import (
	"fmt"
	"sort"

	"github.com/hashicorp/serf/serf"
)

type serfNode struct {
	name string
	serf *serf.Serf
}

func startSerf(o nodeOptions) (node, error) {
	events := make(chan serf.Event, 1024)
	config := serf.DefaultConfig()
	config.Init()
	if err := configure(config.MemberlistConfig, o); err != nil {
		return nil, err
	}
	config.NodeName = o.Name
	config.Tags = o.Tags
	config.EventCh = events
	config.Logger = config.MemberlistConfig.Logger
	config.SnapshotPath = o.Snapshot
	config.RejoinAfterLeave = o.RejoinAfterLeave
	config.ReconnectInterval = milliseconds(o.Timing.ReconnectIntervalMs)
	config.LeavePropagateDelay = milliseconds(o.Timing.PropagateDelayMs)
	config.UserCoalescePeriod = milliseconds(o.UserCoalesceMs)
	config.UserQuiescentPeriod = milliseconds(o.UserCoalesceMs)
	s, err := serf.Create(config)
	if err != nil {
		return nil, err
	}
	n := &serfNode{name: o.Name, serf: s}
	go n.report(events)
	return n, nil
}

// Tells the events and answers every query of the application with "<name>: <payload>".
func (n *serfNode) report(events <-chan serf.Event) {
	for {
		select {
		case <-n.serf.ShutdownCh():
			return
		case event := <-events:
			n.reportOne(event)
		}
	}
}

func (n *serfNode) reportOne(event serf.Event) {
	switch e := event.(type) {
	case serf.MemberEvent:
		names := []string{}
		for _, m := range e.Members {
			names = append(names, m.Name)
		}
		tell(map[string]any{"node": n.name, "event": e.Type.String(), "members": names})
	case serf.UserEvent:
		tell(map[string]any{
			"node": n.name, "event": "user", "name": e.Name, "payload": string(e.Payload), "coalesce": e.Coalesce,
		})
	case *serf.Query:
		tell(map[string]any{
			"node": n.name, "event": "query", "name": e.Name, "payload": string(e.Payload), "from": e.SourceNode(),
		})
		if err := e.Respond([]byte(fmt.Sprintf("%s: %s", n.name, e.Payload))); err != nil {
			tell(map[string]any{"node": n.name, "event": "problem", "text": err.Error()})
		}
	}
}

func (n *serfNode) members() []member {
	all := []member{}
	for _, m := range n.serf.Members() {
		all = append(all, member{Name: m.Name, Status: m.Status.String(), Tags: m.Tags})
	}
	return all
}

func (n *serfNode) join(addresses []string) (int, error) { return n.serf.Join(addresses, false) }
func (n *serfNode) leave() error                         { return n.serf.Leave() }
func (n *serfNode) kill() error                          { return n.serf.Shutdown() }

func (n *serfNode) run(c *command) (any, error) {
	switch c.Do {
	case "event":
		return nil, n.serf.UserEvent(c.Name, []byte(c.Payload), c.Coalesce)
	case "query":
		return n.query(c.Query)
	case "tags":
		return nil, n.serf.SetTags(c.Tags)
	case "key":
		return n.key(c.Operation, c.Key)
	case "forceLeave":
		if c.Prune {
			return nil, n.serf.RemoveFailedNodePrune(c.Name)
		}
		return nil, n.serf.RemoveFailedNode(c.Name)
	default:
		return nil, errUnknown
	}
}

type answers struct {
	Acks      []string          `json:"acks"`
	Responses map[string]string `json:"responses"`
}

func (n *serfNode) query(q query) (any, error) {
	response, err := n.serf.Query(q.Name, []byte(q.Payload), &serf.QueryParam{
		FilterNodes: q.FilterNodes,
		FilterTags:  q.FilterTags,
		RequestAck:  q.RequestAck,
		RelayFactor: q.RelayFactor,
		Timeout:     milliseconds(q.TimeoutMs),
	})
	if err != nil {
		return nil, err
	}
	got := answers{Acks: []string{}, Responses: map[string]string{}}
	acks, responses := response.AckCh(), response.ResponseCh()
	for responses != nil {
		select {
		case name, ok := <-acks:
			if ok {
				got.Acks = append(got.Acks, name)
			} else {
				acks = nil
			}
		case r, ok := <-responses:
			if ok {
				got.Responses[r.From] = string(r.Payload)
			} else {
				responses = nil
			}
		}
	}
	sort.Strings(got.Acks)
	return got, nil
}

type keyAnswers struct {
	Nodes       int               `json:"nodes"`
	Responses   int               `json:"responses"`
	Errors      int               `json:"errors"`
	Messages    map[string]string `json:"messages"`
	Keys        map[string]int    `json:"keys"`
	PrimaryKeys map[string]int    `json:"primaryKeys"`
}

func (n *serfNode) key(operation, key string) (any, error) {
	manager := n.serf.KeyManager()
	var got *serf.KeyResponse
	var err error
	switch operation {
	case "install":
		got, err = manager.InstallKey(key)
	case "use":
		got, err = manager.UseKey(key)
	case "remove":
		got, err = manager.RemoveKey(key)
	case "list":
		got, err = manager.ListKeys()
	default:
		return nil, errUnknown
	}
	if got == nil {
		return nil, err
	}
	// An error beside an answer says that some node failed; the test looks at the numbers.
	return keyAnswers{got.NumNodes, got.NumResp, got.NumErr, got.Messages, got.Keys, got.PrimaryKeys}, nil
}
