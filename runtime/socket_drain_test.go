package tornado

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tornadogen/tornadogen/runtime/internal/ws"
)

// drainingSockets is a server of sockets about to drain, and what its handlers see.
type drainingSockets struct {
	*running
	sockets chan *chatSocket
	heard   chan string // the messages
	sent    chan error  // of Send where it is the handler, or OnMessage, that floods
	ended   chan error  // what OnClose was given
}

// floods is the message upon which whoever is called with it sends more than the client takes.
const floods = "flood"

// startSockets serves sockets until the test ends, when no goroutine may be left. Their handlers loop over Messages, or set OnMessage, as the
// style says that the client asks for.
func startSockets(t *testing.T, options SocketOptions, opts ...Option) *drainingSockets {
	t.Helper()
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) })
	d := &drainingSockets{sockets: make(chan *chatSocket, 20), heard: make(chan string, 20), sent: make(chan error, 20), ended: make(chan error, 20)}
	d.running = start(t, chatAPI(options, func(ctx context.Context, s *chatSocket) error {
		s.OnClose = func(err error) { d.ended <- err }
		style := Raw(ctx).Header("X-Style")
		take := func(msg string) error {
			if msg != floods {
				d.heard <- msg
				return nil
			}
			d.sockets <- s
			err := flood(s, 4000)
			d.sent <- err
			return err
		}
		if style == "callback" {
			s.OnMessage = take
			d.sockets <- s
			return nil
		}
		if err := s.Send("hello"); err != nil {
			return err
		}
		d.sockets <- s
		for msg := range s.Messages() {
			if err := take(msg); err != nil {
				return err
			}
		}
		return s.Err()
	}), opts...)
	return d
}

// opens opens a socket whose handler is of a style.
func (d *drainingSockets) opens(t *testing.T, style string) (*socketPeer, *chatSocket) {
	t.Helper()
	p := open(t, d.dialer(), "X-Style: "+style+"\r\n")
	if style == "loop" {
		require.Equal(t, `"hello"`, p.next())
	}
	return p, <-d.sockets
}

// socketStyles are those of drainingSockets, and the options of their servers.
var socketStyles = map[string]struct {
	style string
	opts  []Option
}{
	"loop": {"loop", nil}, "callback": {"callback", nil}, "callback on the loop": {"callback", []Option{WithHandlersOnLoop()}},
}

const drains1001 = "websocket closed: 1001 (going away): the server drains"

// framePiece is a frame of a client that may be one of several.
func framePiece(op ws.Opcode, last bool, payload string) string {
	b := masked(op, payload)
	if !last {
		b[0] &^= 0x80 // FIN
	}
	return string(b)
}

// halfSaid are messages of which a client has sent the first part only.
var halfSaid = map[string]struct{ first, rest string }{
	"nothing":                  {},
	"a fragment":               {framePiece(ws.OpText, false, `"ab`), framePiece(0, true, `cd"`)},
	"a fragment and a half":    {framePiece(ws.OpText, false, `"ab`) + framePiece(0, true, `cd"`)[:7], framePiece(0, true, `cd"`)[7:]},
	"half of a frame":          {framePiece(ws.OpText, true, `"abcd"`)[:8], framePiece(ws.OpText, true, `"abcd"`)[8:]},
	"half of the head of one":  {framePiece(ws.OpText, true, `"abcd"`)[:1], framePiece(ws.OpText, true, `"abcd"`)[1:]},
	"half of the close itself": {framePiece(ws.OpClose, true, "\x03\xe8bye")[:3], framePiece(ws.OpClose, true, "\x03\xe8bye")[3:]},
}

// says sends bytes, and waits until the server has read them: it answers the ping before them.
func (p *socketPeer) says(text string) {
	p.t.Helper()
	p.writes(string(masked(ws.OpPing, "")) + text)
	require.Equal(p.t, "pong", strings.TrimSpace(p.next()))
}

func (p *socketPeer) writes(text string) {
	p.t.Helper()
	_, err := io.WriteString(p.Conn, text)
	require.NoError(p.t, err)
}

// ends expects the end, and does its part: the server lingers for it.
func (p *socketPeer) ends() {
	p.t.Helper()
	require.Equal(p.t, "end", p.next())
	require.NoError(p.t, p.Close())
}

// over expects nothing more than the end of the connection, in whatever way.
func (p *socketPeer) over() {
	p.t.Helper()
	rest, err := io.ReadAll(p.r)
	require.Empty(p.t, append(p.buf, rest...))
	require.NotErrorIs(p.t, err, os.ErrDeadlineExceeded)
}

// TestSocketDrainInsideOfAMessage: a client that has sent a part of a message when the drain begins is told by 1001. It may send the rest, which
// nobody is given any more, and close, or leave; one that does neither is cut with the drain.
func TestSocketDrainInsideOfAMessage(t *testing.T) {
	for name, c := range socketStyles {
		for what, said := range halfSaid {
			begun := func(t *testing.T, opts ...Option) (*drainingSockets, *socketPeer) {
				d := startSockets(t, SocketOptions{}, append(opts, c.opts...)...)
				p, _ := d.opens(t, c.style)
				p.says(said.first)
				d.Shutdown()
				p.closed(CloseGoingAway, "the server drains")
				return d, p
			}
			t.Run(name+", "+what+", then the rest", func(t *testing.T) {
				d, p := begun(t)
				p.writes(said.rest)
				if what != "half of the close itself" {
					p.send(ws.OpClose, string(ws.AppendClose(nil, CloseGoingAway, "")))
				}
				p.ends()
				require.NoError(t, d.stop(t))
				require.EqualError(t, <-d.ended, drains1001)
				assert.Empty(t, d.heard)
			})
			t.Run(name+", "+what+", and the client leaves", func(t *testing.T) {
				d, p := begun(t)
				p.Close()
				require.NoError(t, d.stop(t))
				require.EqualError(t, <-d.ended, drains1001)
				assert.Empty(t, d.heard)
			})
			t.Run(name+", "+what+", then nothing", func(t *testing.T) {
				d, p := begun(t, shortDrain)
				require.ErrorIs(t, d.stop(t), ErrCut)
				p.over()
				require.EqualError(t, <-d.ended, drains1001)
				assert.Empty(t, d.ended)
			})
		}
	}
}

// TestSocketDrainWithoutAnAnswer: clients that do not answer 1001 hold up the drain for as long as they have to answer, and no longer, whatever
// else they do; nothing has to be cut.
func TestSocketDrainWithoutAnAnswer(t *testing.T) {
	var all []*drainingSockets
	var peers []*socketPeer
	for name, c := range socketStyles {
		d := startSockets(t, SocketOptions{Queue: 10}, append([]Option{WithTimeouts(Timeouts{Drain: patience, Write: patience})}, c.opts...)...)
		all = append(all, d)
		for _, said := range halfSaid {
			p, _ := d.opens(t, c.style)
			p.says(said.first)
			peers = append(peers, p)
		}
		if name != "callback on the loop" {
			p, s := d.opens(t, c.style)
			d.fills(t, p, s, "another")
			p, s = d.opens(t, c.style)
			d.fills(t, p, s, "its handler")
		}
	}
	begun := time.Now()
	for _, d := range all {
		d.Shutdown()
	}
	for _, p := range peers {
		p.closed(CloseGoingAway, "the server drains")
	}
	for _, p := range peers {
		p.over()
	}
	for _, d := range all {
		require.NoError(t, d.stop(t))
		require.EqualError(t, <-d.ended, drains1001)
	}
	assert.GreaterOrEqual(t, time.Since(begun), closeWait)
	assert.Less(t, time.Since(begun), patience/2)
}

// fills has a client that does not read be sent more than there is room for, by its own handler or another goroutine, which waits then.
func (d *drainingSockets) fills(t *testing.T, p *socketPeer, s *chatSocket, who string) {
	t.Helper()
	smallBuffer(t, p.Conn)
	if who == "another" {
		go func() { d.sent <- flood(s, 4000) }()
	} else {
		p.say(floods)
		<-d.sockets
	}
	require.Eventually(t, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.backlog != nil && s.backlog.room != nil
	}, patience, time.Millisecond, "who sends waits")
}

// TestSocketDrainOfASlowReader: a client for which messages wait when the drain begins gets those that were taken for it, and 1001 behind them. One
// that does not read is cut with the drain. Who sends to it learns of its end.
func TestSocketDrainOfASlowReader(t *testing.T) {
	for _, style := range []string{"loop", "callback"} {
		for _, who := range []string{"another", "its handler"} {
			t.Run(fmt.Sprint(style, ", ", who, " sends, and it reads on"), func(t *testing.T) {
				d := startSockets(t, SocketOptions{Queue: 10})
				p, s := d.opens(t, style)
				d.fills(t, p, s, who)
				d.drains(t)
				n, text := 0, p.next()
				for ; strings.HasPrefix(text, fmt.Sprintf(`"%06d.`, n)); text = p.next() {
					n++
				}
				require.Equal(t, "close 1001 the server drains", text)
				require.Greater(t, n, 10)
				p.send(ws.OpClose, string(ws.AppendClose(nil, CloseGoingAway, "")))
				p.ends()
				require.NoError(t, d.stop(t))
				require.ErrorIs(t, <-d.sent, ErrSocketClosed)
				require.EqualError(t, <-d.ended, drains1001)
			})
			t.Run(fmt.Sprint(style, ", ", who, " sends, and it does not read"), func(t *testing.T) {
				d := startSockets(t, SocketOptions{Queue: 10}, shortDrain)
				p, s := d.opens(t, style)
				d.fills(t, p, s, who)
				require.ErrorIs(t, d.stop(t), ErrCut)
				require.ErrorIs(t, <-d.sent, ErrSocketClosed)
				require.EqualError(t, <-d.ended, drains1001)
				assert.Empty(t, d.ended)
				_ = p.Close()
			})
		}
	}
}

// TestSocketDrainOfAFlood: a client that goes on sending and does not answer 1001 has no longer for that than any other.
func TestSocketDrainOfAFlood(t *testing.T) {
	var all []*drainingSockets
	var floods sync.WaitGroup
	frames := bytes.Repeat(masked(ws.OpBinary, "x"), 60000)
	begun := time.Now()
	for _, c := range socketStyles {
		d := startSockets(t, SocketOptions{}, append([]Option{WithTimeouts(Timeouts{Drain: patience})}, c.opts...)...)
		all = append(all, d)
		p, _ := d.opens(t, c.style)
		d.Shutdown()
		p.closed(CloseGoingAway, "the server drains")
		floods.Go(func() {
			for _, err := p.Write(frames); err == nil; _, err = p.Write(frames) {
			}
		})
	}
	for _, d := range all {
		require.NoError(t, d.stop(t))
		require.EqualError(t, <-d.ended, drains1001)
	}
	floods.Wait()
	assert.Less(t, time.Since(begun), 2*closeWait)
}
