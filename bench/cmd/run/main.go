// Command run is the bench: it builds the servers, pins each to one core and its load to another, takes turns over them
// for several rounds, and prints what each request and each idle connection cost every one of them.
//
// A set (sets.go) says which workloads a run has. A workload (workloads.go, connections.go) starts a server (process.go), loads it with wrk (wrk.go) or with the program load (loop.go),
// and gives a sample: one number a metric. The runner (runner.go) collects the samples of all rounds; the report
// (report.go) prints their medians and holds them against the targets (targets.go).
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"time"
)

// config is what the flags say.
type config struct {
	rounds      int
	duration    time.Duration // of one measurement
	warmup      time.Duration // before each
	settle      time.Duration // between a burst and the look at the memory
	connections int           // of the load
	idle        int           // connections of the workloads in which they are idle
	audience    int           // sockets of the workload broadcast
	serverCore  int
	loadCore    int
	servers     []string
	workloads   []string
	out         string
	plots       string // a folder
	set         *set
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	cfg, err := parseFlags(args, stderr)
	if err != nil {
		return err
	}
	if err := checkTools(cfg); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }() // what stays there is in the folder for temporary files
	machine := describeMachine(ctx)          // before the bench itself is what the load average shows

	r := &runner{config: cfg, dir: dir, progress: stderr}
	if err := r.prepare(ctx); err != nil {
		return interrupted(ctx, err)
	}
	machine.peers = r.versions()
	results, err := r.measure(ctx)
	if err != nil {
		return interrupted(ctx, err)
	}
	text := render(cfg, machine, results, args)
	if _, err := io.WriteString(stdout, text); err != nil {
		return err
	}
	if cfg.out != "" {
		if err := os.WriteFile(cfg.out, []byte(text), 0o644); err != nil {
			return err
		}
	}
	if cfg.plots != "" {
		return drawAll(cfg.plots, cfg, results)
	}
	return nil
}

// interrupted gives the cause if ctx has ended: what failed then failed because of it.
func interrupted(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

func parseFlags(args []string, stderr io.Writer) (*config, error) {
	cfg := &config{}
	var seconds float64
	var setName, servers, workloads string
	flags := flag.NewFlagSet("run", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&setName, "set", sets[0].name, "what to measure: all, quick or connections")
	flags.IntVar(&cfg.rounds, "rounds", 0, "how often to measure each server in each workload; 0: as the set says. A few workloads need less")
	flags.Float64Var(&seconds, "seconds", 1, "how long one measurement takes, at most 30")
	flags.DurationVar(&cfg.warmup, "warmup", 300*time.Millisecond, "how long to load a server before each measurement")
	flags.DurationVar(&cfg.settle, "settle", 2*time.Second, "how long to wait between a burst and the look at the memory")
	flags.IntVar(&cfg.connections, "connections", 64, "connections of the load")
	flags.IntVar(&cfg.idle, "idle", 15_000, "connections of the workloads in which they are idle")
	flags.IntVar(&cfg.audience, "audience", 10_000, "sockets of the workload broadcast")
	flags.IntVar(&cfg.serverCore, "server-core", 0, "the core of the servers")
	flags.IntVar(&cfg.loadCore, "load-core", 1, "the core of the load")
	flags.StringVar(&servers, "servers", "", "the servers to measure, separated by commas; all that the workloads are for")
	flags.StringVar(&workloads, "workloads", "", "what to measure of the set, separated by commas; all of it")
	flags.StringVar(&cfg.out, "out", "", "a file for the report beside standard output, as in RESULTS.md or CONNECTIONS.md")
	flags.StringVar(&cfg.plots, "plots", "", "a folder for a plot of each workload, as SVG")
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	cfg.duration = time.Duration(seconds * float64(time.Second))
	switch {
	case flags.NArg() > 0:
		return nil, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case cfg.rounds < 0 || cfg.connections < 1 || cfg.idle < 1 || cfg.audience < 1:
		return nil, errors.New("-connections, -idle and -audience must be at least 1, and -rounds not negative")
	case cfg.duration < 100*time.Millisecond || cfg.duration > 30*time.Second:
		return nil, errors.New("-seconds must be between 0.1 and 30")
	case cfg.warmup < 100*time.Millisecond || cfg.warmup > 10*time.Second:
		return nil, errors.New("-warmup must be between 100ms and 10s")
	case cfg.settle < 0 || cfg.settle > 30*time.Second:
		return nil, errors.New("-settle must be between 0 and 30s")
	}
	var err error
	if cfg.set, err = setNamed(setName); err != nil {
		return nil, err
	}
	cfg.rounds = cmp.Or(cfg.rounds, cfg.set.rounds)
	if cfg.workloads, err = choose("workload", workloads, cfg.set.workloadNames()); err != nil {
		return nil, err
	}
	cfg.servers, err = choose("server", servers, cfg.set.serverNames(cfg.workloads))
	return cfg, err
}

// checkTools refuses to start without what the bench needs from the system.
func checkTools(cfg *config) error {
	if runtime.GOOS != "linux" {
		return errors.New("the bench reads /proc and pins to cores: it needs Linux")
	}
	if _, err := os.Stat(filepath.Join("servers", "nethttp", "main.go")); err != nil {
		return errors.New("run it in the folder bench: go run ./cmd/run")
	}
	tools := map[string]string{"wrk": "wrk", "taskset": "util-linux"}
	if slices.Contains(cfg.servers, "epoll-c") {
		tools["gcc"] = "gcc"
	}
	for tool, debian := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			return fmt.Errorf("%s is not installed: apt-get install %s (Debian, Ubuntu)", tool, debian)
		}
	}
	if cfg.serverCore == cfg.loadCore {
		return errors.New("-server-core and -load-core must differ: a server that shares its core with the load measures both")
	}
	for _, core := range []int{cfg.serverCore, cfg.loadCore} {
		if core < 0 || !allowedCore(core) {
			return fmt.Errorf("core %d is not there for this process: the bench needs two", core)
		}
	}
	return nil
}
