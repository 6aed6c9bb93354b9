package tornado

import (
	"context"
	"net/http"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestDeferredIsAnsweredInADrain(t *testing.T) {
	inEveryMode(t, func(t *testing.T, opts ...Option) {
		t.Parallel()
		api, replies := waiting()
		r := start(t, api, opts...)
		c := r.dial(t)
		c.send(askPoll)
		d := <-replies
		_, done := endOf(d)
		r.Shutdown()
		AnswerWith(d, "last", writeText)
		_, body := c.answer("GET")
		require.Equal(t, "last", body)
		c.ended()
		require.NoError(t, r.stop(t))
		require.True(t, <-done)
	})
}

func TestDeferredGivesUpInADrain(t *testing.T) {
	inEveryMode(t, func(t *testing.T, opts ...Option) {
		api, replies := waiting()
		r := start(t, api, opts...)
		c := r.dial(t)
		c.send(askPoll)
		d := <-replies
		d.After(time.Hour, func() bool { return AnswerStatus(d, 204) })
		r.Shutdown()
		res, _ := c.answer("GET")
		require.Equal(t, 204, res.StatusCode)
		c.ended()
		require.NoError(t, r.stop(t))
	})
}

func TestDeferredIsCutByADrain(t *testing.T) {
	inEveryMode(t, func(t *testing.T, opts ...Option) {
		api, replies := waiting()
		r := start(t, api, append(opts[:len(opts):len(opts)], WithTimeouts(Timeouts{Drain: 20 * time.Millisecond}))...)
		var ends []*atomic.Int32
		for range 20 {
			c := r.dial(t)
			c.send(askPoll)
			times, _ := endOf(<-replies)
			ends = append(ends, times)
		}
		require.ErrorIs(t, r.stop(t), ErrCut)
		for _, times := range ends {
			require.EqualValues(t, 1, times.Load())
		}
	})
}

func TestDeferredWhoseUserPanics(t *testing.T) {
	for name, poll := range map[string]func(d *Deferred){
		"handler":         func(*Deferred) { panic("handler") },
		"handler ends":    func(*Deferred) { runtime.Goexit() },
		"after":           func(d *Deferred) { d.After(0, func() bool { panic("after") }) },
		"encoding":        func(d *Deferred) { AnswerWith(d, "x", func(*Reply, string) { panic("encoding") }) },
		"encoding later":  func(d *Deferred) { go AnswerWith(d, "x", func(*Reply, string) { panic("encoding") }) },
		"encoding leaves": func(d *Deferred) { go AnswerWith(d, "x", func(*Reply, string) { runtime.Goexit() }) },
	} {
		t.Run(name, func(t *testing.T) {
			done := make(chan bool, 2)
			c := start(t, deferring(func(_ context.Context, d *Deferred) {
				d.OnDone(func() { panic("on done") })
				d.OnDone(func() { done <- d.Answered() })
				poll(d)
			})).dial(t)
			c.send(askPoll)
			res, body := c.answer("GET")
			require.Equal(t, 500, res.StatusCode)
			require.NotContains(t, body, "handler")
			require.True(t, res.Close)
			c.ended()
			require.True(t, <-done)
			require.Empty(t, done)
		})
	}
}

// What was answered before the handler panicked is the answer, and the connection ends.
func TestDeferredAnsweredBeforeThePanic(t *testing.T) {
	for name, end := range map[string]func(){"panic": func() { panic("late") }, "exit": runtime.Goexit} {
		t.Run(name, func(t *testing.T) {
			c := start(t, deferring(func(_ context.Context, d *Deferred) {
				AnswerWith(d, "first", writeText)
				end()
			})).dial(t)
			c.send(askPoll)
			res, body := c.answer("GET")
			require.Equal(t, "first", body)
			require.True(t, res.Close)
			c.ended()
		})
	}
}

func TestDeferredAborted(t *testing.T) {
	done := make(chan bool, 1)
	c := start(t, deferring(func(_ context.Context, d *Deferred) {
		d.OnDone(func() { done <- d.Answered() })
		panic(http.ErrAbortHandler)
	})).dial(t)
	c.send(askPoll)
	c.ended()
	<-done
}
