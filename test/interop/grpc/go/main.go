// Programs that ask servers by gRPC, as they are written in Go: the generated clients of github.com/hashicorp/consul/proto-public on
// google.golang.org/grpc.
//
//	stock-client SUBJECT ADDRESS…
//
// Each subject is one function. Exit code 1 and a text when something isn't as it has to be.
package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net/url"
	"os"
	"runtime/debug"
	"sort"
	"strings"
	"time"

	"github.com/hashicorp/consul/proto-public/pbacl"
	"github.com/hashicorp/consul/proto-public/pbconnectca"
	"github.com/hashicorp/consul/proto-public/pbdataplane"
	"github.com/hashicorp/consul/proto-public/pbdns"
	"github.com/hashicorp/consul/proto-public/pbserverdiscovery"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	reflectionpb "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
)

const deadline = 60 * time.Second

var subjects = map[string]func(ctx context.Context, addresses []string){
	"health":     health,
	"servers":    servers,
	"roots":      roots,
	"params":     params,
	"dns":        dns,
	"refusals":   refusals,
	"reflection": reflection,
	"watch":      watch,
}

func main() {
	name := os.Args[1]
	defer func() {
		if problem := recover(); problem != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n%s", name, problem, debug.Stack())
			os.Exit(1)
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), 3*deadline)
	defer cancel()
	subjects[name](ctx, os.Args[2:])
}

// done: what an operation that has to succeed came to.
func done(err error) {
	if err != nil {
		panic(err)
	}
}

// need: what has to be true.
func need(is bool, format string, of ...interface{}) {
	if !is {
		panic(fmt.Sprintf(format, of...))
	}
}

func dial(address string) *grpc.ClientConn {
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	done(err)
	return conn
}

// refused: that the call ended with this code.
func refused(err error, code codes.Code) {
	need(status.Code(err) == code, "ended with %v instead of %v", err, code)
}

func health(ctx context.Context, addresses []string) {
	client := healthpb.NewHealthClient(dial(addresses[0]))
	for _, service := range []string{"", "hashicorp.consul.connectca.ConnectCAService"} {
		answer, err := client.Check(ctx, &healthpb.HealthCheckRequest{Service: service})
		done(err)
		need(answer.Status == healthpb.HealthCheckResponse_SERVING, "%s is %v", service, answer.Status)
	}
	_, err := client.Check(ctx, &healthpb.HealthCheckRequest{Service: "nobody"})
	refused(err, codes.NotFound)
	stream, err := client.Watch(ctx, &healthpb.HealthCheckRequest{})
	done(err)
	answer, err := stream.Recv()
	done(err)
	need(answer.Status == healthpb.HealthCheckResponse_SERVING, "watched is %v", answer.Status)
}

// servers: as many as there are, those of a cluster that has settled.
func servers(ctx context.Context, addresses []string) {
	for _, address := range addresses {
		client := pbserverdiscovery.NewServerDiscoveryServiceClient(dial(address))
		for _, wan := range []bool{false, true} {
			stream, err := client.WatchServers(ctx, &pbserverdiscovery.WatchServersRequest{Wan: wan})
			done(err)
			for known := 0; known < len(addresses); {
				answer, err := stream.Recv()
				done(err)
				known = len(answer.Servers)
				for _, server := range answer.Servers {
					need(server.Address == "127.0.0.1" && len(server.Id) == 36 && server.Version != "", "a server: %v", server)
				}
			}
		}
	}
}

func roots(ctx context.Context, addresses []string) {
	// A follower passes a request to sign on, and tells of roots itself.
	for _, address := range addresses {
		client := pbconnectca.NewConnectCAServiceClient(dial(address))
		stream, err := client.WatchRoots(ctx, &pbconnectca.WatchRootsRequest{})
		done(err)
		answer, err := stream.Recv()
		done(err)
		pool := x509.NewCertPool()
		for _, root := range answer.Roots {
			need(pool.AppendCertsFromPEM([]byte(root.RootCert)), "root %s is no certificate", root.Id)
			block, _ := pem.Decode([]byte(root.RootCert))
			certificate, err := x509.ParseCertificate(block.Bytes)
			done(err)
			need(certificate.SerialNumber.Uint64() == root.SerialNumber, "the number of %v", root)
			need(root.Active == (root.Id == answer.ActiveRootId), "the active root: %v", answer)
		}
		leaf := signed(ctx, client, "spiffe://"+answer.TrustDomain+"/ns/default/dc/dc1/svc/go-web")
		_, err = leaf.Verify(x509.VerifyOptions{Roots: pool, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
		done(err)
	}
}

func signed(ctx context.Context, client pbconnectca.ConnectCAServiceClient, id string) *x509.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	done(err)
	uri, err := url.Parse(id)
	done(err)
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{URIs: []*url.URL{uri}}, key)
	done(err)
	csr := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}))
	answer, err := client.Sign(ctx, &pbconnectca.SignRequest{Csr: csr})
	done(err)
	block, _ := pem.Decode([]byte(answer.CertPem))
	need(block != nil, "no certificate: %s", answer.CertPem)
	certificate, err := x509.ParseCertificate(block.Bytes)
	done(err)
	need(certificate.URIs[0].String() == id, "it is for %v", certificate.URIs)
	return certificate
}

// params: of the proxy "web-1-proxy" on the node "server-0", registered before.
func params(ctx context.Context, addresses []string) {
	client := pbdataplane.NewDataplaneServiceClient(dial(addresses[0]))
	features, err := client.GetSupportedDataplaneFeatures(ctx, &pbdataplane.GetSupportedDataplaneFeaturesRequest{})
	done(err)
	supported := map[string]bool{}
	for _, one := range features.SupportedDataplaneFeatures {
		supported[one.FeatureName.String()] = one.Supported
	}
	for _, name := range []string{"WATCH_SERVERS", "EDGE_CERTIFICATE_MANAGEMENT", "ENVOY_BOOTSTRAP_CONFIGURATION"} {
		need(supported["DATAPLANE_FEATURES_"+name], "%s: %v", name, supported)
	}
	answer, err := client.GetEnvoyBootstrapParams(ctx, &pbdataplane.GetEnvoyBootstrapParamsRequest{
		NodeSpec: &pbdataplane.GetEnvoyBootstrapParamsRequest_NodeName{NodeName: "server-0"},
		ProxyId:  "web-1-proxy",
	})
	done(err)
	need(answer.Identity == "web" && answer.NodeName == "server-0" && answer.Datacenter == "dc1", "got %v", answer)
	config := fmt.Sprint(answer.Config.AsMap())
	need(config == "map[deep:map[list:[1 b <nil> true]] near:own]", "config %s", config)
}

func dns(ctx context.Context, addresses []string) {
	name := append([]byte("\x08server-0\x04node\x06consul\x00"), 0, 1, 0, 1)
	question := append([]byte{0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0}, name...)
	for _, address := range addresses {
		client := pbdns.NewDNSServiceClient(dial(address))
		for _, protocol := range []pbdns.Protocol{pbdns.Protocol_PROTOCOL_TCP, pbdns.Protocol_PROTOCOL_UDP} {
			answer, err := client.Query(ctx, &pbdns.QueryRequest{Msg: question, Protocol: protocol})
			done(err)
			need(strings.Contains(string(answer.Msg), "\x00\x04\x7f\x00\x00\x01"), "answer %x", answer.Msg)
		}
	}
}

func refusals(ctx context.Context, addresses []string) {
	conn := dial(addresses[0])
	_, err := pbacl.NewACLServiceClient(conn).Login(ctx, &pbacl.LoginRequest{AuthMethod: "m", BearerToken: "t"})
	refused(err, codes.FailedPrecondition)
	_, err = pbconnectca.NewConnectCAServiceClient(conn).Sign(ctx, &pbconnectca.SignRequest{})
	refused(err, codes.InvalidArgument)
	_, err = pbdns.NewDNSServiceClient(conn).Query(ctx, &pbdns.QueryRequest{})
	refused(err, codes.InvalidArgument)
	refused(conn.Invoke(ctx, "/nobody.Knows/This", &healthpb.HealthCheckRequest{}, &healthpb.HealthCheckResponse{}), codes.Unimplemented)
	large := &pbacl.LoginRequest{BearerToken: strings.Repeat("x", 1<<20)}
	_, err = pbacl.NewACLServiceClient(conn).Login(ctx, large)
	refused(err, codes.ResourceExhausted)
}

// reflection: what is told of each message and service is what the generated code has, as far as it is told.
func reflection(ctx context.Context, addresses []string) {
	stream, err := reflectionpb.NewServerReflectionClient(dial(addresses[0])).ServerReflectionInfo(ctx)
	done(err)
	ask := func(request *reflectionpb.ServerReflectionRequest) *reflectionpb.ServerReflectionResponse {
		done(stream.Send(request))
		answer, err := stream.Recv()
		done(err)
		return answer
	}
	list := ask(&reflectionpb.ServerReflectionRequest{
		MessageRequest: &reflectionpb.ServerReflectionRequest_ListServices{ListServices: "*"},
	})
	var names []string
	for _, service := range list.GetListServicesResponse().Service {
		names = append(names, service.Name)
	}
	need(len(names) == 8 && sort.StringsAreSorted(names), "services %v", names)
	for _, name := range names {
		answer := ask(&reflectionpb.ServerReflectionRequest{
			MessageRequest: &reflectionpb.ServerReflectionRequest_FileContainingSymbol{FileContainingSymbol: name},
		})
		files := &descriptorpb.FileDescriptorSet{}
		for _, bytes := range answer.GetFileDescriptorResponse().FileDescriptorProto {
			file := &descriptorpb.FileDescriptorProto{}
			done(proto.Unmarshal(bytes, file))
			files.File = append(files.File, file)
		}
		// Those that are imported come behind those that import them.
		sort.SliceStable(files.File, func(a, b int) bool { return len(files.File[a].Dependency) < len(files.File[b].Dependency) })
		told, err := protodesc.NewFiles(files)
		done(err)
		compare(told, name)
	}
}

func compare(told *protoregistry.Files, service string) {
	own, err := told.FindDescriptorByName(protoreflect.FullName(service))
	done(err)
	file := own.ParentFile()
	generated, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(service))
	if err != nil {
		// The older name of reflection has no generated code here.
		need(strings.Contains(service, "v1alpha"), "%s: %v", service, err)
		return
	}
	need(methodsOf(own) == methodsOf(generated), "methods:\n%s\n%s", methodsOf(own), methodsOf(generated))
	for i := 0; i < file.Messages().Len(); i++ {
		message := file.Messages().Get(i)
		known, err := protoregistry.GlobalFiles.FindDescriptorByName(message.FullName())
		done(err)
		fields := known.(protoreflect.MessageDescriptor).Fields()
		for j := 0; j < message.Fields().Len(); j++ {
			field := message.Fields().Get(j)
			other := fields.ByNumber(field.Number())
			// Told for older clients.
			if known.(protoreflect.MessageDescriptor).ReservedRanges().Has(field.Number()) {
				continue
			}
			need(other != nil && fieldText(field) == fieldText(other), "told %s, generated %v", fieldText(field), other)
		}
	}
}

func methodsOf(descriptor protoreflect.Descriptor) string {
	methods := descriptor.(protoreflect.ServiceDescriptor).Methods()
	var texts []string
	for i := 0; i < methods.Len(); i++ {
		m := methods.Get(i)
		texts = append(texts, fmt.Sprint(m.Name(), m.Input().FullName(), m.Output().FullName(), m.IsStreamingClient(), m.IsStreamingServer()))
	}
	sort.Strings(texts)
	return strings.Join(texts, "\n")
}

func fieldText(field protoreflect.FieldDescriptor) string {
	text := fmt.Sprint(field.Name(), field.JSONName(), field.Number(), field.Kind(), field.Cardinality(), field.IsMap())
	if field.Message() != nil {
		text += string(field.Message().FullName())
	}
	if field.Enum() != nil {
		values := field.Enum().Values()
		text += string(field.Enum().FullName())
		for i := 0; i < values.Len(); i++ {
			text += fmt.Sprint(values.Get(i).Name(), values.Get(i).Number())
		}
	}
	if field.ContainingOneof() != nil {
		text += string(field.ContainingOneof().Name())
	}
	return text
}

// watch: says each list of servers that it is told, until standard input ends.
func watch(ctx context.Context, addresses []string) {
	client := pbserverdiscovery.NewServerDiscoveryServiceClient(dial(addresses[0]))
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	stream, err := client.WatchServers(ctx, &pbserverdiscovery.WatchServersRequest{})
	done(err)
	for {
		answer, err := stream.Recv()
		if ctx.Err() != nil {
			return
		}
		done(err)
		var ids []string
		for _, server := range answer.Servers {
			ids = append(ids, server.Id)
		}
		fmt.Println(strings.Join(ids, " "))
	}
}
