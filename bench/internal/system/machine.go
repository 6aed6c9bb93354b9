// Package system tells what the programs of the bench want to know of the system: on what machine they run, which addresses are
// free, and what a process has used. It needs Linux.
package system

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// Machine is where figures come from. What the system does not tell is "unknown".
type Machine struct {
	CPU    string
	Cores  int
	Kernel string
	Go     string // the version that programs are compiled with
	Load   string // load average of the last minute
}

// DescribeMachine asks the system.
func DescribeMachine(ctx context.Context) Machine {
	m := Machine{CPU: "unknown", Cores: runtime.NumCPU(), Go: "unknown"}
	for line := range strings.Lines(readFile("/proc/cpuinfo")) {
		if name, value, _ := strings.Cut(line, ":"); strings.TrimSpace(name) == "model name" {
			m.CPU = strings.TrimSpace(value)
			break
		}
	}
	m.Kernel = readFile("/proc/sys/kernel/osrelease")
	m.Load, _, _ = strings.Cut(readFile("/proc/loadavg"), " ")
	if out, err := exec.CommandContext(ctx, "go", "env", "GOVERSION").Output(); err == nil {
		m.Go = strings.TrimSpace(string(out))
	}
	return m
}

// String is m without the version of Go.
func (m Machine) String() string {
	return fmt.Sprintf("%s, %d cores, Linux %s; load average before: %s", m.CPU, m.Cores, m.Kernel, m.Load)
}

func readFile(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(text))
}
