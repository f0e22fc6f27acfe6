// The official Go client (github.com/hashicorp/consul/api) at work on an agent:
//
//	stock-client HTTP-ADDRESS SUBJECT
//
// Each subject is one function that does what programs do with that part of the client and looks at what they would see. Exit
// code 1 and a text when something isn't as it has to be. Keys and names begin with the subject, so subjects don't meet.
package main

import (
	"fmt"
	"os"
	"runtime/debug"
	"time"

	"github.com/hashicorp/consul/api"
)

const (
	deadline = 60 * time.Second
	// What a blocking query is given that has to be woken: it would come too late by itself.
	long = 10 * time.Minute
)

type subject func(client *api.Client, address string)

var subjects = map[string]subject{
	"keys":         keys,
	"reads":        reads,
	"sessions":     sessions,
	"locks":        locks,
	"semaphores":   semaphores,
	"catalog":      catalog,
	"health":       health,
	"services":     services,
	"checks":       checks,
	"maintenance":  maintenance,
	"agent":        agent,
	"watches":      watches,
	"transactions": transactions,
	"events":       events,
	"operator":     operator,
	"snapshots":    snapshots,
	"held-lock":    heldLock,
}

func main() {
	address, name := os.Args[1], os.Args[2]
	defer func() {
		if problem := recover(); problem != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n%s", name, problem, debug.Stack())
			os.Exit(1)
		}
	}()
	config := api.DefaultNonPooledConfig()
	config.Address = address
	client, err := api.NewClient(config)
	done(err)
	subjects[name](client, address)
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

// same: the fields of both, as Go writes them.
func same(got, want interface{}) {
	need(fmt.Sprintf("%+v", got) == fmt.Sprintf("%+v", want), "got %+v instead of %+v", got, want)
}

// refused: an answer that isn't 200, with exactly this code and text.
func refused(err error, code int, text string) {
	refusal, ok := err.(api.StatusError)
	need(ok, "not refused: %v", err)
	same(refusal, api.StatusError{Code: code, Body: text})
}

// eventually asks again until it is so.
func eventually(what string, is func() bool) {
	for until := time.Now().Add(deadline); !is(); time.Sleep(20 * time.Millisecond) {
		need(time.Now().Before(until), "waited in vain for %s", what)
	}
}

// within the deadline: what comes out of the channel.
func within[T any](what string, channel <-chan T) T {
	select {
	case value := <-channel:
		return value
	case <-time.After(deadline):
		panic("waited in vain for " + what)
	}
}

func closes(what string, channel <-chan struct{}) { within(what, channel) }

func open(channel <-chan struct{}) bool {
	select {
	case <-channel:
		return false
	default:
		return true
	}
}
