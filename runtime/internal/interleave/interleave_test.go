package interleave

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// add is a counter that loses what two add at once.
func add(r *Run, n *int) {
	v := *n
	r.Step("has read")
	*n = v + 1
}

func TestFindsWhatIsLost(t *testing.T) {
	scenario := func(r *Run) func() {
		n := 0
		for range 2 {
			r.Go("adder", func() { add(r, &n) })
		}
		return func() {
			if n != 2 {
				r.Failf("n is %d", n)
			}
		}
	}
	_, failure := explore(Options{Depth: 0, Orders: 10}, scenario)
	require.Empty(t, failure, "one after the other nothing is lost")
	_, failure = explore(Options{Depth: 1, Orders: 10}, scenario)
	require.Contains(t, failure, "n is 1\nin the order [{1 1}]:\n", "it takes one departure")
	_, random := explore(Options{Random: 100, Seed: 7}, scenario)
	require.Contains(t, random, "n is 1\nin the order of seed ")
	_, again := explore(Options{Random: 100, Seed: 7}, scenario)
	require.Equal(t, random, again, "a seed gives the same order")
}

// A wake-up that comes before the wait is lost: an actor waits for ever.
func TestFindsWhoWaitsForEver(t *testing.T) {
	_, failure := explore(Options{Depth: 1, Orders: 100}, func(r *Run) func() {
		waiting, woken := false, false
		r.Go("sleeper", func() {
			r.Step("is about to wait")
			waiting, woken = true, false
			r.Await("waits", func() bool { return woken })
		})
		r.Go("waker", func() {
			woken = true
			_ = waiting
		})
		return func() {
			if list := r.Waiting(); len(list) > 0 {
				r.Failf("still there: %v", list)
			}
		}
	})
	require.Contains(t, failure, "still there: [sleeper]")
}

// Every order of independent steps is tried once.
func TestTriesEveryOrderOnce(t *testing.T) {
	orders := make(map[string]int)
	tried, failure := explore(Options{Depth: 10, Orders: 1000}, func(r *Run) func() {
		order := ""
		for _, name := range []string{"a", "b", "c"} {
			r.Go(name, func() {
				order += name
				r.Step("goes on")
				order += name
			})
		}
		return func() { orders[order]++ }
	})
	require.Empty(t, failure)
	require.Len(t, orders, 90, "6! / (2! 2! 2!)")
	require.Equal(t, 90, tried)
}

// Whoever tries again and again lets the others go first.
func TestYield(t *testing.T) {
	tried, failure := explore(Options{Depth: 2, Orders: 1000}, func(r *Run) func() {
		done := false
		for range 2 {
			r.Go("spinner", func() {
				for !done {
					r.Yield("spins")
				}
			})
		}
		r.Go("worker", func() {
			r.Step("works")
			done = true
		})
		return func() {
			if len(r.Waiting()) > 0 {
				r.Failf("they spin for ever")
			}
		}
	})
	require.Empty(t, failure)
	require.Greater(t, tried, 10)
}
