package tornado

import (
	"bytes"
	"runtime"
	"slices"
	"strconv"
	"time"
)

// Running is a handler that runs: from when it is called until it has returned, and all that it was asked for is sent.
type Running struct {
	API       string        // the title of its API, "" for a handler that is mounted
	Operation *Operation    // nil for one that is mounted
	Path      string        // of the request, to one that is mounted; else ""
	For       time.Duration // that it runs
	Goroutine uint64        // as stack traces number them
	Stack     string        // of that goroutine, a few microseconds later; "" if it was not asked for, or the handler had returned
	Unstacked bool          // it was asked for its stack, and the process has too many goroutines: more than 20,000
}

// Running are the handlers that run, the slowest first, at most n of them, with their stacks if they are asked for: that stops the
// process for some microseconds for each of its goroutines, and is left out where it has more than 20,000. Nobody is found before Measure was called. Any goroutine.
func (s *Server) Running(n int, stacks bool) []Running {
	return slowest(s.calls(), n, stacks)
}

// calls are those of all APIs, and of mounted handlers.
func (s *Server) calls() []call {
	calls := s.measures.Load().calls()
	for _, a := range s.apis {
		calls = append(calls, a.measures.Load().calls()...)
	}
	return calls
}

// Running is that of a Server, for the handlers of an API that net/http serves.
func (a *API) Running(n int, stacks bool) []Running {
	return slowest(a.measures.Load().calls(), n, stacks)
}

func slowest(calls []call, n int, stacks bool) []Running {
	slices.SortFunc(calls, func(a, b call) int { return a.since.Compare(b.since) })
	calls = calls[:min(max(n, 0), len(calls))]
	all := make([]Running, len(calls))
	for i, c := range calls {
		all[i] = Running{Path: c.path, For: time.Since(c.since), Goroutine: c.goroutine}
		if c.match != nil {
			all[i].API, all[i].Operation = c.match.api.info.Title, c.match.op
		}
	}
	switch {
	case !stacks:
	case runtime.NumGoroutine() > mostTraced:
		for i := range all {
			all[i].Unstacked = true
		}
	default:
		addStacks(all)
	}
	return all
}

// mostTraced is how many goroutines there may be for stacks to be taken: that stops the process.
const mostTraced = 20_000

// addStacks looks the stacks of all up in one dump of the process.
func addStacks(all []Running) {
	if len(all) == 0 {
		return
	}
	at := make(map[string]*Running, len(all))
	for i := range all {
		at[strconv.FormatUint(all[i].Goroutine, 10)] = &all[i]
	}
	for trace := range bytes.SplitSeq(allStacks(), []byte("\n\n")) {
		number, _, _ := bytes.Cut(bytes.TrimPrefix(trace, []byte("goroutine ")), []byte(" "))
		if r := at[string(number)]; r != nil {
			r.Stack = string(trace)
		}
	}
}

// maxStacks is how many bytes of stack traces are looked through, stackGuess how many a goroutine has.
const (
	maxStacks  = 64 << 20
	stackGuess = 2 << 10
)

func allStacks() []byte {
	for size := min(max(1<<20, runtime.NumGoroutine()*stackGuess), maxStacks); ; size = min(2*size, maxStacks) {
		buf := make([]byte, size)
		if n := runtime.Stack(buf, true); n < size || size >= maxStacks {
			return buf[:n]
		}
	}
}
