package worker

import (
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/tornadogen/tornadogen/runtime/internal/poll/polltest"
)

// TestShortWritesAtEveryByte: wherever a write stops, and whatever comes between it and the next, each byte arrives once.
func TestShortWritesAtEveryByte(t *testing.T) {
	const text = "hello, world"
	between := map[string][]polltest.Result{"at once": nil, "interrupted": {{Errno: syscall.EINTR}}}
	for name, write := range map[string]func(c *Conn) error{
		"Write":     func(c *Conn) error { return c.Write([]byte(text), time.Second) },
		"WriteLast": func(c *Conn) error { return c.WriteLast([]byte(text), time.Second) },
		"Writev": func(c *Conn) error {
			return c.Writev([][]byte{[]byte(text[:3]), {}, []byte(text[3:7]), []byte(text[7:])}, time.Second)
		},
		"Send": func(c *Conn) error { return c.Send([]byte(text), time.Second) },
		"layer": func(c *Conn) error {
			c.SetLayer(&turned{raw: c.Raw()})
			defer c.SetLayer(nil)
			return c.Writev([][]byte{turn([]byte(text[:3])), turn([]byte(text[3:]))}, time.Second)
		},
	} {
		for what, then := range between {
			t.Run(name+"/"+what, func(t *testing.T) {
				_, p, errs := writer(t, Options{}, write)
				for at := 1; at < len(text); at++ {
					script := append([]polltest.Result{{N: at}}, then...)
					for range text[at:] {
						script = append(script, append([]polltest.Result{{N: 1}}, then...)...)
					}
					p.ScriptWrite(script...)
					p.Send("x")
					assert.NoError(t, <-errs)
					assert.Equal(t, text, p.Received()[(at-1)*len(text):], "after %d bytes", at)
				}
			})
		}
		t.Run(name+"/full", func(t *testing.T) {
			_, p, errs := writer(t, Options{}, write)
			for at := 1; at < len(text); at++ {
				p.Window(at)
				p.Send("x")
				for range text[at:] {
					p.AwaitFull()
					p.Window(1)
				}
				assert.NoError(t, <-errs)
				assert.Equal(t, text, p.Received()[(at-1)*len(text):], "after %d bytes", at)
			}
		})
	}
}
