package worker

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestCut ends a connection whoever owns it, and who waits to write to it.
func TestCut(t *testing.T) {
	for name, next := range map[string]Next{"idle": Idle, "parked": Park} {
		t.Run(name, func(t *testing.T) {
			_, p, c := idleConn(t, next)
			p.Window(1)
			sent := make(chan error, 1)
			go func() { sent <- c.Send([]byte("ab"), 0) }()
			await(t, func() bool { return c.state.Load()&waitWrite != 0 }, "it waits")
			c.Cut()
			c.Cut()
			require.Error(t, <-sent)
			p.AwaitClosed()
		})
	}
	t.Run("busy", func(t *testing.T) {
		s, p, errs := writer(t, Options{}, func(c *Conn) error { return c.Write([]byte(strings.Repeat("x", 10)), 0) })
		p.Window(1)
		p.Send("x")
		await(t, func() bool { return s.conn().state.Load()&waitWrite != 0 }, "it waits")
		s.conn().Cut()
		require.Error(t, <-errs)
		p.AwaitClosed()
	})
}
