package tornado

import (
	"context"
	"runtime"
	"sync"
	"testing"
	"time"
	"weak"

	"github.com/stretchr/testify/require"
)

// TestRequestsThatWaitHoldNoFrame: neither a request that waits for its answer nor the context of one that has ended keeps the memory of the
// worker that served it, nor does one frame keep another.
func TestRequestsThatWaitHoldNoFrame(t *testing.T) {
	const (
		requests = 64
		kept     = 16 // more than a loop and its workers keep for those that come
	)
	var (
		mu       sync.Mutex
		frames   []weak.Pointer[exchange]
		replies  []*Deferred
		contexts []context.Context
		goOn     = make(chan struct{})
	)
	r := start(t, deferring(func(ctx context.Context, d *Deferred) {
		mu.Lock()
		frames, replies, contexts = append(frames, weak.Make(Raw(ctx).exchange())), append(replies, d), append(contexts, ctx)
		mu.Unlock()
		<-goOn // so that each has a frame of its own
	}), WithLoops(1))
	alive := func() (n int) {
		for _, f := range frames {
			if f.Value() != nil {
				n++
			}
		}
		return n
	}
	few := func() bool {
		runtime.GC()
		return alive() <= kept
	}
	var clients []*peerConn
	for range requests {
		c := r.dial(t)
		c.send(askPoll)
		clients = append(clients, c)
	}
	require.Eventually(t, func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(frames) == requests
	}, patience, time.Millisecond)
	require.Equal(t, requests, alive())
	close(goOn)
	require.Eventually(t, few, patience, 10*time.Millisecond, "while they wait")
	for _, d := range replies {
		require.True(t, AnswerWith(d, "late", writeText))
	}
	for _, c := range clients {
		_, body := c.answer("GET")
		require.Equal(t, "late", body)
	}
	require.Eventually(t, few, patience, 10*time.Millisecond, "once they have ended")
	runtime.KeepAlive(contexts)
}
