package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// The limits of the steps. Those of generate are far above the targets: they cut a hang, and the table shows the rest.
var (
	countLimits    = limits{2 * time.Minute, 4 << 30}
	generateLimits = limits{2 * time.Minute, 4 << 30}
	buildLimits    = limits{20 * time.Minute, 12 << 30}
)

// shop holds what all documents share.
type shop struct {
	*config
	self      string // this program
	generator string // the command that is measured
	progress  *progress
}

// finding is one diagnostic of the command, as --format json prints it.
type finding struct {
	Severity, Class, File, Pointer, What, Remedy string
	Line, Column                                 int
}

func (f finding) String() string {
	return fmt.Sprintf("%s: %s:%d:%d: %s: %s", f.Severity, filepath.Base(f.File), f.Line, f.Column, f.Pointer, f.What)
}

// generated is what the command made of a document.
type generated struct {
	child    *child
	findings []finding
	metrics  metrics
}

// newShop builds the command and makes the module that the packages are built in. A workspace joins that module with the
// project, so that neither needs requirements of its own.
func newShop(ctx context.Context, cfg *config) (*shop, error) {
	s := &shop{config: cfg, generator: filepath.Join(cfg.out, "bin", "tornadogen")}
	var err error
	if s.self, err = os.Executable(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(cfg.out, "bin"), 0o755); err != nil {
		return nil, err
	}
	for name, text := range map[string]string{
		"go.mod":  "module corpus\n\ngo 1.26.0\n",
		"go.work": fmt.Sprintf("go 1.26.0\n\nuse (\n\t.\n\t%s\n)\n", cfg.root),
	} {
		if err := os.WriteFile(filepath.Join(cfg.out, name), []byte(text), 0o644); err != nil {
			return nil, err
		}
	}
	if c := runChild(ctx, buildLimits, cfg.root, []string{"CGO_ENABLED=0"}, "go", "build", "-o", s.generator, "./cmd/tornadogen"); !c.ok() {
		return nil, fmt.Errorf("build the command: %s", c.fault())
	}
	if cfg.noBuild {
		return s, nil
	}
	if c := runChild(ctx, buildLimits, cfg.out, s.workspace(), "go", "build", "github.com/tornadogen/tornadogen/runtime/..."); !c.ok() {
		return nil, fmt.Errorf("build the runtime: %s", c.fault())
	}
	return s, nil
}

// workspace is the environment of the go command in the module of the packages.
func (s *shop) workspace() []string {
	return []string{"GOWORK=" + filepath.Join(s.out, "go.work"), "GOFLAGS="}
}

// noName are the characters that a folder of a package is better without.
var noName = regexp.MustCompile(`[^A-Za-z0-9_-]+`)

// folder is where the package of a document is written.
func (s *shop) folder(kind, id string) string {
	return filepath.Join(s.out, kind, strings.Trim(noName.ReplaceAllString(id, "-"), "-_"))
}

// generate runs the command on a document, into an empty folder.
func (s *shop) generate(ctx context.Context, l limits, file, root, out string, more ...string) (*generated, error) {
	if err := os.RemoveAll(out); err != nil {
		return nil, err
	}
	args := append([]string{"generate", file, "--out", out, "--package", "api", "--root", root, "--format", "json"}, more...)
	g := &generated{child: runChild(ctx, l, s.out, nil, s.generator, args...)}
	if text := strings.TrimSpace(g.child.stdout); text != "" {
		if err := json.Unmarshal([]byte(text), &g.findings); err != nil && g.child.ok() {
			return nil, fmt.Errorf("read the findings: %w", err)
		}
	}
	g.child.stdout = ""
	if !g.child.ok() {
		return g, nil
	}
	var err error
	g.metrics, err = measure(out)
	return g, err
}

// compile builds and vets the package in folder. The fault is "" when both are content.
func (s *shop) compile(ctx context.Context, l limits, folder string) (fault string, cpu time.Duration) {
	rel, err := filepath.Rel(s.out, folder)
	if err != nil {
		return err.Error(), 0
	}
	for _, step := range []string{"build", "vet"} {
		c := runChild(ctx, l, s.out, s.workspace(), "go", step, "-p", "1", "./"+filepath.ToSlash(rel))
		cpu += c.cpu
		if !c.ok() {
			return "go " + step + ": " + c.fault(), cpu
		}
	}
	return "", cpu
}

// count has this program count a document in a process of its own.
func (s *shop) count(ctx context.Context, d document) counts {
	var n counts
	c := runChild(ctx, countLimits, s.out, nil, s.self, countMode, d.path, d.folder)
	if err := json.Unmarshal([]byte(c.stdout), &n); err != nil || !c.ok() {
		n.Fault = c.fault()
	}
	return n
}

// work takes one document through all steps.
func (s *shop) work(ctx context.Context, d document) row {
	defer s.progress.step()
	r := row{document: d, counts: s.count(ctx, d), bytes: size(d)}
	folder := s.folder("dev", d.id)
	g, err := s.generate(ctx, generateLimits, d.path, d.folder, folder)
	if err != nil {
		r.problem = err.Error()
		return r
	}
	r.take(g)
	if r.generated && !s.noBuild {
		fault, cpu := s.compile(ctx, buildLimits, folder)
		r.compiles, r.compileCPU = fault == "", cpu
		if fault != "" {
			r.problem = fault
		}
	}
	return r
}

// timeCheck is how long tornadogen check takes on the petstore, which is as it was generated: the median of a few runs.
func (s *shop) timeCheck(ctx context.Context) (time.Duration, error) {
	var all []time.Duration
	for range 5 {
		c := runChild(ctx, generateLimits, filepath.Join(s.root, "examples", "petstore"), nil, s.generator, "check", "openapi.yaml", "--out", "petapi")
		if !c.ok() {
			return 0, fmt.Errorf("check of the petstore: %s", c.fault())
		}
		all = append(all, c.wall)
	}
	slices.Sort(all)
	return all[len(all)/2], nil
}

// size is the bytes of the root, or of all files of a document that has several.
func size(d document) int64 {
	var sum int64
	_ = filepath.WalkDir(d.folder, func(_ string, e os.DirEntry, err error) error { // what cannot be read has no size
		if err == nil && e.Type().IsRegular() {
			if info, err := e.Info(); err == nil {
				sum += info.Size()
			}
		}
		return nil
	})
	return sum
}

// inParallel does work for each of all, so many at a time, and gives the results in the same order. When ctx ends, what has
// not begun is left out.
func inParallel[T, R any](ctx context.Context, workers int, all []T, work func(T) R) []R {
	results := make([]R, len(all))
	next := make(chan int)
	var running sync.WaitGroup
	for range workers {
		running.Go(func() {
			for i := range next {
				results[i] = work(all[i])
			}
		})
	}
	for i := range all {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	running.Wait()
	return results
}
