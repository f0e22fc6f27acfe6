// Stock nodes for the interoperability tests: Serf and memberlist from their official modules. One process runs any
// number of nodes; it takes commands as JSON lines on standard input and tells results and events as JSON lines on
// standard output. test/interop/gossip/protocol.ts says what they look like.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"time"
)

type timing struct {
	ProbeIntervalMs     int
	ProbeTimeoutMs      int
	GossipIntervalMs    int
	PushPullIntervalMs  int
	SuspicionMult       int
	ReconnectIntervalMs int
	PropagateDelayMs    int
}

type nodeOptions struct {
	Kind    string
	Name    string
	Address string
	Port    int
	Tags    map[string]string
	// Keys in base64, the primary one first.
	Keys     []string
	Label    string
	Timing   timing
	Snapshot string
	// Whether a snapshot is used even though the node had left.
	RejoinAfterLeave bool
	// Events of one name within this time are told once when they allow it. 0: each is told.
	UserCoalesceMs int
}

type query struct {
	Name, Payload string
	// Answers are waited for until this is over.
	TimeoutMs   int
	FilterNodes []string
	FilterTags  map[string]string
	RequestAck  bool
	RelayFactor uint8
}

type command struct {
	ID      int
	Node    string
	Do      string
	Options nodeOptions
	// join
	Addresses []string
	// event, forceLeave
	Name, Payload string
	Coalesce      bool
	Prune         bool
	Query         query
	Tags          map[string]string
	// key: install, use, remove or list
	Operation, Key string
}

type member struct {
	Name   string            `json:"name"`
	Status string            `json:"status"`
	Tags   map[string]string `json:"tags"`
}

type node interface {
	members() []member
	join(addresses []string) (int, error)
	// Everything that only Serf can do; errUnknown for what it can't.
	run(c *command) (any, error)
	leave() error
	// Stops without a word to the others.
	kill() error
}

var errUnknown = fmt.Errorf("this kind of node can't do that")

func milliseconds(n int) time.Duration { return time.Duration(n) * time.Millisecond }

var (
	output      = json.NewEncoder(os.Stdout)
	outputMutex sync.Mutex
)

func tell(message map[string]any) {
	outputMutex.Lock()
	defer outputMutex.Unlock()
	if err := output.Encode(message); err != nil {
		os.Exit(1)
	}
}

type nodes struct {
	mutex sync.Mutex
	all   map[string]node
}

func (n *nodes) get(name string) (node, error) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	found, ok := n.all[name]
	if !ok {
		return nil, fmt.Errorf("no node %q", name)
	}
	return found, nil
}

func (n *nodes) start(o nodeOptions) error {
	var started node
	var err error
	switch o.Kind {
	case "serf":
		started, err = startSerf(o)
	case "memberlist":
		started, err = startMemberlist(o)
	default:
		err = fmt.Errorf("no kind %q", o.Kind)
	}
	if err != nil {
		return err
	}
	n.mutex.Lock()
	defer n.mutex.Unlock()
	n.all[o.Name] = started
	return nil
}

func (n *nodes) remove(name string) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	delete(n.all, name)
}

func (n *nodes) run(c *command) (any, error) {
	if c.Do == "start" {
		return nil, n.start(c.Options)
	}
	on, err := n.get(c.Node)
	if err != nil {
		return nil, err
	}
	switch c.Do {
	case "members":
		return on.members(), nil
	case "join":
		return on.join(c.Addresses)
	case "leave":
		// As an agent does it: stopped as soon as the leave is over.
		if err := on.leave(); err != nil {
			return nil, err
		}
		n.remove(c.Node)
		return nil, on.kill()
	case "kill":
		n.remove(c.Node)
		return nil, on.kill()
	default:
		return on.run(c)
	}
}

func main() {
	all := &nodes{all: map[string]node{}}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		c := &command{}
		if err := json.Unmarshal(lines.Bytes(), c); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		// Leaving and queries take their time; others don't wait for them.
		go func() {
			result, err := all.run(c)
			if err != nil {
				tell(map[string]any{"id": c.ID, "error": err.Error()})
				return
			}
			tell(map[string]any{"id": c.ID, "result": result})
		}()
	}
}
