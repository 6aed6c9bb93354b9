package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tornadogen/tornadogen/runtime/bench/codecs"
)

// allServers are the folders of servers, and the codecs, in the order of the report.
var allServers = append([]string{
	"epoll-c", "constant", "tornado", "tornado-onloop", "tornado-measured", "connections", "nethttp", "oapicodegen", "huma", "goa", "fasthttp", "fasthttp-sonic", "hertz",
}, codecs.Names...)

// set is what one run measures: workloads, each with the servers that it is for, and the targets that they are held against.
type set struct {
	name      string
	title     string // of the report
	rounds    int    // unless the flags say how many
	workloads []workload
	targets   []target
}

// sets are what the flag -set names. The first is the default.
var sets = []*set{
	{name: "all", title: "Figures of the bench", rounds: 5, workloads: allWorkloads, targets: allTargets},
	{name: "quick", title: "Figures of the quick bench", rounds: 15, workloads: quickWorkloads, targets: quickTargets},
	{name: "connections", title: "Figures of connections", rounds: 15, workloads: connectionWorkloads, targets: connectionTargets},
}

func setNamed(name string) (*set, error) {
	var names []string
	for _, s := range sets {
		if s.name == name {
			return s, nil
		}
		names = append(names, s.name)
	}
	return nil, fmt.Errorf("no set %q: there are %s", name, strings.Join(names, ", "))
}

func (s *set) workloadNames() []string {
	names := make([]string, 0, len(s.workloads))
	for _, w := range s.workloads {
		names = append(names, w.name)
	}
	return names
}

// serverNames gives the servers that any workload of names is for.
func (s *set) serverNames(names []string) []string {
	var servers []string
	for _, server := range allServers {
		if slices.ContainsFunc(s.workloads, func(w workload) bool {
			return slices.Contains(names, w.name) && slices.Contains(w.servers, server)
		}) {
			servers = append(servers, server)
		}
	}
	return servers
}

// choose gives what text lists, separated by commas, or all. It refuses what is not among all, a what.
func choose(what, text string, all []string) ([]string, error) {
	if text == "" {
		return all, nil
	}
	chosen := strings.Split(text, ",")
	for _, name := range chosen {
		if !slices.Contains(all, name) {
			return nil, fmt.Errorf("no %s %q: there are %s", what, name, strings.Join(all, ", "))
		}
	}
	return chosen, nil
}
