package debugpage

import (
	"cmp"
	"slices"
	"time"

	tornado "github.com/tornadogen/tornadogen/runtime"
)

// handlers are APIs that net/http serves.
type handlers []*tornado.API

// APIs implements source.
func (h handlers) APIs() []*tornado.API { return h }

// Measure implements source.
func (h handlers) Measure() {
	for _, a := range h {
		a.Measure()
	}
}

// Stats implements source.
func (h handlers) Stats() tornado.Stats {
	s := tornado.Stats{At: time.Now(), Bounds: make(map[tornado.Bound]uint64)}
	for _, a := range h {
		s.Operations = append(s.Operations, a.Stats()...)
		for b, n := range a.BoundsMet() {
			s.Bounds[b] += n
		}
	}
	return s
}

// Running implements source.
func (h handlers) Running(n int, stacks bool) (all []tornado.Running) {
	for _, a := range h {
		all = append(all, a.Running(n, stacks)...)
	}
	slices.SortFunc(all, func(a, b tornado.Running) int { return cmp.Compare(b.For, a.For) })
	return all[:min(n, len(all))]
}
