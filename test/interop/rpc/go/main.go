// Stock ends of the server port under TLS for the interoperability tests: Go's crypto/tls, github.com/hashicorp/yamux and the
// msgpack codec of net/rpc. The first argument says in JSON which end, and with what; results and events go out as one JSON value
// a line.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net"
	"net/rpc"
	"net/url"
	"os"
	"time"

	msgpackrpc "github.com/hashicorp/net-rpc-msgpackrpc"
	"github.com/hashicorp/yamux"
)

const (
	tlsByte       = 3
	multiplexByte = 4
	bootstrapByte = 7
)

type order struct {
	// "ask" or "serve".
	Do string
	// Of the server that is asked.
	Address string
	// PEM. Without a certificate one is asked for first.
	CA, Cert, Key string
	// Whom the server must be.
	ServerName string
	KV         string
	Node       string
	Token      string
}

func tell(value interface{}) {
	line, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(line))
}

func check(err error) {
	if err != nil {
		tell(map[string]string{"error": err.Error()})
		os.Exit(1)
	}
}

func main() {
	var about order
	check(json.Unmarshal([]byte(os.Args[1]), &about))
	if about.Do == "serve" {
		serve(about)
	} else {
		ask(about)
	}
}

func pool(text string) *x509.CertPool {
	all := x509.NewCertPool()
	all.AppendCertsFromPEM([]byte(text))
	return all
}

// The records of requests and replies, with the fields that are looked at.

type KeyRequest struct {
	Datacenter string
	Key        string
	Token      string
}

type Entry struct {
	Key   string
	Value []byte
	Flags uint64
}

type Entries struct {
	Entries     []*Entry
	Index       uint64
	KnownLeader bool
}

type signRequest struct {
	CSR        string
	Datacenter string
	Token      string
}

type signedResponse struct {
	IssuedCert struct {
		Agent, AgentURI, CertPEM string
		ValidAfter, ValidBefore  time.Time
	}
	ConnectCARoots struct {
		ActiveRootID, TrustDomain string
		Roots                     []struct{ ID, RootCert string }
		Index                     uint64
	}
	ManualCARoots        []string
	VerifyServerHostname bool
}

func dial(about order, first byte, certificates []tls.Certificate) *tls.Conn {
	raw, err := net.DialTimeout("tcp", about.Address, 10*time.Second)
	check(err)
	_, err = raw.Write([]byte{first})
	check(err)
	conn := tls.Client(raw, &tls.Config{
		RootCAs:      pool(about.CA),
		ServerName:   about.ServerName,
		Certificates: certificates,
	})
	check(conn.Handshake())
	return conn
}

// A key of its own, and a certificate for it from the server, as an agent with auto_encrypt asks for one.
func sign(about order) tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(err)
	id, err := url.Parse("spiffe://unknown/agent/client/dc/dc1/id/" + about.Node)
	check(err)
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{
		URIs:        []*url.URL{id},
		DNSNames:    []string{"localhost"},
		IPAddresses: []net.IP{net.ParseIP("127.0.0.1"), net.ParseIP("::1")},
	}, key)
	check(err)
	request := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der})
	conn := dial(about, bootstrapByte, nil)
	defer conn.Close()
	var reply signedResponse
	args := signRequest{CSR: string(request), Datacenter: "dc1", Token: about.Token}
	check(msgpackrpc.CallWithCodec(msgpackrpc.NewClientCodec(conn), "AutoEncrypt.Sign", &args, &reply))
	roots := x509.NewCertPool()
	for _, root := range reply.ConnectCARoots.Roots {
		roots.AppendCertsFromPEM([]byte(root.RootCert))
	}
	block, _ := pem.Decode([]byte(reply.IssuedCert.CertPEM))
	leaf, err := x509.ParseCertificate(block.Bytes)
	check(err)
	_, err = leaf.Verify(x509.VerifyOptions{Roots: roots, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	check(err)
	tell(map[string]interface{}{
		"agent":          reply.IssuedCert.Agent,
		"uri":            leaf.URIs[0].String(),
		"trustDomain":    reply.ConnectCARoots.TrustDomain,
		"hours":          reply.IssuedCert.ValidBefore.Sub(reply.IssuedCert.ValidAfter).Hours(),
		"manualRoots":    len(reply.ManualCARoots),
		"verifyHostname": reply.VerifyServerHostname,
	})
	return tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: key}
}

func ask(about order) {
	var certificate tls.Certificate
	if about.Cert == "" {
		certificate = sign(about)
	} else {
		var err error
		certificate, err = tls.X509KeyPair([]byte(about.Cert), []byte(about.Key))
		check(err)
	}
	conn := dial(about, tlsByte, []tls.Certificate{certificate})
	_, err := conn.Write([]byte{multiplexByte})
	check(err)
	session, err := yamux.Client(conn, yamux.DefaultConfig())
	check(err)
	stream, err := session.Open()
	check(err)
	// One after the other on the same stream, as the pool of a stock agent does.
	codec := msgpackrpc.NewClientCodec(stream)
	var leader string
	check(msgpackrpc.CallWithCodec(codec, "Status.Leader", struct{}{}, &leader))
	var found Entries
	request := KeyRequest{Datacenter: "dc1", Key: about.KV, Token: about.Token}
	check(msgpackrpc.CallWithCodec(codec, "KVS.Get", &request, &found))
	values := []string{}
	for _, one := range found.Entries {
		values = append(values, string(one.Value))
	}
	state := conn.ConnectionState()
	tell(map[string]interface{}{
		"leader": leader, "values": values, "index": found.Index, "tls": tls.VersionName(state.Version),
	})
	check(session.Close())
}

// The methods of the server: each answers who it thinks has asked.

type Status struct{ peer string }

func (s *Status) Leader(_ struct{}, reply *string) error {
	*reply = s.peer
	return nil
}

type KVS struct{}

func (*KVS) Get(request *KeyRequest, reply *Entries) error {
	if request.Key == "missing" {
		return fmt.Errorf("no such key: %s", request.Key)
	}
	*reply = Entries{Entries: []*Entry{{request.Key, []byte("of " + request.Key), 7}}, Index: 42, KnownLeader: true}
	return nil
}

func serve(about order) {
	certificate, err := tls.X509KeyPair([]byte(about.Cert), []byte(about.Key))
	check(err)
	config := &tls.Config{
		Certificates: []tls.Certificate{certificate},
		ClientAuth:   tls.RequireAndVerifyClientCert,
		ClientCAs:    pool(about.CA),
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	tell(map[string]int{"port": listener.Addr().(*net.TCPAddr).Port})
	for {
		raw, err := listener.Accept()
		check(err)
		go func() {
			if err := converse(raw, config); err != nil {
				tell(map[string]string{"ended": err.Error()})
			}
			raw.Close()
		}()
	}
}

func converse(raw net.Conn, config *tls.Config) error {
	if err := expect(raw, tlsByte); err != nil {
		return err
	}
	conn := tls.Server(raw, config)
	if err := conn.Handshake(); err != nil {
		return err
	}
	if err := expect(conn, multiplexByte); err != nil {
		return err
	}
	session, err := yamux.Server(conn, yamux.DefaultConfig())
	if err != nil {
		return err
	}
	server := rpc.NewServer()
	peer := conn.ConnectionState().PeerCertificates[0].Subject.CommonName
	if err := server.Register(&Status{peer}); err != nil {
		return err
	}
	if err := server.Register(&KVS{}); err != nil {
		return err
	}
	for {
		stream, err := session.Accept()
		if err != nil {
			return err
		}
		go server.ServeCodec(msgpackrpc.NewServerCodec(stream))
	}
}

func expect(conn net.Conn, wanted byte) error {
	first := make([]byte, 1)
	if _, err := conn.Read(first); err != nil {
		return err
	}
	if first[0] != wanted {
		return fmt.Errorf("first byte %d, and not %d", first[0], wanted)
	}
	return nil
}
