package worker

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestInterrupt(t *testing.T) {
	for name, before := range map[string]bool{"while it waits": false, "before it waits": true} {
		t.Run(name, func(t *testing.T) {
			entered, goOn := make(chan struct{}), make(chan struct{})
			failed := make(chan error, 1)
			s := newStage(t, newProbe(t, func(c *Conn, f *lines) Next {
				_, _ = c.Read(f.buf[:])
				close(entered)
				<-goOn
				_, err := c.ReadWait(f.buf[:], time.Time{})
				failed <- err
				n, err := c.ReadWait(f.buf[:], time.Time{})
				assert.NoError(t, err, "one interrupt ends one wait")
				assert.Equal(t, "y", string(f.buf[:n]))
				return Close
			}), Options{})
			p := s.dial()
			p.Send("x")
			<-entered
			c := s.conn()
			if before {
				c.Interrupt()
				close(goOn)
			} else {
				close(goOn)
				assert.Eventually(t, func() bool { return c.state.Load()&waitRead != 0 }, 5*time.Second, time.Millisecond)
				c.Interrupt()
			}
			assert.ErrorIs(t, <-failed, ErrInterrupted)
			p.Send("y")
			p.AwaitClosed()
		})
	}
}
