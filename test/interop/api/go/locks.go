package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/hashicorp/consul/api"
)

// A session of its own whose lock is free as soon as it ends.
func quickSession(name string) *api.SessionEntry {
	return &api.SessionEntry{Name: name, TTL: "30s", LockDelay: time.Millisecond}
}

// locks: api.Lock, as programs elect a leader with it.
func locks(client *api.Client, _ string) {
	lockOf := func(options api.LockOptions) *api.Lock {
		lock, err := client.LockOpts(&options)
		done(err)
		return lock
	}
	held := func(lock *api.Lock) <-chan struct{} {
		lost, err := lock.Lock(nil)
		done(err)
		need(lost != nil && open(lost), "a lock that was taken")
		return lost
	}

	first := lockOf(api.LockOptions{Key: "locks/key", Value: []byte("first")})
	lost := held(first)
	_, err := first.Lock(nil)
	need(err == api.ErrLockHeld, "twice: %v", err)
	pair, _, err := client.KV().Get("locks/key", nil)
	done(err)
	need(string(pair.Value) == "first" && pair.Flags == api.LockFlagValue && pair.Session != "", "%+v", pair)
	session, _, err := client.Session().Info(pair.Session, nil)
	done(err)
	need(session.Name == api.DefaultLockSessionName && session.TTL == "15s" && session.LockDelay == 15*time.Second, "%+v", session)

	// Who tries once goes away; who waits gets it, and who is told to stop has nothing.
	once := lockOf(api.LockOptions{Key: "locks/key", LockTryOnce: true, LockWaitTime: 200 * time.Millisecond})
	channel, err := once.Lock(nil)
	need(channel == nil && err == nil, "a held lock: %v", err)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		tired := lockOf(api.LockOptions{Key: "locks/key", LockWaitTime: 100 * time.Millisecond})
		channel, err := tired.Lock(stop)
		need(channel == nil && err == nil, "stopped: %v", err)
		close(stopped)
	}()
	close(stop)
	closes("the stopped one", stopped)
	second := lockOf(api.LockOptions{Key: "locks/key", Value: []byte("second")})
	taken := make(chan (<-chan struct{}))
	go func() { taken <- held(second) }()
	need(second.Destroy() == api.ErrLockInUse, "destroyed while in use")
	done(first.Unlock())
	closes("the unlocked lock's channel", lost)
	need(first.Unlock() == api.ErrLockNotHeld, "unlocked twice")
	lost = within("the lock", taken)

	// The holder's session is ended by somebody: it hears of it.
	pair, _, err = client.KV().Get("locks/key", nil)
	done(err)
	_, err = client.Session().Destroy(pair.Session, nil)
	done(err)
	closes("the loss of the lock", lost)
	done(second.Unlock())
	done(first.Destroy())
	pair, _, err = client.KV().Get("locks/key", nil)
	need(err == nil && pair == nil, "%+v %v", pair, err)

	_, err = client.KV().Put(&api.KVPair{Key: "locks/other", Flags: 42}, nil)
	done(err)
	_, err = lockOf(api.LockOptions{Key: "locks/other"}).Lock(nil)
	need(err == api.ErrLockConflict, "another use of the key: %v", err)

	// Ten count to fifty under one lock, without losing one.
	const workers, turns = 10, 5
	var waiting sync.WaitGroup
	for worker := 0; worker < workers; worker++ {
		waiting.Add(1)
		lock := lockOf(api.LockOptions{Key: "locks/count", SessionOpts: quickSession("locks-count")})
		go func() {
			defer waiting.Done()
			for turn := 0; turn < turns; turn++ {
				held(lock)
				counted, _, err := client.KV().Get("locks/counted", nil)
				done(err)
				count := 0
				if counted != nil {
					count, err = strconv.Atoi(string(counted.Value))
					done(err)
				}
				_, err = client.KV().Put(&api.KVPair{Key: "locks/counted", Value: []byte(strconv.Itoa(count + 1))}, nil)
				done(err)
				done(lock.Unlock())
			}
		}()
	}
	waiting.Wait()
	counted, _, err := client.KV().Get("locks/counted", nil)
	done(err)
	same(string(counted.Value), strconv.Itoa(workers*turns))
}

// semaphores: api.Semaphore, two places for three.
func semaphores(client *api.Client, _ string) {
	const prefix = "semaphores/two"
	contender := func() *api.Semaphore {
		semaphore, err := client.SemaphoreOpts(&api.SemaphoreOptions{Prefix: prefix, Limit: 2, Value: []byte("here")})
		done(err)
		return semaphore
	}
	acquired := func(semaphore *api.Semaphore) <-chan struct{} {
		lost, err := semaphore.Acquire(nil)
		done(err)
		need(lost != nil && open(lost), "a place that was taken")
		return lost
	}
	one, two, three := contender(), contender(), contender()
	acquired(one)
	lost := acquired(two)
	_, err := one.Acquire(nil)
	need(err == api.ErrSemaphoreHeld, "twice: %v", err)
	once, err := client.SemaphoreOpts(&api.SemaphoreOptions{
		Prefix: prefix, Limit: 2, SemaphoreTryOnce: true, SemaphoreWaitTime: 200 * time.Millisecond,
	})
	done(err)
	channel, err := once.Acquire(nil)
	need(channel == nil && err == nil, "a full semaphore: %v", err)
	other, err := client.SemaphorePrefix(prefix, 3)
	done(err)
	_, err = other.Acquire(nil)
	need(err != nil, "another limit")

	taken := make(chan (<-chan struct{}))
	go func() { taken <- acquired(three) }()
	done(one.Release())
	third := within("the place", taken)
	need(open(third) && open(lost), "two places")
	need(three.Destroy() == api.ErrSemaphoreHeld, "destroyed by a holder")
	need(one.Destroy() == api.ErrSemaphoreInUse, "destroyed while in use")

	// The session of the second is ended: it hears of it, and its place is free.
	entries, _, err := client.KV().List(prefix, nil)
	done(err)
	pairs, sessions := 0, map[string]bool{}
	for _, pair := range entries {
		need(pair.Flags == api.SemaphoreFlagValue, "%+v", pair)
		if pair.Session != "" {
			pairs, sessions[pair.Session] = pairs+1, true
		}
	}
	need(pairs == 2 && len(sessions) == 2, "%+v", entries)
	for session := range sessions {
		_, err = client.Session().Destroy(session, nil)
		done(err)
	}
	closes("the loss of the second place", lost)
	closes("the loss of the third place", third)
	acquired(one)
	done(one.Release())
	done(one.Destroy())
}

// heldLock takes a lock and keeps it, through whatever happens to the servers, until its input ends. It says "held" when it has
// it, and at the end whether it has it still.
func heldLock(client *api.Client, _ string) {
	lock, err := client.LockOpts(&api.LockOptions{
		Key: "held-lock/key", SessionTTL: "60s", MonitorRetries: 50, MonitorRetryTime: 100 * time.Millisecond,
	})
	done(err)
	lost, err := lock.Lock(nil)
	done(err)
	fmt.Println("held")
	bufio.NewReader(os.Stdin).ReadString(0)
	need(open(lost), "the lock was lost")
	done(lock.Unlock())
	closes("its channel", lost)
}
