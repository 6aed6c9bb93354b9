package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"
)

// verdict is what became of a hostile document.
type verdict struct {
	hostile
	passed  bool
	outcome string // in words
	cpu     time.Duration
	memory  int64
}

func (v *verdict) word() string {
	if v.passed {
		return "pass"
	}
	return "FAIL"
}

// badLimits cut what hangs or grows without end.
var (
	badLimits      = limits{time.Minute, 2 << 30}
	badBuildLimits = limits{5 * time.Minute, 8 << 30}
)

// What a hostile document may cost. The time is that of the processor, which other work on the machine does not add to; what
// waits without end, for a pipe or the network, is cut.
const (
	badCPU    = 10 * time.Second
	badMemory = 1 << 30
)

// judge holds a hostile document against its manifest. Whatever it expects, the command ends within its bounds and without a
// panic; it refuses with an error, or writes a package that compiles.
func (s *shop) judge(ctx context.Context, h hostile) verdict {
	defer s.progress.step()
	v := verdict{hostile: h}
	folder := s.folder("bad", h.id)
	root := filepath.Join(s.corpus, "bad")
	if strings.Contains(h.id, "/") {
		root = filepath.Dir(h.path)
	}
	g, err := s.generate(ctx, badLimits, h.path, root, folder)
	if err != nil {
		v.outcome = err.Error()
		return v
	}
	v.cpu, v.memory = g.child.cpu, g.child.memory
	v.outcome, v.passed = s.outcome(ctx, h, g, folder)
	if did := s.observe(ctx, h.path, root, folder); did != "" {
		v.outcome, v.passed = did, false
	}
	return v
}

func (s *shop) outcome(ctx context.Context, h hostile, g *generated, folder string) (what string, passed bool) {
	c := g.child
	switch {
	case c.cut != "":
		return c.cut, false
	case strings.Contains(c.stderr, "panic: ") || strings.Contains(c.stderr, "fatal error: ") || strings.Contains(c.stderr, "goroutine "):
		return "panic: " + c.fault(), false
	case c.cpu > badCPU:
		return fmt.Sprintf("took %s s of CPU", seconds(c.cpu)), false
	case c.memory > badMemory:
		return fmt.Sprintf("took %d MiB", c.memory>>20), false
	case c.code == 1:
		what := firstError(g)
		return what, h.expect != "accept" && what != ""
	case c.code != 0:
		return fmt.Sprintf("exit code %d: %s", c.code, c.fault()), false
	case h.expect == "reject":
		return "was accepted", false
	case s.noBuild:
		return "generated", true
	}
	if fault, _ := s.compile(ctx, badBuildLimits, folder); fault != "" {
		return fault, false
	}
	return "generated, compiles", true
}

// firstError is the first error that the command told.
func firstError(g *generated) string {
	for _, f := range g.findings {
		if f.Severity == "error" {
			return f.String()
		}
	}
	for line := range strings.Lines(g.child.stderr) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "tornadogen: ") {
			return line
		}
	}
	return ""
}
