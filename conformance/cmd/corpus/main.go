// Command corpus runs a folder of real documents through the generator and the compiler, and holds the result against the
// project's targets.
//
// A document (find.go) goes one way: its operations and schemas are counted by a reader that shares nothing with the
// generator (read.go, count.go), the command generates its package, and go build and go vet judge that (work.go). Each of
// these steps is a process of its own with a limit (child.go), so that its cost can be measured and a hang is cut. The
// hostile documents are judged by their manifest (bad.go). The tables and the totals (table.go, totals.go) come last.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

// config is what the flags say.
type config struct {
	corpus  string // the folder that holds dev and bad
	index   string // the table of roots, "" for none
	out     string // where packages and tables go
	root    string // of the project
	only    string // documents whose name contains it
	sample  int    // how many documents, 0 for all
	workers int
	noBuild bool
	noBad   bool
	noDev   bool
	strict  bool // a missed target is a failure
	peers   int  // rounds of the comparison with other generators, 0 for none
	results string
	largest int64 // documents of more bytes are left out; 0 for no limit
	drive   bool  // serve the packages and send them requests
}

func main() {
	if len(os.Args) == 4 && os.Args[1] == countMode {
		if err := json.NewEncoder(os.Stdout).Encode(countFile(os.Args[2], os.Args[3])); err != nil {
			os.Exit(1)
		}
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "corpus:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	cfg, err := parseFlags(args, stderr)
	if err != nil {
		return err
	}
	documents, err := findDocuments(cfg)
	if err != nil {
		return err
	}
	bad, err := findHostile(cfg)
	if err != nil {
		return err
	}
	if len(documents)+len(bad) == 0 {
		return fmt.Errorf("%s: no document matches; see -only", cfg.corpus)
	}
	s, err := newShop(ctx, cfg)
	if err != nil {
		return err
	}
	if cfg.drive {
		list, err := readExplained(filepath.Join(cfg.root, "conformance", "cmd", "corpus", "testdata", "explained.tsv"))
		if err != nil {
			return err
		}
		s.progress = newProgress(stderr, len(documents))
		all := inParallel(ctx, cfg.workers, documents, func(d document) driven { return s.drive(ctx, d) })
		s.progress.end()
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return reportDriven(cfg, all, list, stdout)
	}
	if cfg.peers > 0 {
		all := *cfg
		all.only, all.sample, all.largest = "", 0, 0
		every, err := findDocuments(&all)
		if err != nil {
			return err
		}
		s.progress = newProgress(stderr, 2*len(documents)+howManyLargest)
		rows, err := s.comparePeers(ctx, documents, cfg.peers)
		var largest []largestRow
		if err == nil {
			largest, err = s.timeLargest(ctx, every, cfg.peers)
		}
		s.progress.end()
		if err != nil {
			return err
		}
		return reportPeers(ctx, cfg, rows, largest, cfg.peers, stdout)
	}
	s.progress = newProgress(stderr, len(documents)+len(bad))
	defer s.progress.end()
	rows := inParallel(ctx, cfg.workers, documents, func(d document) row { return s.work(ctx, d) })
	verdicts := inParallel(ctx, cfg.workers, bad, func(h hostile) verdict { return s.judge(ctx, h) })
	s.progress.end()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	check, err := s.timeCheck(ctx)
	if err != nil {
		return err
	}
	return report(cfg, rows, verdicts, check, stdout)
}

// How many documents are driven, and up to which size in bytes: the larger ones take minutes to compile each.
const (
	defaultDriven = 40
	largestDriven = 600_000
)

func parseFlags(args []string, stderr io.Writer) (*config, error) {
	cfg := &config{}
	flags := flag.NewFlagSet("corpus", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&cfg.corpus, "corpus", "", "the folder of documents: dev/ID/..., bad/... with MANIFEST.tsv")
	flags.StringVar(&cfg.index, "index", "", "a table with the columns id and root (default: INDEX.tsv in the corpus, if there is one)")
	flags.StringVar(&cfg.out, "out", "", "where packages and tables are written (default: the folder corpus of the project, which git ignores)")
	flags.StringVar(&cfg.only, "only", "", "only documents whose name contains this; a comma separates several")
	flags.IntVar(&cfg.sample, "sample", 0, "only so many documents, spread over the corpus")
	flags.IntVar(&cfg.workers, "workers", defaultWorkers(), "documents at a time")
	flags.BoolVar(&cfg.noBuild, "no-build", false, "generate only: no go build, no go vet")
	flags.BoolVar(&cfg.noBad, "no-bad", false, "leave the hostile documents out")
	flags.BoolVar(&cfg.noDev, "no-dev", false, "leave the real documents out")
	flags.BoolVar(&cfg.drive, "drive", false, "instead: serve a sample of the packages, and send them valid and invalid requests")
	flags.IntVar(&cfg.peers, "peers", 0, "instead: compile the packages of other generators beside, and the largest documents, so many rounds")
	flags.StringVar(&cfg.results, "results", "", "with -peers: a file for the report beside standard output")
	flags.BoolVar(&cfg.strict, "strict", false, "fail when a target is missed")
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	if cfg.drive && cfg.sample == 0 && cfg.only == "" {
		cfg.sample, cfg.largest = defaultDriven, largestDriven
	}
	switch {
	case flags.NArg() > 0:
		return nil, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case cfg.corpus == "":
		return nil, errors.New("-corpus is missing: name the folder of documents (make corpus CORPUS=dir)")
	case cfg.workers < 1 || cfg.sample < 0:
		return nil, errors.New("-workers must be at least 1, -sample at least 0")
	}
	var err error
	if cfg.root, err = projectRoot(); err != nil {
		return nil, err
	}
	if cfg.out == "" {
		cfg.out = filepath.Join(cfg.root, "corpus")
	}
	for _, path := range []*string{&cfg.corpus, &cfg.out} {
		if *path, err = filepath.Abs(*path); err != nil {
			return nil, err
		}
	}
	return cfg, nil
}

// projectRoot is the folder of the module that this command belongs beside.
func projectRoot() (string, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/tornadogen/tornadogen").Output()
	if err != nil {
		return "", fmt.Errorf("find the project: %w; run inside of a clone", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// defaultWorkers leaves 3 GiB to each document, as the compiler needs for the largest ones.
func defaultWorkers() int {
	workers := runtime.NumCPU()
	if data, err := os.ReadFile("/proc/meminfo"); err == nil {
		for line := range strings.Lines(string(data)) {
			var kB int
			if _, err := fmt.Sscanf(line, "MemAvailable: %d kB", &kB); err == nil {
				workers = min(workers, kB>>20/3)
			}
		}
	}
	return max(workers, 1)
}
