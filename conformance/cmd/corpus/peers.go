package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// peer is a generator whose output is compiled beside this one's.
type peer struct {
	name    string
	module  string // of the command, with its version
	command string // below module
	args    func(document, out string) []string
}

// peers are the other generators: ogen with all that it makes, oapi-codegen with the server, the client and the document.
var peers = []peer{
	{"ogen", "github.com/ogen-go/ogen@v1.24.0", "cmd/ogen", func(document, out string) []string {
		return []string{"-target", out, "-package", "api", "-clean", document}
	}},
	{"oapi-codegen", "github.com/oapi-codegen/oapi-codegen/v2@v2.8.2", "cmd/oapi-codegen", func(document, out string) []string {
		return []string{"-generate", "types,client,std-http-server,strict-server,spec", "-package", "api", "-o", filepath.Join(out, "api.gen.go"), document}
	}},
}

// The targets: how long the output of tornadogen may take to compile, as a part of a peer's.
var peerTargets = map[string]float64{"ogen": 1.0 / 3, "oapi-codegen": 1.5}

// compileTime is what compiling one package cold took.
type compileTime struct{ wall, cpu time.Duration }

// peerRow is one document: the medians by generator. A generator that does not make it, or whose output does not compile, is not
// among them.
type peerRow struct {
	document
	times map[string]compileTime
	lines map[string]int
}

const tornadogen = "tornadogen"

// comparePeers compiles the documents' packages of all generators, cold but for what they import, on two cores, and takes turns
// over them for several rounds.
func (s *shop) comparePeers(ctx context.Context, documents []document, rounds int) ([]peerRow, error) {
	dir := filepath.Join(s.out, "peers")
	if err := os.RemoveAll(filepath.Join(dir, "api")); err != nil {
		return nil, err
	}
	if err := s.installPeers(ctx, dir); err != nil {
		return nil, err
	}
	rows := make([]peerRow, len(documents))
	for i, d := range documents {
		rows[i] = peerRow{document: d, times: map[string]compileTime{}, lines: map[string]int{}}
		for _, name := range generators() {
			out := filepath.Join(dir, "api", d.id, name)
			if err := s.generateFor(ctx, dir, name, d, out); err != nil {
				_ = os.RemoveAll(out) // what does not generate is not compiled
			}
		}
		s.progress.step()
	}
	env := []string{"GOWORK=off", "GOFLAGS=-mod=mod", "GOCACHE=" + filepath.Join(dir, "cache"), "GOMAXPROCS=2"}
	if c := runChild(ctx, buildLimits, dir, env, "go", "mod", "tidy", "-e"); !c.ok() {
		return nil, fmt.Errorf("go mod tidy for the peers: %s", c.fault())
	}
	for i := range rows {
		if err := s.compileRounds(ctx, dir, env, &rows[i], rounds); err != nil {
			return nil, err
		}
		s.progress.step()
	}
	return rows, ctx.Err()
}

func generators() []string {
	names := []string{tornadogen}
	for _, p := range peers {
		names = append(names, p.name)
	}
	return names
}

// installPeers installs the peers' commands and makes the module that all packages are compiled in.
func (s *shop) installPeers(ctx context.Context, dir string) error {
	if err := os.MkdirAll(filepath.Join(dir, "bin"), 0o755); err != nil {
		return err
	}
	text := fmt.Sprintf("module peers\n\ngo 1.26.0\n\nrequire github.com/tornadogen/tornadogen v0.0.0\n\nreplace github.com/tornadogen/tornadogen => %s\n", s.root)
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(text), 0o644); err != nil {
		return err
	}
	for _, p := range peers {
		module, version, _ := strings.Cut(p.module, "@")
		env := []string{"GOWORK=off", "GOFLAGS=", "GOBIN=" + filepath.Join(dir, "bin")}
		if c := runChild(ctx, buildLimits, dir, env, "go", "install", module+"/"+p.command+"@"+version); !c.ok() {
			return fmt.Errorf("install %s: %s", p.module, c.fault())
		}
		if c := runChild(ctx, buildLimits, dir, []string{"GOWORK=off"}, "go", "get", p.module); !c.ok() {
			return fmt.Errorf("get %s: %s", p.module, c.fault())
		}
	}
	return nil
}

// generateFor writes the package of one generator.
func (s *shop) generateFor(ctx context.Context, dir, name string, d document, out string) error {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	if name == tornadogen {
		g, err := s.generate(ctx, generateLimits, d.path, d.folder, out)
		if err == nil && !g.child.ok() {
			err = errors.New(g.child.fault())
		}
		return err
	}
	i := slices.IndexFunc(peers, func(p peer) bool { return p.name == name })
	c := runChild(ctx, generateLimits, dir, nil, filepath.Join(dir, "bin", name), peers[i].args(d.path, out)...)
	if !c.ok() {
		return errors.New(c.fault())
	}
	return nil
}

// compileRounds compiles the packages of a document: once for what they import, then once a round, each time with a file that is
// new, so that the compiler's cache has everything but the package.
func (s *shop) compileRounds(ctx context.Context, dir string, env []string, r *peerRow, rounds int) error {
	samples := map[string][]compileTime{}
	for round := range rounds + 1 {
		for _, name := range generators() {
			folder := filepath.Join(dir, "api", r.id, name)
			if _, err := os.Stat(folder); err != nil || round > 0 && len(samples[name]) == 0 && round > 1 {
				continue
			}
			if err := renew(folder, round); err != nil {
				return err
			}
			c := runChild(ctx, buildLimits, dir, env, "go", "build", "-p", "2", "./"+filepath.ToSlash(filepath.Join("api", r.id, name)))
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if !c.ok() {
				_ = os.RemoveAll(folder) // what does not compile is not measured
				continue
			}
			if round > 0 {
				samples[name] = append(samples[name], compileTime{c.wall, c.cpu})
			}
		}
	}
	for name, list := range samples {
		r.times[name] = medianOf(list)
		m, err := measure(filepath.Join(dir, "api", r.id, name))
		if err != nil {
			return err
		}
		r.lines[name] = m.lines
	}
	return nil
}

// renew has a package be one that was never compiled.
func renew(folder string, round int) error {
	text := fmt.Sprintf("package api\n\nconst corpusRound = %d // %d\n", round, time.Now().UnixNano())
	return os.WriteFile(filepath.Join(folder, "corpus_round.go"), []byte(text), 0o644)
}

func medianOf(list []compileTime) compileTime {
	of := func(get func(compileTime) time.Duration) time.Duration {
		all := make([]time.Duration, len(list))
		for i, c := range list {
			all[i] = get(c)
		}
		slices.Sort(all)
		return all[len(all)/2]
	}
	return compileTime{of(func(c compileTime) time.Duration { return c.wall }), of(func(c compileTime) time.Duration { return c.cpu })}
}

// reportPeers prints the medians and holds their sums against the targets: over the documents that both generators make. It names
// the document that is worst for this one beside each sum.
func reportPeers(ctx context.Context, cfg *config, rows []peerRow, largest []largestRow, rounds int, w io.Writer) error {
	var b strings.Builder
	b.WriteString("# Compile times\n\n" + machine(ctx) + "\n\n")
	fmt.Fprintf(&b, "Written by `make corpus-peers`. `go build -p 2` of the generated package alone, GOMAXPROCS=2, what it imports compiled before;"+
		" medians of %d rounds, in seconds of processor time / of the clock. tornadogen's package holds types, codecs, validation, server and client.\n\n", rounds)
	b.WriteString("| document | operations | " + strings.Join(generators(), " | ") + " | lines |\n| --- | ---: | ---: | ---: | ---: | --- |\n")
	ours, theirs := map[string]time.Duration{}, map[string]time.Duration{}
	worst, worstOf := map[string]float64{}, map[string]string{}
	for i := range rows {
		r := &rows[i]
		fmt.Fprintf(&b, "| %s | %d |", r.id, r.index)
		var lines []string
		for _, name := range generators() {
			t, ok := r.times[name]
			if !ok {
				b.WriteString(" - |")
				lines = append(lines, "-")
				continue
			}
			fmt.Fprintf(&b, " %s / %s |", seconds(t.cpu), seconds(t.wall))
			lines = append(lines, fmt.Sprint(r.lines[name]))
			if own, ok := r.times[tornadogen]; ok && name != tornadogen {
				ours[name] += own.cpu
				theirs[name] += t.cpu
				if ratio := float64(own.cpu) / float64(t.cpu); ratio > worst[name] {
					worst[name], worstOf[name] = ratio, r.id
				}
			}
		}
		fmt.Fprintf(&b, " %s |\n", strings.Join(lines, " / "))
	}
	b.WriteString("\n| target | | |\n| --- | --- | --- |\n")
	met := true
	for _, p := range peers {
		if theirs[p.name] == 0 {
			continue
		}
		ratio := float64(ours[p.name]) / float64(theirs[p.name])
		word := "met"
		if ratio > peerTargets[p.name] {
			word, met = "MISSED", false
		}
		fmt.Fprintf(&b, "| at most %.2f of %s's processor time, over the documents that both make | %.2f; most %.2f, of %s | %s |\n",
			peerTargets[p.name], p.module, ratio, worst[p.name], worstOf[p.name], word)
	}
	b.WriteString(largestTable(largest, rounds))
	if _, err := io.WriteString(w, b.String()); err != nil {
		return err
	}
	if cfg.results != "" {
		if err := os.WriteFile(cfg.results, []byte(b.String()), 0o644); err != nil {
			return err
		}
	}
	if cfg.strict && !met {
		return errors.New("a target is missed")
	}
	return nil
}

// machine says where figures were taken.
func machine(ctx context.Context) string {
	cpu := "unknown processor"
	if data, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(data)) {
			if name, value, _ := strings.Cut(line, ":"); strings.TrimSpace(name) == "model name" {
				cpu = strings.TrimSpace(value)
				break
			}
		}
	}
	load := ""
	if data, err := os.ReadFile("/proc/loadavg"); err == nil {
		load, _, _ = strings.Cut(string(data), " ")
	}
	version, err := exec.CommandContext(ctx, "go", "env", "GOVERSION").Output()
	if err != nil {
		version = []byte("go")
	}
	return fmt.Sprintf("%s, %d cores, %s/%s, %s, load average at the end %s.", cpu, runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, strings.TrimSpace(string(version)), load)
}
