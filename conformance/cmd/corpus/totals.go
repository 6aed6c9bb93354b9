package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// target is one thing to reach.
type target struct {
	what   string
	figure string
	met    bool
}

// The targets.
const (
	mostUntyped   = 0.005 // of all schemas, and of those with a name
	mostLines     = 350   // an operation, over all documents
	widestLine    = 160
	mostCPU       = 1500 * time.Millisecond // a megabyte, of the largest documents
	mostMemory    = 1 << 30
	largeDocument = 2_500_000 // bytes from which on a document is one of the largest
	longestCheck  = 300 * time.Millisecond
)

// sums are over all documents.
type sums struct {
	documents, complete, generated, compiles int
	operations, served, unserved             int
	isolated, missing                        int
	named, schemas, lines, widest            int
	untyped, untypedNamed                    int
	cpu, compileCPU                          time.Duration
	bytes                                    int64
	classes                                  map[string]int
	slowest, largest                         *row // of the largest documents: by CPU a megabyte, by memory
	passed                                   int  // of bad
	widestAt                                 string
	disagree                                 []string // documents whose index counts otherwise
}

func sum(cfg *config, rows []row, verdicts []verdict) *sums {
	s := &sums{documents: len(rows), classes: map[string]int{}}
	for i := range rows {
		r := &rows[i]
		s.complete += one(r.complete(!cfg.noBuild))
		s.generated += one(r.generated)
		s.compiles += one(r.compiles)
		s.operations += r.Operations
		s.served += r.metrics.operations
		s.unserved += len(r.unserved)
		s.isolated += r.isolated
		s.missing += r.missing()
		s.named += r.Named
		s.schemas += r.Schemas
		s.untyped += r.untyped
		s.untypedNamed += r.untypedNamed
		s.lines += r.lines
		s.cpu += r.cpu
		s.compileCPU += r.compileCPU
		s.bytes += r.bytes
		if r.longest > s.widest {
			s.widest, s.widestAt = r.longest, r.id+"/"+r.longestAt
		}
		for class, n := range r.classes {
			s.classes[class] += n
		}
		if r.index >= 0 && r.index != r.Operations {
			s.disagree = append(s.disagree, fmt.Sprintf("%s: %d by the index, %d counted", r.id, r.index, r.Operations))
		}
		if r.bytes >= largeDocument {
			if s.slowest == nil || perMB(r) > perMB(s.slowest) {
				s.slowest = r
			}
			if s.largest == nil || r.memory > s.largest.memory {
				s.largest = r
			}
		}
	}
	for _, v := range verdicts {
		s.passed += one(v.passed)
	}
	return s
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// perMB is the processor time that a megabyte of the document cost.
func perMB(r *row) time.Duration { return time.Duration(float64(r.cpu) / (float64(r.bytes) / 1e6)) }

func (s *sums) targets(verdicts int, check time.Duration) []target {
	all := []target{{"check of an unchanged petstore below 300 ms", check.Round(time.Millisecond).String(), check < longestCheck}}
	if s.documents > 0 {
		all = append(all,
			target{"documents complete, with every operation", fmt.Sprintf("%d of %d", s.complete, s.documents), s.complete == s.documents},
			share("untyped below 0.5 % of schemas", s.untyped, s.schemas),
			share("untyped below 0.5 % of named schemas", s.untypedNamed, s.named),
			target{"at most 350 lines an operation", fmt.Sprintf("%.1f", float64(s.lines)/float64(max(s.served, 1))), s.lines <= mostLines*s.served},
			target{"no line over 160 columns", fmt.Sprintf("%d in %s", s.widest, s.widestAt), s.widest <= widestLine},
		)
	}
	if s.slowest != nil {
		all = append(all,
			target{"at most 1.5 s CPU a megabyte, documents above 2.5 MB", fmt.Sprintf("%s s in %s", seconds(perMB(s.slowest)), s.slowest.id), perMB(s.slowest) <= mostCPU},
			target{"at most 1 GiB, documents above 2.5 MB", fmt.Sprintf("%d MiB in %s", s.largest.memory>>20, s.largest.id), s.largest.memory <= mostMemory})
	}
	if verdicts > 0 {
		all = append(all, target{"hostile documents as the manifest says", fmt.Sprintf("%d of %d", s.passed, verdicts), s.passed == verdicts})
	}
	return all
}

// share is the target for how many schemas of some are untyped.
func share(name string, untyped, of int) target {
	return target{name, fmt.Sprintf("%d of %d (%.2f %%)", untyped, of, percent(untyped, of)), float64(untyped) < mostUntyped*float64(of)}
}

func percent(part, whole int) float64 { return 100 * float64(part) / float64(max(whole, 1)) }

// report prints the totals and what fails, and writes the tables.
func report(cfg *config, rows []row, verdicts []verdict, check time.Duration, stdout io.Writer) error {
	s := sum(cfg, rows, verdicts)
	var b strings.Builder
	fmt.Fprintf(&b, "documents %d: generated %d, compile %d, complete %d\n", s.documents, s.generated, s.compiles, s.complete)
	fmt.Fprintf(&b, "operations %d: served %d, in the client alone %d, isolated %d, missing %d\n", s.operations, s.served, s.unserved, s.isolated, s.missing)
	fmt.Fprintf(&b, "lines %d, generate %s s CPU for %.1f MB, compile %s s CPU\n", s.lines, seconds(s.cpu), float64(s.bytes)/1e6, seconds(s.compileCPU))
	fmt.Fprintf(&b, "findings %s\n", tally(s.classes))
	met := true
	for _, t := range s.targets(len(verdicts), check) {
		word := "met   "
		if !t.met {
			word, met = "MISSED", false
		}
		fmt.Fprintf(&b, "%s  %s: %s\n", word, t.what, t.figure)
	}
	totals := b.String()
	if err := writeTables(cfg, rows, verdicts, totals); err != nil {
		return err
	}
	var fails []string
	for i := range rows {
		if r := &rows[i]; !r.complete(!cfg.noBuild) {
			what := r.problem
			if n := r.missing(); n != 0 && what == "" {
				what = fmt.Sprintf("%d operations are missing: %d in the document, %d served, %d called, %d isolated", n, r.Operations, r.metrics.operations, r.metrics.calls, r.isolated)
			}
			if r.Fault != "" {
				what = "not counted: " + r.Fault
			}
			fails = append(fails, r.id+": "+short(what, 240))
		}
	}
	for i := range verdicts {
		if v := &verdicts[i]; !v.passed {
			fails = append(fails, "bad/"+v.id+": "+v.expect+": "+short(v.outcome, 240))
		}
	}
	slices.Sort(fails)
	for i := range rows {
		if r := &rows[i]; len(r.unserved) > 0 {
			fails = append(fails, fmt.Sprintf("%s: %d operations are not served: %s", r.id, len(r.unserved), short(strings.Join(r.unserved, " "), 240)))
		}
	}
	for _, line := range append(fails, s.disagree...) {
		fmt.Fprintln(&b, line)
	}
	fmt.Fprintf(&b, "tables: %s/table.tsv, table.md, bad.tsv\n", cfg.out)
	if _, err := io.WriteString(stdout, b.String()); err != nil {
		return err
	}
	if cfg.strict && !met {
		return errors.New("a target is missed")
	}
	return nil
}
