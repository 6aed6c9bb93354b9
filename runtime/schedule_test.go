package tornado

import (
	"context"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// clocked runs a test without a server, and with one.
func clocked(t *testing.T, test func(t *testing.T)) {
	t.Run("no server", test)
	t.Run("workers", func(t *testing.T) {
		start(t, newTestAPI(testHandlers{}))
		test(t)
	})
	t.Run("loop", func(t *testing.T) {
		start(t, newTestAPI(testHandlers{}), WithHandlersOnLoop())
		test(t)
	})
}

func TestPost(t *testing.T) {
	clocked(t, func(t *testing.T) {
		ran := make(chan bool)
		Post(func() { panic("posted") })
		Post(runtime.Goexit)
		Post(func() {
			Post(func() { ran <- true })
		})
		<-ran
	})
}

// What was posted runs on a worker, and the drain waits for it.
func TestPostHoldsTheDrain(t *testing.T) {
	r := start(t, newTestAPI(testHandlers{}))
	begun, let, stack := make(chan bool), make(chan bool), make(chan string, 1)
	Post(func() {
		buf := make([]byte, 8<<10)
		stack <- string(buf[:runtime.Stack(buf, false)])
		begun <- true
		<-let
	})
	<-begun
	require.Contains(t, <-stack, "worker.(*pool).do")
	r.Shutdown()
	select {
	case <-r.err:
		t.Fatal("the drain did not wait")
	case <-time.After(30 * time.Millisecond):
	}
	close(let)
	require.NoError(t, r.stop(t))
}

func TestAfter(t *testing.T) {
	clocked(t, func(t *testing.T) {
		begin := time.Now()
		ran := make(chan time.Duration, 2)
		var early atomic.Int32
		stopped := After(time.Millisecond, func() { early.Add(1) })
		long := After(time.Hour, func() {})
		timer := After(20*time.Millisecond, func() { ran <- time.Since(begin) })
		inTime := stopped.Stop() // or else the machine is slow
		require.False(t, stopped.Stop())
		require.GreaterOrEqual(t, <-ran, 20*time.Millisecond)
		require.False(t, timer.Stop(), "it has run")
		require.False(t, inTime && early.Load() > 0, "it was stopped")
		require.True(t, long.Stop())
	})
}

func TestEvery(t *testing.T) {
	clocked(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		const period = 10 * time.Millisecond
		begin := time.Now()
		ran := make(chan bool)
		var at, once atomic.Int32
		Every(ctx, period, func() {
			if at.Add(1) != 1 {
				t.Error("it runs twice at a time")
			}
			defer at.Add(-1)
			if once.Add(1) == 2 {
				defer func() { panic("once") }()
			}
			ran <- true
			time.Sleep(period / 2)
		})
		for range 10 {
			<-ran
		}
		took := time.Since(begin)
		require.Greater(t, took, 9*period, "ten periods, the first and the last up to a tenth early")
		cancel()
	})
}

// A call that takes longer than the period leaves out what was due meanwhile.
func TestEveryLeavesOut(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	const period = 4 * time.Millisecond
	starts := make(chan time.Time, 100)
	Every(ctx, period, func() {
		starts <- time.Now()
		time.Sleep(3 * period)
	})
	last := <-starts
	for range 3 {
		next := <-starts
		require.GreaterOrEqual(t, next.Sub(last), 3*period)
		last = next
	}
}

// What a server has timed goes on when it has ended, and moves to the next one.
func TestEveryOutlivesItsServer(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ran, later := make(chan string, 100), make(chan bool, 1)
	r := start(t, newTestAPI(testHandlers{}))
	Every(ctx, 5*time.Millisecond, func() {
		buf := make([]byte, 8<<10)
		ran <- string(buf[:runtime.Stack(buf, false)])
	})
	After(200*time.Millisecond, func() { later <- true })
	require.Contains(t, <-ran, "worker.(*pool).do")
	require.NoError(t, r.stop(t))
	for strings.Contains(<-ran, "worker.(*pool).do") {
	}
	<-later
	start(t, newTestAPI(testHandlers{}))
	for !strings.Contains(<-ran, "worker.(*pool).do") {
	}
}
