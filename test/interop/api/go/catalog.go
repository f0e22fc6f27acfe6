package main

import (
	"sort"
	"strings"

	"github.com/hashicorp/consul/api"
)

const externalID = "3b2a6d5c-1f4e-4c57-9a5b-6d8f0e9c1a2b"

func external() *api.CatalogRegistration {
	return &api.CatalogRegistration{
		ID: externalID, Node: "catalog-external", Address: "10.9.8.7",
		TaggedAddresses: map[string]string{"lan": "10.9.8.7", "wan": "192.0.2.7"},
		NodeMeta:        map[string]string{"external-node": "true", "rack": "catalog-9"},
		Service: &api.AgentService{
			ID: "catalog-db-1", Service: "catalog-db", Tags: []string{"primary", "v2"}, Port: 5432, Address: "10.9.8.6",
			Meta: map[string]string{"engine": "pg"}, Weights: api.AgentWeights{Passing: 5, Warning: 2},
			TaggedAddresses: map[string]api.ServiceAddress{"wan": {Address: "192.0.2.6", Port: 15432}},
		},
		Checks: api.HealthChecks{
			{Node: "catalog-external", CheckID: "catalog-ping", Name: "ping", Status: api.HealthPassing, Notes: "by hand"},
			{Node: "catalog-external", CheckID: "catalog-sql", Name: "sql", Status: api.HealthWarning, ServiceID: "catalog-db-1", Output: "slow"},
		},
	}
}

// catalog: a node that no agent runs on, put in, looked for in every way and taken out again.
func catalog(client *api.Client, _ string) {
	catalog := client.Catalog()
	self, err := client.Agent().NodeName()
	done(err)
	datacenters, err := catalog.Datacenters()
	done(err)
	same(datacenters, []string{"dc1"})
	nodes, meta, err := catalog.Nodes(nil)
	done(err)
	need(len(nodes) >= 4 && meta.KnownLeader, "%+v", nodes)

	// Somebody who waits for the service hears of it.
	_, none, err := catalog.Service("catalog-db", "", nil)
	done(err)
	came := make(chan int)
	go func() {
		found, _, err := catalog.Service("catalog-db", "", &api.QueryOptions{WaitIndex: none.LastIndex, WaitTime: long})
		done(err)
		came <- len(found)
	}()
	_, err = catalog.Register(external(), nil)
	done(err)
	same(within("the service", came), 1)

	find := func(tags []string, options *api.QueryOptions) []*api.CatalogService {
		found, _, err := catalog.ServiceMultipleTags("catalog-db", tags, options)
		done(err)
		return found
	}
	found := find(nil, nil)
	need(len(found) == 1, "%+v", found)
	one := found[0]
	need(one.ID == externalID && one.Node == "catalog-external" && one.Address == "10.9.8.7" && one.Datacenter == "dc1", "%+v", one)
	need(one.ServiceID == "catalog-db-1" && one.ServiceName == "catalog-db" && one.ServicePort == 5432 && one.ServiceAddress == "10.9.8.6", "%+v", one)
	need(one.NodeMeta["rack"] == "catalog-9" && one.ServiceMeta["engine"] == "pg", "%+v", one)
	need(one.ServiceTaggedAddresses["wan"].Port == 15432 && one.TaggedAddresses["wan"] == "192.0.2.7", "%+v", one)
	same(one.ServiceWeights, api.Weights{Passing: 5, Warning: 2})
	same(one.ServiceTags, []string{"primary", "v2"})
	for _, ask := range []struct {
		tags    []string
		options *api.QueryOptions
		count   int
	}{
		{[]string{"primary"}, nil, 1},
		{[]string{"primary", "v2"}, nil, 1},
		{[]string{"primary", "v3"}, nil, 0},
		{nil, &api.QueryOptions{Filter: `ServiceMeta.engine == pg and "v2" in ServiceTags`}, 1},
		{nil, &api.QueryOptions{Filter: `ServicePort != 5432`}, 0},
		{nil, &api.QueryOptions{NodeMeta: map[string]string{"rack": "catalog-9"}}, 1},
		{nil, &api.QueryOptions{NodeMeta: map[string]string{"rack": "catalog-8"}}, 0},
		{nil, &api.QueryOptions{Near: "_agent"}, 1},
	} {
		found = find(ask.tags, ask.options)
		need(len(found) == ask.count, "%+v: %+v", ask, found)
	}
	nodes, _, err = catalog.Nodes(&api.QueryOptions{NodeMeta: map[string]string{"rack": "catalog-9"}})
	done(err)
	need(len(nodes) == 1 && nodes[0].ID == externalID && nodes[0].Meta["external-node"] == "true", "%+v", nodes)
	nodes, _, err = catalog.Nodes(&api.QueryOptions{Near: self})
	done(err)
	need(len(nodes) >= 5, "%+v", nodes)
	names, _, err := catalog.Services(nil)
	done(err)
	sort.Strings(names["catalog-db"])
	same(names["catalog-db"], []string{"primary", "v2"})
	names, _, err = catalog.Services(&api.QueryOptions{Filter: `ServiceName == "catalog-db"`})
	done(err)
	need(len(names) == 1, "%+v", names)
	node, _, err := catalog.Node("catalog-external", nil)
	done(err)
	need(node.Node.Address == "10.9.8.7" && node.Services["catalog-db-1"].Port == 5432, "%+v", node)
	list, _, err := catalog.NodeServiceList("catalog-external", nil)
	done(err)
	need(list.Node.ID == externalID && len(list.Services) == 1 && list.Services[0].Weights.Passing == 5, "%+v", list)
	absent, _, err := catalog.Node("catalog-nobody", nil)
	need(err == nil && absent == nil, "%+v %v", absent, err)
	_, _, err = catalog.Nodes(&api.QueryOptions{Filter: "no filter"})
	need(err != nil && strings.Contains(err.Error(), "Failed to create boolean expression evaluator"), "%v", err)

	// Health knows it, too.
	entries, _, err := client.Health().Service("catalog-db", "primary", false, nil)
	done(err)
	need(len(entries) == 1 && len(entries[0].Checks) == 2 && entries[0].Checks.AggregatedStatus() == api.HealthWarning, "%+v", entries)
	entries, _, err = client.Health().Service("catalog-db", "", true, nil)
	done(err)
	need(len(entries) == 0, "passing only: %+v", entries)
	pings, _, err := client.Health().Node("catalog-external", nil)
	done(err)
	need(len(pings) == 2 && pings[0].CheckID == "catalog-ping" && pings[0].Notes == "by hand", "%+v", pings)

	_, err = catalog.Register(&api.CatalogRegistration{Node: "catalog-other", Address: "10.9.8.5", ID: externalID}, nil)
	need(err == nil, "renamed by its ID: %v", err)
	node, _, err = catalog.Node("catalog-other", nil)
	done(err)
	need(node != nil && len(node.Services) == 0, "%+v", node)
	_, err = catalog.Register(&api.CatalogRegistration{Node: "catalog-nowhere"}, nil)
	need(err != nil && strings.Contains(err.Error(), "Must provide"), "%v", err)

	take := func(out api.CatalogDeregistration) {
		_, err := catalog.Deregister(&out, nil)
		done(err)
	}
	_, err = catalog.Register(external(), nil)
	done(err)
	take(api.CatalogDeregistration{Node: "catalog-external", CheckID: "catalog-sql"})
	entries, _, err = client.Health().Service("catalog-db", "", true, nil)
	done(err)
	need(len(entries) == 1 && len(entries[0].Checks) == 1, "%+v", entries)
	take(api.CatalogDeregistration{Node: "catalog-external", ServiceID: "catalog-db-1"})
	need(len(find(nil, nil)) == 0, "a service that was taken out")
	take(api.CatalogDeregistration{Node: "catalog-external"})
	take(api.CatalogDeregistration{Node: "catalog-other"})
	node, _, err = catalog.Node("catalog-external", nil)
	need(err == nil && node == nil, "%+v %v", node, err)
}

// transactions: all or nothing, over keys and the catalog.
func transactions(client *api.Client, _ string) {
	run := func(operations ...*api.TxnOp) (bool, *api.TxnResponse) {
		is, response, _, err := client.Txn().Txn(operations, nil)
		done(err)
		return is, response
	}
	kv := func(operation api.KVTxnOp) *api.TxnOp { return &api.TxnOp{KV: &operation} }
	session, _, err := client.Session().CreateNoChecks(nil, nil)
	done(err)

	is, response := run(
		kv(api.KVTxnOp{Verb: api.KVSet, Key: "transactions/a", Value: []byte("a"), Flags: 1<<64 - 1}),
		kv(api.KVTxnOp{Verb: api.KVLock, Key: "transactions/lock", Session: session}),
		kv(api.KVTxnOp{Verb: api.KVCheckNotExists, Key: "transactions/none"}),
		kv(api.KVTxnOp{Verb: api.KVCheckSession, Key: "transactions/lock", Session: session}),
		kv(api.KVTxnOp{Verb: api.KVGet, Key: "transactions/a"}),
		kv(api.KVTxnOp{Verb: api.KVGetOrEmpty, Key: "transactions/none"}),
		&api.TxnOp{Node: &api.NodeTxnOp{Verb: api.NodeSet, Node: api.Node{Node: "transactions-node", Address: "10.9.7.1"}}},
		&api.TxnOp{Service: &api.ServiceTxnOp{Verb: api.ServiceSet, Node: "transactions-node", Service: api.AgentService{ID: "transactions-1", Service: "transactions", Port: 1}}},
		&api.TxnOp{Check: &api.CheckTxnOp{Verb: api.CheckSet, Check: api.HealthCheck{Node: "transactions-node", CheckID: "transactions-check", Name: "c", Status: "passing", ServiceID: "transactions-1"}}},
	)
	need(is && len(response.Errors) == 0 && len(response.Results) == 8, "%+v", response)
	pair := response.Results[3].KV
	need(pair.Key == "transactions/a" && string(pair.Value) == "a" && pair.Flags == 1<<64-1, "%+v", pair)
	need(response.Results[4].KV.Key == "transactions/none" && response.Results[4].KV.Value == nil, "%+v", response.Results[4].KV)
	need(response.Results[5].Node.Address == "10.9.7.1" && response.Results[7].Check.ServiceName == "transactions", "%+v", response)
	entries, _, err := client.Health().Service("transactions", "", true, nil)
	need(err == nil && len(entries) == 1, "%+v %v", entries, err)

	is, response = run(
		kv(api.KVTxnOp{Verb: api.KVSet, Key: "transactions/b", Value: []byte("b")}),
		kv(api.KVTxnOp{Verb: api.KVCAS, Key: "transactions/a", Value: []byte("c"), Index: 1}),
	)
	need(!is && len(response.Errors) == 1 && response.Errors[0].OpIndex == 1, "%+v", response)
	same(response.Errors[0].What, `failed to set key "transactions/a", index is stale`)
	absent, _, err := client.KV().Get("transactions/b", nil)
	need(err == nil && absent == nil, "a part of a transaction: %+v %v", absent, err)

	old, answer, _, err := client.KV().Txn(api.KVTxnOps{
		{Verb: api.KVGetTree, Key: "transactions/"}, {Verb: api.KVCheckIndex, Key: "transactions/a", Index: pair.ModifyIndex},
	}, &api.QueryOptions{RequireConsistent: true})
	done(err)
	need(old && len(answer.Results) == 3 && answer.Results[1].Session == session, "%+v", answer)
	many := make([]*api.TxnOp, 129)
	for i := range many {
		many[i] = kv(api.KVTxnOp{Verb: api.KVGet, Key: "transactions/a"})
	}
	_, _, _, err = client.Txn().Txn(many, nil)
	need(err != nil && strings.Contains(err.Error(), "Transaction contains too many operations (129 > 128)"), "%v", err)

	is, response = run(
		kv(api.KVTxnOp{Verb: api.KVUnlock, Key: "transactions/lock", Session: session}),
		kv(api.KVTxnOp{Verb: api.KVDeleteTree, Key: "transactions/"}),
		&api.TxnOp{Node: &api.NodeTxnOp{Verb: api.NodeDelete, Node: api.Node{Node: "transactions-node"}}},
	)
	need(is, "%+v", response)
	entries, _, err = client.Health().Service("transactions", "", false, nil)
	need(err == nil && len(entries) == 0, "%+v %v", entries, err)
}
