package main

import (
	"bytes"
	"strings"
	"time"

	"github.com/hashicorp/consul/api"
)

// keys: every write of the key/value store, and what may stand in keys and values.
func keys(client *api.Client, _ string) {
	kv := client.KV()
	put := func(key string, value []byte, flags uint64) {
		_, err := kv.Put(&api.KVPair{Key: key, Value: value, Flags: flags}, nil)
		done(err)
	}
	get := func(key string) *api.KVPair {
		pair, meta, err := kv.Get(key, nil)
		done(err)
		need(meta.LastIndex > 0 && meta.KnownLeader, "%s: %+v", key, meta)
		return pair
	}
	need(get("keys/none") == nil, "a key that nobody wrote")

	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	const highest = 1<<64 - 1
	for _, key := range []string{"keys/a", "keys/with space", "keys/ü/日本", "keys/a+b%2Fc?d#e&f=g", "keys/end/", `keys/"<>\`} {
		put(key, every, highest)
		pair := get(key)
		need(pair != nil && pair.Key == key && bytes.Equal(pair.Value, every) && pair.Flags == highest, "%q: %+v", key, pair)
		need(pair.CreateIndex > 0 && pair.ModifyIndex == pair.CreateIndex && pair.LockIndex == 0 && pair.Session == "", "%+v", pair)
	}
	put("keys/empty", nil, api.LockFlagValue)
	empty := get("keys/empty")
	need(empty != nil && len(empty.Value) == 0 && empty.Flags == api.LockFlagValue, "%+v", empty)

	put("keys/large", bytes.Repeat([]byte("x"), 512*1024), 0)
	need(len(get("keys/large").Value) == 512*1024, "half a mebibyte")
	_, err := kv.Put(&api.KVPair{Key: "keys/larger", Value: make([]byte, 512*1024+1)}, nil)
	refusal, ok := err.(api.StatusError)
	need(ok && refusal.Code == 413 && strings.Contains(refusal.Body, "Request body(524289 bytes) too large, max size: 524288 bytes"), "%v", err)

	// Compare and set, compare and delete.
	created := api.KVPair{Key: "keys/cas", Value: []byte("one")}
	swap := func(pair api.KVPair, index uint64) bool {
		pair.ModifyIndex = index
		swapped, _, err := kv.CAS(&pair, nil)
		done(err)
		return swapped
	}
	need(swap(created, 0) && !swap(created, 0), "0 creates, once")
	first := get("keys/cas").ModifyIndex
	need(!swap(created, first+1) && swap(api.KVPair{Key: "keys/cas", Value: []byte("two")}, first), "the index compares")
	need(get("keys/cas").CreateIndex == first && get("keys/cas").ModifyIndex > first, "the indexes of a changed key")
	remove := func(index uint64) bool {
		removed, _, err := kv.DeleteCAS(&api.KVPair{Key: "keys/cas", ModifyIndex: index}, nil)
		done(err)
		return removed
	}
	need(!remove(first) && remove(get("keys/cas").ModifyIndex) && get("keys/cas") == nil, "delete-cas")

	// Lists.
	for _, key := range []string{"keys/tree/a", "keys/tree/b/one", "keys/tree/b/two", "keys/tree/c"} {
		put(key, []byte(key), 0)
	}
	pairs, meta, err := kv.List("keys/tree/", nil)
	done(err)
	need(len(pairs) == 4 && string(pairs[1].Value) == "keys/tree/b/one" && meta.LastIndex == pairs[3].ModifyIndex, "%+v", pairs)
	names, _, err := kv.Keys("keys/tree/", "/", nil)
	done(err)
	same(names, []string{"keys/tree/a", "keys/tree/b/", "keys/tree/c"})
	names, _, err = kv.Keys("keys/tree/b", "", nil)
	done(err)
	same(names, []string{"keys/tree/b/one", "keys/tree/b/two"})
	_, err = kv.DeleteTree("keys/tree/b", nil)
	done(err)
	_, err = kv.Delete("keys/tree/c", nil)
	done(err)
	names, _, err = kv.Keys("keys/tree/", "", nil)
	done(err)
	same(names, []string{"keys/tree/a"})
	names, meta, err = kv.Keys("keys/nothing/", "", nil)
	done(err)
	need(names == nil && meta.LastIndex > 0, "%+v", names)
	pairs, _, err = kv.List("keys/nothing/", nil)
	done(err)
	need(pairs == nil, "%+v", pairs)
}

// reads: consistency, blocking, and what stands in the headers.
func reads(client *api.Client, _ string) {
	kv := client.KV()
	write := func(value string) {
		_, err := kv.Put(&api.KVPair{Key: "reads/key", Value: []byte(value)}, nil)
		done(err)
	}
	read := func(options *api.QueryOptions) (string, *api.QueryMeta) {
		pair, meta, err := kv.Get("reads/key", options)
		done(err)
		need(pair != nil && meta.KnownLeader && meta.LastIndex == pair.ModifyIndex, "%+v %+v", pair, meta)
		return string(pair.Value), meta
	}
	for _, value := range []string{"one", "two", "three"} {
		write(value)
		got, meta := read(&api.QueryOptions{RequireConsistent: true})
		same([]interface{}{got, meta.LastContact}, []interface{}{value, time.Duration(0)})
		got, _ = read(nil)
		same(got, value)
	}
	eventually("a stale read to have the last value", func() bool {
		got, meta := read(&api.QueryOptions{AllowStale: true})
		return got == "three" && meta.LastContact < time.Minute
	})
	got, _ := read(&api.QueryOptions{Datacenter: "dc1"})
	same(got, "three")
	_, _, err := kv.Get("reads/key", &api.QueryOptions{Datacenter: "elsewhere"})
	refused(err, 500, "rpc error making call: No path to datacenter")
	_, _, err = kv.Get("reads/key", &api.QueryOptions{AllowStale: true, RequireConsistent: true})
	refused(err, 400, "Cannot specify ?stale with ?consistent, conflicting semantics.")

	// Nothing happens: the same index once the wait is over.
	_, meta := read(nil)
	began := time.Now()
	_, again := read(&api.QueryOptions{WaitIndex: meta.LastIndex, WaitTime: 300 * time.Millisecond})
	need(again.LastIndex == meta.LastIndex && time.Since(began) >= 300*time.Millisecond, "%v after %v", again, time.Since(began))

	// Many wait for the same, in every way; one write wakes them all.
	ways := []api.QueryOptions{{}, {RequireConsistent: true}, {AllowStale: true}}
	heard := make(chan string)
	const each = 20
	for i := 0; i < each*len(ways); i++ {
		options := ways[i%len(ways)]
		options.WaitIndex, options.WaitTime = meta.LastIndex, deadline
		go func() {
			pair, _, err := kv.Get("reads/key", &options)
			if err != nil {
				heard <- err.Error()
			} else {
				heard <- string(pair.Value)
			}
		}()
	}
	write("four")
	for i := 0; i < each*len(ways); i++ {
		same(within("the write", heard), "four")
	}

	// A key that comes, and one that goes.
	_, absent, err := kv.Get("reads/later", nil)
	done(err)
	go func() {
		pair, _, err := kv.Get("reads/later", &api.QueryOptions{WaitIndex: absent.LastIndex, WaitTime: long})
		if err != nil || pair == nil {
			heard <- "nothing"
		} else {
			heard <- string(pair.Value)
		}
	}()
	_, err = kv.Put(&api.KVPair{Key: "reads/later", Value: []byte("came")}, nil)
	done(err)
	same(within("the key that comes", heard), "came")
	_, there, err := kv.List("reads/", nil)
	done(err)
	go func() {
		pairs, _, err := kv.List("reads/", &api.QueryOptions{WaitIndex: there.LastIndex, WaitTime: long})
		if err != nil || len(pairs) != 1 {
			heard <- "something else"
		} else {
			heard <- "gone"
		}
	}()
	_, err = kv.Delete("reads/later", nil)
	done(err)
	same(within("the key that goes", heard), "gone")
}
