// Package suite holds the public suites that the runtime is held against, from outside: over sockets, with bytes and clients that
// are not the runtime's own.
package suite

import (
	"fmt"
	"sort"
	"sync"
)

// A Result is what came of one suite.
type Result struct {
	Name, Source string
	Cases, Held  int
	// Differences are the cases that end in another way than the suite says, on purpose, each with its reason.
	Differences []string
	// Open are the cases that fail.
	Open []string
}

// Line is a row of the table.
func (r *Result) Line() string {
	return fmt.Sprintf("| %s | %s | %d | %d | %d | %d |", r.Name, r.Source, r.Cases, r.Held, len(r.Differences), len(r.Open))
}

// differ are the cases that may fail, with the reason: those of a suite that stand for a rule that is left open, or for what
// somebody else answers for.
type differ map[string]string

// a board collects the outcomes of cases, from any goroutine.
type board struct {
	mu     sync.Mutex
	result Result
	differ differ
	met    map[string]bool
}

func newBoard(name, source string, differ differ) *board {
	return &board{result: Result{Name: name, Source: source}, differ: differ, met: make(map[string]bool)}
}

func (b *board) add(id string, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.result.Cases++
	reason, listed := b.differ[id]
	switch {
	case err == nil && listed:
		b.result.Open = append(b.result.Open, id+": holds, and is listed as a difference")
	case err == nil:
		b.result.Held++
	case listed:
		b.result.Differences = append(b.result.Differences, id+": "+reason)
	default:
		b.result.Open = append(b.result.Open, fmt.Sprintf("%s: %v", id, err))
	}
	b.met[id] = true
}

// close returns the result. A difference that no case has shown is an error of the list.
func (b *board) close() Result {
	for id := range b.differ {
		if !b.met[id] {
			b.result.Open = append(b.result.Open, id+": is listed as a difference, and no case has that name")
		}
	}
	sort.Strings(b.result.Differences)
	sort.Strings(b.result.Open)
	return b.result
}

// each runs fn for every item, a few at a time.
func each[T any](items []T, atOnce int, fn func(T)) {
	var wg sync.WaitGroup
	gate := make(chan struct{}, atOnce)
	for _, item := range items {
		gate <- struct{}{}
		wg.Go(func() {
			defer func() { <-gate }()
			fn(item)
		})
	}
	wg.Wait()
}
