// Package interleave runs the goroutines of a test one at a time and chooses, wherever one may meet another, which goes on. So a
// test sees the orders that a machine shows once in a million, and sees each again by its number.
//
// A scenario makes the objects under test, whose code calls Step where another goroutine may come in between and Await where it
// blocks, and starts actors. Explore runs it again and again: in the order in which an actor goes on as long as it can, in every
// order that departs from that at up to Depth places, and in random orders by seed.
package interleave

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// Options of Explore.
type Options struct {
	Depth  int           // places at which an order departs from the first one
	Orders int           // orders that are tried at most, besides the random ones
	Random int           // random orders
	Seed   uint64        // of the first random one; each further one has the next
	Limit  time.Duration // no order is begun after it; half of it is for the random ones; 0: none
}

// Explore runs scenario in many orders, and fails t at the first that goes wrong. Scenario is called for each; it starts actors with
// Run.Go and returns what is called when all of them have ended or wait for ever, to judge the outcome and to end the objects
// under test.
func Explore(t *testing.T, o Options, scenario func(r *Run) (judge func())) {
	t.Helper()
	begin := time.Now()
	tried, failure := explore(o, scenario)
	if failure != "" {
		t.Fatal(failure)
	}
	t.Logf("%d orders in %v", tried, time.Since(begin).Round(time.Millisecond))
}

// explore tells how many orders it has tried, and what was wrong with the last one, "" for nothing.
func explore(o Options, scenario func(r *Run) func()) (tried int, failure string) {
	begin := time.Now()
	over := func() bool { return o.Limit > 0 && time.Since(begin) > o.Limit }
	half := func() bool { return over() || o.Random > 0 && o.Limit > 0 && time.Since(begin) > o.Limit/2 }
	planned := 0 // orders that are or were in the queue
	for queue := [][]departure{nil}; len(queue) > 0 && !half() && tried < o.Orders; tried++ {
		r := &Run{plan: queue[0]}
		queue = queue[1:]
		if failure = r.play(scenario); failure != "" {
			return tried + 1, failure
		}
		if planned < o.Orders {
			further := r.further(o.Depth)
			planned += len(further)
			queue = append(queue, further...)
		}
	}
	for n := range o.Random {
		if over() {
			break
		}
		seed := o.Seed + uint64(n)
		r := &Run{seed: seed, random: rand.New(rand.NewPCG(seed, 0))} //nolint:gosec // an order is to be found again
		if failure = r.play(scenario); failure != "" {
			return tried + 1, failure
		}
		tried++
	}
	return tried, ""
}

// departure is a place at which another actor goes on than the first one that could: the choice-th after it.
type departure struct{ place, choice int }

// Run is one run of a scenario. Its methods are called by the goroutines of the test, of which one runs at a time.
type Run struct {
	plan     []departure
	followed int // departures of plan
	seed     uint64
	random   *rand.Rand

	actors  []*actor
	current *actor
	places  []int // how many actors could go on at each place where there was a choice
	trace   []string
	faults  []string
	judging bool
	idle    chan struct{} // the last one that could go on has told that none can
}

type actor struct {
	name  string
	turn  chan struct{}
	ready func() bool // nil: it can go on
	ended bool

	yields bool // the others come first
}

// patience is how long a run waits for goroutines that are not its own before it takes its actors to be waiting for ever.
const patience = 5 * time.Second

// play runs scenario once, and says what is wrong with the outcome.
func (r *Run) play(scenario func(r *Run) func()) (failure string) {
	r.idle = make(chan struct{}, 1)
	judge := scenario(r)
	r.schedule(false)
	r.judging = true
	judge()
	if len(r.faults) == 0 {
		return ""
	}
	return strings.Join(r.faults, "\n") + "\nin the order " + r.name() + ":\n" + strings.Join(r.trace, "\n")
}

// further are the orders that depart from this one at one more place, behind all others.
func (r *Run) further(depth int) (plans [][]departure) {
	if len(r.plan) >= depth {
		return nil
	}
	first := 0
	if len(r.plan) > 0 {
		first = r.plan[len(r.plan)-1].place + 1
	}
	for place := first; place < len(r.places); place++ {
		for choice := 1; choice < r.places[place]; choice++ {
			plans = append(plans, append(r.plan[:len(r.plan):len(r.plan)], departure{place, choice}))
		}
	}
	return plans
}

// name tells how to find the order again.
func (r *Run) name() string {
	if r.random != nil {
		return fmt.Sprintf("of seed %d", r.seed)
	}
	return fmt.Sprint(r.plan)
}

// Failf records what is wrong.
func (r *Run) Failf(format string, args ...any) {
	r.faults = append(r.faults, fmt.Sprintf(format, args...))
}

// Go starts an actor. It runs when its turn comes.
func (r *Run) Go(name string, fn func()) {
	a := &actor{name: name, turn: make(chan struct{}, 1)}
	r.actors = append(r.actors, a)
	go func() {
		<-a.turn
		defer func() { // also when the actor ends its goroutine
			a.ended = true
			r.next(a)
		}()
		fn()
	}()
}

// Step is called by an actor where another one may come in between.
func (r *Run) Step(at string) {
	a := r.current
	if a == nil {
		return // while the scenario is set up
	}
	r.note(a, at)
	r.next(a)
}

// Await is called by an actor that goes on once ready holds.
func (r *Run) Await(at string, ready func() bool) {
	a := r.current
	if a == nil {
		return
	}
	r.note(a, at)
	a.ready = ready
	r.next(a)
	a.ready = nil
}

// Yield is Step for an actor that waits by trying again and again: the others come first.
func (r *Run) Yield(at string) {
	a := r.current
	if a == nil {
		return
	}
	r.note(a, at)
	a.yields = true
	r.next(a)
	a.yields = false
}

// Settle lets the actors run on, without departures, until none can. The judge calls it.
func (r *Run) Settle() { r.schedule(false) }

// Finish lets the actors run on until all have ended, and gives them some time for what others have to do before. The judge calls
// it.
func (r *Run) Finish() { r.schedule(true) }

func (r *Run) note(a *actor, at string) { r.trace = append(r.trace, "  "+a.name+": "+at) }

// schedule lets the actors run until none can go on; patiently, until all have ended.
func (r *Run) schedule(patiently bool) {
	for end := time.Now().Add(patience); ; {
		if a := r.choose(nil); a != nil {
			r.current = a
			a.turn <- struct{}{}
			<-r.idle
			r.current = nil
			end = time.Now().Add(patience)
			continue
		}
		if !patiently || r.ended() || time.Now().After(end) {
			return
		}
		runtime.Gosched() // for what the objects under test have left to goroutines of their own
	}
}

// ended reports whether every actor has.
func (r *Run) ended() bool {
	for _, a := range r.actors {
		if !a.ended {
			return false
		}
	}
	return true
}

// Waiting names the actors that have not ended, and what they wait for.
func (r *Run) Waiting() []string {
	var list []string
	for _, a := range r.actors {
		if !a.ended {
			list = append(list, a.name)
		}
	}
	return list
}

// next hands the turn on, and returns when it is a's again.
func (r *Run) next(a *actor) {
	to := r.choose(a)
	switch to {
	case a:
		return
	case nil:
		r.idle <- struct{}{}
	default:
		r.current = to
		to.turn <- struct{}{}
	}
	if !a.ended {
		<-a.turn
	}
}

// choose returns who goes on, nil if nobody can. The first choice is whoever runs, then the others in the order in which they were
// started, from the one behind it on.
func (r *Run) choose(running *actor) *actor {
	var able []*actor
	for _, a := range r.inTurn(running) {
		if !a.ended && (a.ready == nil || a.ready()) {
			able = append(able, a)
		}
	}
	switch len(able) {
	case 0:
		return nil
	case 1:
		return able[0]
	}
	if r.judging {
		return able[0]
	}
	place := len(r.places)
	r.places = append(r.places, len(able))
	choice := 0
	if r.random != nil {
		if r.random.IntN(2) == 0 {
			choice = r.random.IntN(len(able))
		}
	} else if r.followed < len(r.plan) && r.plan[r.followed].place == place {
		choice = r.plan[r.followed].choice
		r.followed++
	}
	if choice >= len(able) {
		r.Failf("the order cannot be followed: the scenario is not deterministic")
		choice = 0
	}
	if able[choice] != running {
		r.trace = append(r.trace, able[choice].name)
	}
	return able[choice]
}

// inTurn lists the actors, the first choice first.
func (r *Run) inTurn(running *actor) []*actor {
	at := slices.Index(r.actors, running)
	if at < 0 {
		return r.actors
	}
	list := make([]*actor, 0, len(r.actors))
	list = append(append(list, r.actors[at+1:]...), r.actors[:at]...)
	if running.yields {
		return append(list, running)
	}
	return append([]*actor{running}, list...)
}
