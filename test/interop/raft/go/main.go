// A stock Raft server for the interoperability tests: github.com/hashicorp/raft with its log in memory, behind the first byte
// of the server port. It takes one JSON order a line and tells what happens as one JSON event a line, as
// test/integration/raft/cluster-child.ts does.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"github.com/hashicorp/raft"
)

const raftFirstByte = 1

type entry struct {
	index uint64
	text  string
}

func (e entry) MarshalJSON() ([]byte, error) { return json.Marshal([]interface{}{e.index, e.text}) }

func (e *entry) UnmarshalJSON(data []byte) error {
	return json.Unmarshal(data, &[]interface{}{&e.index, &e.text})
}

// The state: every command with its index.
type state struct {
	mutex   sync.Mutex
	entries []entry
}

func (s *state) Apply(log *raft.Log) interface{} {
	s.mutex.Lock()
	s.entries = append(s.entries, entry{log.Index, string(log.Data)})
	count := len(s.entries)
	s.mutex.Unlock()
	tell(map[string]interface{}{"applied": count})
	return nil
}

func (s *state) all() []entry {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return append([]entry{}, s.entries...)
}

func (s *state) Snapshot() (raft.FSMSnapshot, error) { return snapshot(s.all()), nil }

func (s *state) Restore(from io.ReadCloser) error {
	var entries []entry
	if err := json.NewDecoder(from).Decode(&entries); err != nil {
		return err
	}
	s.mutex.Lock()
	s.entries = entries
	s.mutex.Unlock()
	tell(map[string]interface{}{"applied": len(entries)})
	return from.Close()
}

type snapshot []entry

func (s snapshot) Persist(sink raft.SnapshotSink) error {
	if err := json.NewEncoder(sink).Encode([]entry(s)); err != nil {
		sink.Cancel()
		return err
	}
	return sink.Close()
}

func (s snapshot) Release() {}

// Connections that begin with the first byte of Raft.
type layer struct{ net.Listener }

func (l layer) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		first := []byte{0}
		if _, err := io.ReadFull(conn, first); err == nil && first[0] == raftFirstByte {
			return conn, nil
		}
		conn.Close()
	}
}

func (l layer) Dial(address raft.ServerAddress, timeout time.Duration) (net.Conn, error) {
	conn, err := net.DialTimeout("tcp", string(address), timeout)
	if err != nil {
		return nil, err
	}
	_, err = conn.Write([]byte{raftFirstByte})
	return conn, err
}

type server struct{ ID, Address string }

type options struct {
	ID                 string
	Address            string
	HeartbeatTimeoutMs int
	// Empty: it waits to be told by a leader.
	Bootstrap []server
}

type order struct {
	Propose  []string
	Snapshot bool
	Dump     bool
	Transfer *server
}

var output sync.Mutex

func tell(event map[string]interface{}) {
	line, _ := json.Marshal(event)
	output.Lock()
	defer output.Unlock()
	fmt.Println(string(line))
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	var about options
	must(json.Unmarshal([]byte(os.Args[1]), &about))
	listener, err := net.Listen("tcp", about.Address)
	must(err)
	config := raft.DefaultConfig()
	config.LocalID = raft.ServerID(about.ID)
	config.HeartbeatTimeout = time.Duration(about.HeartbeatTimeoutMs) * time.Millisecond
	config.ElectionTimeout = config.HeartbeatTimeout
	config.LeaderLeaseTimeout = config.HeartbeatTimeout / 2
	config.TrailingLogs = 5
	config.SnapshotInterval = time.Hour
	config.LogOutput = os.Stderr
	config.LogLevel = "WARN"
	kept := &state{}
	logs := raft.NewInmemStore()
	snapshots := raft.NewInmemSnapshotStore()
	transport := raft.NewNetworkTransport(layer{listener}, 3, 10*time.Second, os.Stderr)
	if len(about.Bootstrap) > 0 {
		var configuration raft.Configuration
		for _, other := range about.Bootstrap {
			configuration.Servers = append(configuration.Servers, raft.Server{
				Suffrage: raft.Voter, ID: raft.ServerID(other.ID), Address: raft.ServerAddress(other.Address)})
		}
		must(raft.BootstrapCluster(config, logs, logs, snapshots, transport, configuration))
	}
	node, err := raft.NewRaft(config, kept, logs, logs, snapshots, transport)
	must(err)
	go func() {
		for leads := range node.LeaderCh() {
			tell(map[string]interface{}{"leads": leads})
		}
	}()
	tell(map[string]interface{}{"listens": true})
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var todo order
		must(json.Unmarshal(lines.Bytes(), &todo))
		for _, text := range todo.Propose {
			node.Apply([]byte(text), 10*time.Second)
		}
		if todo.Snapshot {
			must(node.Snapshot().Error())
			tell(map[string]interface{}{"snapshot": "snapshot-taken"})
		}
		if todo.Transfer != nil {
			must(node.LeadershipTransferToServer(raft.ServerID(todo.Transfer.ID), raft.ServerAddress(todo.Transfer.Address)).Error())
		}
		if todo.Dump {
			tell(map[string]interface{}{"dump": kept.all()})
		}
	}
}
