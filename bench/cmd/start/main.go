// Command start tells how long a program takes to start whose package comes from a large document: from its execution to its first
// answer. It writes a document of 5,000 operations (document.go), generates and compiles a program that serves it (program.go),
// and starts that again and again (measure.go), in turns with a program of one operation, which tells what a start costs anyhow.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/tornadogen/tornadogen/runtime/bench/internal/system"
)

// config is what the flags say.
type config struct {
	operations int
	runs       int
	limit      time.Duration // of the median until the first answer
	timeout    time.Duration // of all
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "start:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	cfg, err := parseFlags(args, stderr)
	if err != nil {
		return err
	}
	root, err := filepath.Abs("..")
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(root, "cmd", "tornadogen")); err != nil {
		return errors.New("run it in the folder bench: go run ./cmd/start")
	}
	dir, err := os.MkdirTemp("", "start")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }() // what stays there is in the folder for temporary files
	ctx, cancel := context.WithTimeoutCause(ctx, cfg.timeout, fmt.Errorf("it took longer than %s: -timeout gives it more", cfg.timeout))
	defer cancel()
	machine := system.DescribeMachine(ctx)

	generator := filepath.Join(dir, "tornadogen")
	if _, err := step(ctx, dir, root, "go", "build", "-o", generator, "./cmd/tornadogen"); err != nil {
		return fmt.Errorf("compile the command: %w", err)
	}
	var programs []program
	for _, n := range []int{1, cfg.operations} {
		_, _ = fmt.Fprintf(stderr, "start: generate and compile %d operations\n", n) // says what takes minutes, and is no result
		p, err := build(ctx, root, generator, filepath.Join(dir, fmt.Sprintf("program%d", len(programs))), n)
		if err != nil {
			return err
		}
		programs = append(programs, p)
	}
	starts := make([][]start, len(programs))
	for range cfg.runs {
		for i, p := range programs {
			last := (p.operations - 1) &^ 1 // the last GET
			s, err := startOnce(ctx, p.binary, path(last, "1"))
			if err != nil {
				return err
			}
			starts[i] = append(starts[i], s)
		}
	}
	return report(stdout, machine, cfg, programs, starts)
}

func parseFlags(args []string, stderr io.Writer) (*config, error) {
	cfg := &config{}
	flags := flag.NewFlagSet("start", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.IntVar(&cfg.operations, "operations", 5000, "how many operations the document has, and how many types")
	flags.IntVar(&cfg.runs, "runs", 9, "how often to start each program")
	flags.DurationVar(&cfg.limit, "limit", 100*time.Millisecond, "how long the median until the first answer may be")
	flags.DurationVar(&cfg.timeout, "timeout", 30*time.Minute, "when to give up")
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	switch {
	case flags.NArg() > 0:
		return nil, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case cfg.operations < 1 || cfg.runs < 1:
		return nil, errors.New("-operations and -runs must be at least 1")
	case cfg.limit <= 0 || cfg.timeout <= 0:
		return nil, errors.New("-limit and -timeout must be positive")
	}
	return cfg, nil
}

// report writes what was measured, and fails if the last of programs takes longer than the limit. starts are those of each.
func report(w io.Writer, machine system.Machine, cfg *config, programs []program, starts [][]start) error {
	var b strings.Builder
	fmt.Fprintf(&b, "- machine: %s\n- %s\n- medians of %d starts, from the execution of the program to its first answer, in milliseconds;\n", machine, machine.Go, cfg.runs)
	b.WriteString("  generate and compile in seconds of processor time / of the clock\n\n")
	b.WriteString("| operations | first answer | the quickest | processor time | generate | compile | MiB of program |\n| ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n")
	var large summary
	for i, p := range programs {
		large = summarize(starts[i])
		fmt.Fprintf(&b, "| %d | %.1f | %.1f | %.1f | %s | %s | %d |\n", p.operations, milliseconds(large.wall), milliseconds(large.least), milliseconds(large.cpu),
			p.generate, p.compile, p.size>>20)
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return err
	}
	if large.wall > cfg.limit {
		return fmt.Errorf("a program of %d operations answers after %.1f ms, which is to be %.1f at most. It used %.1f ms of a processor: "+
			"where that is much less, the machine did other work, and an idle one tells", cfg.operations, milliseconds(large.wall), milliseconds(cfg.limit), milliseconds(large.cpu))
	}
	return nil
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
