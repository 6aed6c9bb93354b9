package main

import (
	"context"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// machine is where the figures come from.
type machine struct {
	cpu    string
	cores  int
	kernel string
	golang string
	wrk    string
	load   string   // load average before the bench
	peers  []string // what each server was built from
}

// describeMachine asks the system. What it does not tell stays "unknown".
func describeMachine(ctx context.Context) *machine {
	m := &machine{cpu: "unknown", cores: runtime.NumCPU(), golang: "unknown", wrk: "unknown"}
	for line := range strings.Lines(readFile("/proc/cpuinfo")) {
		if name, value, _ := strings.Cut(line, ":"); strings.TrimSpace(name) == "model name" {
			m.cpu = strings.TrimSpace(value)
			break
		}
	}
	m.kernel = readFile("/proc/sys/kernel/osrelease")
	m.load, _, _ = strings.Cut(readFile("/proc/loadavg"), " ")
	if out, err := exec.CommandContext(ctx, "go", "env", "GOVERSION").Output(); err == nil {
		m.golang = strings.TrimSpace(string(out))
	}
	out, _ := exec.CommandContext(ctx, "wrk", "-v").Output() // prints its version and ends with status 1
	if version, _, found := strings.Cut(string(out), " ["); found {
		m.wrk = strings.TrimPrefix(version, "wrk ")
	}
	return m
}

func readFile(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(text))
}
