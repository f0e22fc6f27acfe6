// Prometheus' own discovery of targets in Consul, without the rest of it: reads one `consul_sd_config` as YAML from the file that is
// its argument, and writes what it finds, a line of JSON for each update of a service's targets.
package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"os"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/prometheus/discovery"
	"github.com/prometheus/prometheus/discovery/consul"
	"github.com/prometheus/prometheus/discovery/targetgroup"
	"go.yaml.in/yaml/v2"
)

type update struct {
	Source  string
	Labels  map[string]string
	Targets []map[string]string
}

func check(err error) {
	if err != nil {
		slog.Error(err.Error())
		os.Exit(1)
	}
}

func labels[Name, Value ~string](set map[Name]Value) map[string]string {
	plain := make(map[string]string, len(set))
	for name, value := range set {
		plain[string(name)] = string(value)
	}
	return plain
}

func main() {
	text, err := os.ReadFile(os.Args[1])
	check(err)
	config := consul.DefaultSDConfig
	check(yaml.UnmarshalStrict(text, &config))
	registry := prometheus.NewRegistry()
	refreshing := discovery.NewRefreshMetrics(registry)
	metrics := config.NewDiscovererMetrics(registry, refreshing)
	check(metrics.Register())
	found, err := consul.NewDiscovery(&config, slog.New(slog.NewTextHandler(os.Stderr, nil)), metrics)
	check(err)
	updates := make(chan []*targetgroup.Group)
	go found.Run(context.Background(), updates)
	lines := json.NewEncoder(os.Stdout)
	for groups := range updates {
		for _, group := range groups {
			one := update{Source: group.Source, Labels: labels(group.Labels), Targets: []map[string]string{}}
			for _, target := range group.Targets {
				one.Targets = append(one.Targets, labels(target))
			}
			check(lines.Encode(one))
		}
	}
}
