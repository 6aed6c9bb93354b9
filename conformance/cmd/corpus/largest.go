package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// howManyLargest is of how many documents, those with the most operations, the times are told beside the comparison.
const howManyLargest = 4

// largestRow is what one of the largest documents takes: medians.
type largestRow struct {
	document
	bytes             int64
	generate, compile compileTime
	memory            int64 // the most that generate held, in bytes
	lines             int
	fault             error // why there are no times
}

// timeLargest generates the packages of the largest documents, and compiles them as comparePeers does, several times.
func (s *shop) timeLargest(ctx context.Context, documents []document, rounds int) ([]largestRow, error) {
	documents = slices.Clone(documents)
	slices.SortStableFunc(documents, func(a, b document) int { return cmp.Compare(b.index, a.index) })
	var rows []largestRow
	for _, d := range documents[:min(howManyLargest, len(documents))] {
		r, err := s.timeOne(ctx, d, rounds)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		r.fault = err
		rows = append(rows, r)
		s.progress.step()
	}
	return rows, nil
}

func (s *shop) timeOne(ctx context.Context, d document, rounds int) (r largestRow, err error) {
	r = largestRow{document: d, bytes: size(d)}
	folder := s.folder("largest", d.id)
	var generating, compiling []compileTime
	for range rounds {
		g, err := s.generate(ctx, generateLimits, d.path, d.folder, folder)
		if err == nil && !g.child.ok() {
			err = errors.New(g.child.fault())
		}
		if err != nil {
			return r, err
		}
		generating = append(generating, compileTime{g.child.wall, g.child.cpu})
		r.memory, r.lines = max(r.memory, g.child.memory), g.metrics.lines
	}
	rel, err := filepath.Rel(s.out, folder)
	if err != nil {
		return r, err
	}
	env := append(s.workspace(), "GOMAXPROCS=2")
	for round := range rounds + 1 {
		if err := renew(folder, round); err != nil {
			return r, err
		}
		c := runChild(ctx, buildLimits, s.out, env, "go", "build", "-p", "2", "./"+filepath.ToSlash(rel))
		if ctx.Err() != nil || !c.ok() {
			return r, cmp.Or(ctx.Err(), errors.New(c.fault()))
		}
		if round > 0 { // the first one is that of what it imports
			compiling = append(compiling, compileTime{c.wall, c.cpu})
		}
	}
	r.generate, r.compile = medianOf(generating), medianOf(compiling)
	return r, nil
}

// largestTable is the rows as a person reads them.
func largestTable(rows []largestRow, rounds int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n## The largest documents\n\n`tornadogen generate`, and `go build` as above: medians of %d rounds, in seconds of processor time / of the clock.\n\n", rounds)
	b.WriteString("| document | operations | MiB | generate | at most in memory, MiB | lines | compile |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n")
	for _, r := range rows {
		if r.fault != nil {
			fmt.Fprintf(&b, "| %s | %d | %.1f | %s |\n", r.id, r.index, float64(r.bytes)/(1<<20), r.fault)
			continue
		}
		fmt.Fprintf(&b, "| %s | %d | %.1f | %s / %s | %d | %d | %s / %s |\n", r.id, r.index, float64(r.bytes)/(1<<20), seconds(r.generate.cpu), seconds(r.generate.wall),
			r.memory>>20, r.lines, seconds(r.compile.cpu), seconds(r.compile.wall))
	}
	return b.String()
}
