package main

import (
	"context"
	"os/exec"
	"strings"

	"github.com/tornadogen/tornadogen/runtime/bench/internal/system"
)

// machine is where the figures come from.
type machine struct {
	system.Machine

	wrk   string
	peers []string // what each server was built from
}

// describeMachine asks the system. What it does not tell stays "unknown".
func describeMachine(ctx context.Context) *machine {
	m := &machine{Machine: system.DescribeMachine(ctx), wrk: "unknown"}
	out, _ := exec.CommandContext(ctx, "wrk", "-v").Output() // prints its version and ends with status 1
	if version, _, found := strings.Cut(string(out), " ["); found {
		m.wrk = strings.TrimPrefix(version, "wrk ")
	}
	return m
}
