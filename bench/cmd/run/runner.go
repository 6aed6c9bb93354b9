package main

import (
	"context"
	"debug/buildinfo"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/tornadogen/tornadogen/runtime/bench/codecs"
	"github.com/tornadogen/tornadogen/runtime/bench/internal/extra"
)

// handlerTime is how long a handler computes that does.
const handlerTime = 200 * time.Microsecond

// metric names one number that a workload measures.
type metric string

// sample is what one measurement of one server gave.
type sample map[metric]float64

// results holds the samples by workload and server, one a round.
type results map[string]map[string][]sample

// runner measures. Its fields are immutable after prepare; one goroutine uses it.
type runner struct {
	*config
	dir       string    // holds the binaries, the script of wrk and a certificate
	progress  io.Writer // takes what the children say on stderr too
	wrkScript string
	corpora   string
	work      int // extra.Rounds of a handler that computes
}

// prepare builds the servers and the load, pins the runner beside the load, and checks that all servers answer alike.
func (r *runner) prepare(ctx context.Context) error {
	var err error
	if r.wrkScript, err = writeWrkScript(r.dir); err != nil {
		return err
	}
	if err := writeCertificate(r.dir); err != nil {
		return err
	}
	if err := r.build(ctx, "./load", "load"); err != nil {
		return err
	}
	for _, name := range r.servers {
		if isCodec(name) {
			continue
		}
		if err := r.build(ctx, "./servers/"+name, name); err != nil {
			return err
		}
	}
	if slices.ContainsFunc(r.servers, isCodec) {
		if r.corpora, err = codecs.Folder(); err != nil {
			return err
		}
		if err := r.build(ctx, "./codecs/measure", "measure"); err != nil {
			return err
		}
	}
	if slices.ContainsFunc(r.servers, isLimit) && !slices.Contains(r.servers, "tornado") { // whose answers they repeat
		if err := r.build(ctx, "./servers/tornado", "tornado"); err != nil {
			return err
		}
	}
	if err := pinSelf(r.loadCore); err != nil {
		return fmt.Errorf("pin to core %d: %w", r.loadCore, err)
	}
	r.work = calibrate()
	for _, name := range r.servers {
		if isCodec(name) { // a test of theirs tells that they lose nothing
			continue
		}
		if err := r.verify(ctx, name); err != nil {
			return fmt.Errorf("%s does not answer as it should: %w", name, err)
		}
	}
	return nil
}

// calibrate gives how many extra.Rounds take as long as a handler that computes is to take.
func calibrate() int {
	const rounds = 10_000
	best := time.Duration(math.MaxInt64)
	for range 20 {
		start := time.Now()
		extra.Rounds(rounds)
		best = min(best, time.Since(start))
	}
	return int(rounds * handlerTime / best)
}

// build compiles folder: Go, or C where there is a main.c. A go.work of the folders above has no say: the bench is what its
// go.mod lists.
func (r *runner) build(ctx context.Context, folder, name string) error {
	r.say("build %s", name)
	cmd := exec.CommandContext(ctx, "go", "build", "-o", r.binary(name), folder)
	cmd.Env = append(os.Environ(), "GOWORK=off")
	if source := filepath.Join(folder, "main.c"); exists(source) {
		cmd = exec.CommandContext(ctx, "gcc", "-O2", "-Wall", "-o", r.binary(name), source)
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w\n%s", folder, err, out)
	}
	return nil
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

// say tells how far the bench is. That nobody hears it does not stop the bench.
func (r *runner) say(format string, args ...any) {
	_, _ = fmt.Fprintf(r.progress, format+"\n", args...)
}

func (r *runner) binary(name string) string { return filepath.Join(r.dir, name) }

// start starts the server called name on its core.
func (r *runner) start(ctx context.Context, name string, env ...string) (*server, error) {
	return start(ctx, r.serverCore, r.progress, r.binary(name), env...)
}

// versions gives the modules that the servers were built from, as the binaries tell.
func (r *runner) versions() []string {
	var lines []string
	for _, name := range r.servers {
		if isCodec(name) {
			continue
		}
		if name == "epoll-c" {
			lines = append(lines, name+": "+compilerVersion())
			continue
		}
		lines = append(lines, name+": "+r.modulesOf(name))
	}
	if slices.ContainsFunc(r.servers, isCodec) {
		lines = append(lines, "codecs: "+r.modulesOf("measure"))
	}
	return lines
}

// ownModules are those whose versions a report names.
var ownModules = []string{
	"github.com/valyala/fasthttp", "github.com/bytedance/sonic", "github.com/cloudwego/hertz", "github.com/cloudwego/netpoll",
	"github.com/danielgtaylor/huma/v2", "goa.design/goa/v3", "github.com/oapi-codegen/runtime", "github.com/go-faster/jx",
	"github.com/mailru/easyjson", "github.com/goccy/go-json",
}

// modulesOf gives the modules that the binary called name was built from, as it tells.
func (r *runner) modulesOf(name string) string {
	info, err := buildinfo.ReadFile(r.binary(name))
	if err != nil {
		return err.Error()
	}
	var modules []string
	for _, module := range info.Deps {
		switch {
		case slices.Contains(ownModules, module.Path):
			modules = append(modules, module.Path+" "+module.Version)
		case module.Path == "github.com/tornadogen/tornadogen":
			modules = append(modules, module.Path+" of this tree")
		}
	}
	if name == "oapicodegen" {
		modules = append(modules, generatorVersion())
	}
	if len(modules) == 0 {
		modules = []string{"standard library"}
	}
	return strings.Join(modules, ", ")
}

// compilerVersion gives what the C compiler says of itself.
func compilerVersion() string {
	out, err := exec.Command("gcc", "--version").Output()
	if err != nil {
		return err.Error()
	}
	line, _, _ := strings.Cut(string(out), "\n")
	return line
}

// generatorVersion gives what oapi-codegen wrote about itself into what it generated.
func generatorVersion() string {
	text, err := os.ReadFile(filepath.Join("servers", "oapicodegen", "petapi", "petapi.gen.go"))
	if err != nil {
		return err.Error()
	}
	_, after, _ := strings.Cut(string(text), "Code generated by ")
	by, _, _ := strings.Cut(after, " DO NOT EDIT")
	return by
}

// measure takes turns: in each round of a workload every server is measured once, in an order that moves on by one from
// round to round, so that what happens on the machine meanwhile hits all alike.
func (r *runner) measure(ctx context.Context) (results, error) {
	all := results{}
	for _, w := range r.set.workloads {
		if !slices.Contains(r.workloads, w.name) {
			continue
		}
		all[w.name] = map[string][]sample{}
		rounds := r.rounds
		if w.rounds > 0 {
			rounds = min(rounds, w.rounds)
		}
		for round := range rounds {
			for i := range r.servers {
				name := r.servers[(i+round)%len(r.servers)]
				if !slices.Contains(w.servers, name) {
					continue
				}
				r.say("%s %s, round %d of %d", w.name, name, round+1, rounds)
				s, err := w.measure(ctx, r, name)
				if err != nil {
					return nil, fmt.Errorf("%s %s: %w", w.name, name, err)
				}
				all[w.name][name] = append(all[w.name][name], s)
			}
		}
	}
	if len(all) == 0 {
		return nil, errors.New("nothing to measure")
	}
	return all, nil
}
