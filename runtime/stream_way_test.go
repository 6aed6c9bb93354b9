package tornado

import (
	"context"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestStreamsGiveWay: handlers that send as fast as they can, to clients that take it all, take turns; so others come to theirs as well.
func TestStreamsGiveWay(t *testing.T) {
	before := runtime.GOMAXPROCS(1)
	t.Cleanup(func() { runtime.GOMAXPROCS(before) })
	const many, sends = 8, 150 // so little that a socket holds it, of each family, while nobody reads
	// However fast they are sent, all of one take longer than a slice, and less than one of Go's own.
	const each = 10 * time.Microsecond
	var ready, done sync.WaitGroup
	ready.Add(many)
	done.Add(many)
	begin := make(chan struct{})
	var mu sync.Mutex
	var order []context.Context // who has sent, each time
	api := watching(nil, func(ctx context.Context, out *EventStream[string]) error {
		defer done.Done()
		ready.Done()
		<-begin
		for range sends {
			for began := time.Now(); time.Since(began) < each; { //nolint:revive // a block that sleeps would give the processor away, which is what is tested
			}
			if err := out.Send("a"); err != nil {
				return err
			}
			mu.Lock()
			order = append(order, ctx)
			mu.Unlock()
		}
		return nil
	})
	r := start(t, api)
	for range many {
		r.dial(t).send(askWatch)
	}
	ready.Wait()
	close(begin)
	done.Wait()
	require.Equal(t, many*sends, len(order)) //nolint:testifylint // it would print them all
	longest, run := 0, 0
	for i := range order {
		if run++; i > 0 && order[i] != order[i-1] {
			run = 1
		}
		longest = max(longest, run)
	}
	assert.Less(t, longest, sends)
}
