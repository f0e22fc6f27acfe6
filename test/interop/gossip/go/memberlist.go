package main

import (
	"encoding/base64"
	"log"
	"os"
	"sync"

	"github.com/hashicorp/memberlist"
)

func configure(config *memberlist.Config, o nodeOptions) error {
	config.Name = o.Name
	config.BindAddr = o.Address
	config.BindPort = o.Port
	config.AdvertisePort = o.Port
	config.Label = o.Label
	config.Logger = log.New(os.Stderr, o.Name+" ", log.Lmicroseconds)
	config.ProbeInterval = milliseconds(o.Timing.ProbeIntervalMs)
	config.ProbeTimeout = milliseconds(o.Timing.ProbeTimeoutMs)
	config.GossipInterval = milliseconds(o.Timing.GossipIntervalMs)
	config.PushPullInterval = milliseconds(o.Timing.PushPullIntervalMs)
	config.SuspicionMult = o.Timing.SuspicionMult
	if len(o.Keys) == 0 {
		return nil
	}
	keys := make([][]byte, len(o.Keys))
	for i, text := range o.Keys {
		key, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return err
		}
		keys[i] = key
	}
	ring, err := memberlist.NewKeyring(keys, keys[0])
	config.Keyring = ring
	return err
}

// A node without delegates. What it was told last of each member is kept: the library forgets the dead.
type memberlistNode struct {
	list  *memberlist.Memberlist
	mutex sync.Mutex
	known map[string]member
}

func startMemberlist(o nodeOptions) (node, error) {
	config := memberlist.DefaultLANConfig()
	if err := configure(config, o); err != nil {
		return nil, err
	}
	n := &memberlistNode{known: map[string]member{}}
	config.Events = n
	list, err := memberlist.Create(config)
	if err != nil {
		return nil, err
	}
	n.list = list
	return n, nil
}

func (n *memberlistNode) note(of *memberlist.Node, status string) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	n.known[of.Name] = member{Name: of.Name, Status: status, Tags: map[string]string{}}
}

func (n *memberlistNode) NotifyJoin(of *memberlist.Node)   { n.note(of, "alive") }
func (n *memberlistNode) NotifyUpdate(of *memberlist.Node) { n.note(of, "alive") }

// Of the node it hands over the library doesn't say why it is gone.
func (n *memberlistNode) NotifyLeave(of *memberlist.Node) { n.note(of, "gone") }

func (n *memberlistNode) members() []member {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	all := []member{}
	for _, m := range n.known {
		all = append(all, m)
	}
	return all
}

func (n *memberlistNode) join(addresses []string) (int, error) { return n.list.Join(addresses) }
func (n *memberlistNode) run(*command) (any, error)            { return nil, errUnknown }
func (n *memberlistNode) leave() error                         { return n.list.Leave(milliseconds(5000)) }
func (n *memberlistNode) kill() error                          { return n.list.Shutdown() }
