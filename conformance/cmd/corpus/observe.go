package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// opened finds the files that a trace has opened, and dialled the sockets that leave the machine.
var (
	opened  = regexp.MustCompile(`open(?:at)?\((?:AT_FDCWD, )?"([^"]+)"[^\n]*= \d+`)
	dialled = regexp.MustCompile(`socket\((AF_INET6?)`)
)

// systemPaths are what any Go program may open.
var systemPaths = []string{"/proc/", "/sys/", "/etc/localtime", "/usr/share/zoneinfo", "/usr/lib/locale", "/dev/null"}

// observe runs the command on a document once more, under strace, and says what it did that it must not: open a file that is
// neither below root nor below out, or make a socket. It gives "" where it kept to its own, and where there is no strace.
func (s *shop) observe(ctx context.Context, file, root, out string) string {
	strace, err := exec.LookPath("strace")
	if err != nil {
		return ""
	}
	trace := filepath.Join(s.out, "trace-"+filepath.Base(out))
	defer func() { _ = os.Remove(trace) }() // it is in the folder that git ignores
	args := []string{"-f", "-qq", "-e", "trace=open,openat,socket", "-o", trace, s.generator, "generate", file, "--out", out, "--package", "api", "--root", root, "--format", "json"}
	runChild(ctx, limits{5 * badLimits.wall, 2 * badLimits.memory}, s.out, nil, strace, args...) // how it ends was judged before
	data, err := os.ReadFile(trace)
	if err != nil {
		return ""
	}
	return trespass(string(data), []string{root, out, s.out})
}

// trespass is the first forbidden thing in a trace.
func trespass(trace string, own []string) string {
	if m := dialled.FindStringSubmatch(trace); m != nil {
		return "made a socket " + m[1]
	}
	for _, m := range opened.FindAllStringSubmatch(trace, -1) {
		path := filepath.Clean(m[1])
		below := func(dir string) bool { return path == dir || strings.HasPrefix(path, strings.TrimSuffix(dir, "/")+"/") }
		system := slices.ContainsFunc(systemPaths, func(p string) bool { return strings.HasPrefix(path, p) })
		if filepath.IsAbs(path) && !system && !slices.ContainsFunc(own, below) {
			return "opened " + path
		}
	}
	return ""
}
