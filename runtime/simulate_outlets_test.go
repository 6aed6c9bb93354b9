//go:build loopcheck

package tornado

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/ws"
)

// addStreams enters operations whose handlers keep a stream of events, which they leave in the world: GET /watch/{policy}, each with
// room for one message.
func (w *world) addStreams(api *API) {
	for _, slow := range []SlowPolicy{SlowBlock, SlowDropOldest, SlowClose} {
		op := &Operation{
			ID: "watch-" + slow.String(), Method: "GET", Path: "/watch/" + slow.String(), Produces: []string{"text/event-stream"}, Kind: KindStream,
			Stream: &StreamOptions{Queue: 1, Slow: slow, Heartbeat: -1},
		}
		RegisterEvents(api, op, (*noRequest).decode, func(_ context.Context, _ noRequest, out *EventStream[string]) error {
			out.Keep()
			end := new(int)
			out.OnDone(func() { *end++ })
			w.streams, w.ends = append(w.streams, out), append(w.ends, end)
			w.Step("has kept a stream")
			return nil
		}, http.StatusOK, &textCodec)
	}
}

// addSockets enters operations that open sockets, which they leave in the world, and echo what comes: GET /chat/{policy} by OnMessage,
// GET /range by a loop. Each has room for one message.
func (w *world) addSockets(api *API) {
	add := func(path string, options SocketOptions, handle func(s *chatSocket) error) {
		op := &Operation{ID: path, Method: "GET", Path: path, Socket: &options}
		RegisterSocket(api, op, (*noRequest).decode, func(_ context.Context, _ noRequest, s *chatSocket) error {
			end := new(int)
			s.OnClose = func(error) { *end++ }
			w.sockets, w.ends = append(w.sockets, s), append(w.ends, end)
			w.Step("has a socket")
			return handle(s)
		}, sendText(), receiveText())
	}
	for _, slow := range []SlowPolicy{SlowBlock, SlowDropOldest, SlowClose} {
		add("/chat/"+slow.String(), SocketOptions{Queue: 1, Slow: slow}, func(s *chatSocket) error {
			s.OnMessage = s.Send
			return nil
		})
	}
	add("/range", SocketOptions{Queue: 1, Slow: SlowClose}, func(s *chatSocket) error {
		for msg := range s.Messages() {
			if err := s.Send(msg); err != nil {
				return err
			}
		}
		return s.Err()
	})
}

// sends adds an actor that sends messages to the first stream, and then calls then, which may be nil.
func (w *world) sends(name string, then func(out *EventStream[string]), messages ...string) {
	w.Go(name, func() {
		w.Await("waits for a stream", func() bool { return len(w.streams) > 0 || w.judged })
		if len(w.streams) == 0 {
			return
		}
		for _, m := range messages {
			w.Step("sends")
			_ = w.streams[0].Send(m) // a stream that has ended takes no more
		}
		if then != nil {
			w.Step("goes on")
			then(w.streams[0])
		}
	})
}

// withSocket adds an actor that does something with the first socket.
func (w *world) withSocket(name string, do func(s *chatSocket)) {
	w.Go(name, func() {
		w.Await("waits for a socket", func() bool { return len(w.sockets) > 0 || w.judged })
		if len(w.sockets) > 0 {
			do(w.sockets[0])
		}
	})
}

func events(messages ...string) string {
	var b strings.Builder
	for _, m := range messages {
		b.WriteString("data: " + m + "\n\n")
	}
	return b.String()
}

// streamScenarios are those of answers that go on.
var streamScenarios = []scenario{
	{"two send to a stream, and one of them closes it", func(w *world) {
		w.dial("a", halves(simGet("/watch/block")+simGet("/items/1")), events("x", "y")+"|"+events("y", "x")+"|"+events("x")+"|"+events("x")+"|"+events("x", "x"), `{"id":1}`)
		w.sends("one", closeStream, "x")
		w.sends("two", nil, "y")
	}},
	{"a stream is closed as soon as it is there", func(w *world) {
		w.dial("a", []string{simGet("/watch/block"), simGet("/items/1")}, "", `{"id":1}`)
		w.sends("one", closeStream)
		w.ending = true
	}},
	{"the client of a stream is slow, and who sends waits", func(w *world) {
		p := w.dial("a", []string{simGet("/watch/block"), simGet("/items/1")}, events("1", "2", "3"), `{"id":1}`)
		p.Window(20)
		w.sends("one", closeStream, "1", "2", "3")
		w.Go("taker", func() {
			w.Await("waits for a stream", func() bool { return len(w.streams) > 0 || w.judged })
			p.Window(180)
			w.Step("takes more")
			p.Window(-1)
		})
		w.ending = true
	}},
	{"the client of a stream is slow, and messages are dropped", func(w *world) {
		p := w.dial("a", []string{simGet("/watch/drop-oldest"), simGet("/items/1")},
			strings.Join([]string{events("1", "2", "3"), events("1", "3"), events("2", "3"), events("3")}, "|"), `{"id":1}`)
		p.Window(20)
		w.sends("one", closeStream, "1", "2", "3")
		w.Go("taker", func() {
			w.Await("waits for a stream", func() bool { return len(w.streams) > 0 || w.judged })
			p.Window(-1)
		})
		w.ending = true
	}},
	{"the client of a stream is too slow", func(w *world) {
		p := w.dial("a", []string{simGet("/watch/close")})
		p.left, w.ending = true, true
		p.judge = func(string) string { return "" }
		p.Window(20)
		w.sends("one", nil, "1", "2", "3")
	}},
	{"the client of a stream leaves", func(w *world) {
		p := w.dial("a", []string{simGet("/watch/block")})
		p.judge, w.ending = func(string) string { return "" }, true
		p.Window(20)
		w.sends("one", nil, "1", "2", "3")
		w.sends("end", func(*EventStream[string]) { p.Reset() })
	}},
	{"a stream is aborted while another sends", func(w *world) {
		p := w.dial("a", []string{simGet("/watch/drop-oldest")})
		p.judge, w.ending = func(string) string { return "" }, true
		w.sends("one", nil, "1", "2")
		w.sends("two", func(out *EventStream[string]) { out.Abort(nil) })
	}},
	{"the drain begins while a stream is sent to", func(w *world) {
		p := w.dial("a", []string{simGet("/watch/block")})
		p.judge = func(string) string { return "" }
		w.sends("one", closeStream, "1", "2")
		w.Go("drain", func() {
			w.Await("waits for a stream", func() bool { return len(w.streams) > 0 || w.judged })
			_ = w.engine.Drain(context.Background())
		})
		w.ending = true
	}},
}

// simHandshake asks for a socket.
func simHandshake(path string) string {
	return "GET " + path + " HTTP/1.1\r\n" + handshakeFields + "\r\n"
}

func simText(text string) string { return string(masked(ws.OpText, `"`+text+`"`)) }

// gets judges the frames that a client got: the messages in some order, but each of those of one sender, which begin with the same
// letter, behind the others of it; then the close frame, unless code is 0. With part, fewer will do.
func gets(part bool, code int, messages ...string) func(received string) string {
	return func(received string) string {
		head, rest, found := strings.Cut(received, "\r\n\r\n")
		if !found || !strings.HasPrefix(head, "HTTP/1.1 101 ") {
			if part {
				return ""
			}
			return "the handshake is not answered"
		}
		var parser ws.Parser
		var got []string
		closed := 0
		for rest != "" {
			n, ev, err := parser.Feed([]byte(rest), ws.Rules{Client: true})
			switch rest = rest[n:]; {
			case err != nil:
				return err.Error()
			case ev.Op == ws.OpClose:
				closed = ev.Code
			case ev.Op == ws.OpText:
				got = append(got, strings.Trim(string(ev.Data), `"`))
			}
		}
		for i, m := range got {
			if !slices.Contains(messages, m) || slices.Contains(got[:i], m) {
				return "got " + m
			}
			for _, before := range got[:i] {
				if before[0] == m[0] && before > m {
					return "out of order"
				}
			}
		}
		if !part && (len(got) != len(messages) || closed != code) {
			return fmt.Sprintf("got %q, closed with %d", got, closed)
		}
		return ""
	}
}

// simClose is the close frame of a client.
func simClose() string {
	return string(masked(ws.OpClose, string(ws.AppendClose(nil, CloseNormal, ""))))
}

// closesWhenClosed adds an actor that is the client's end: it answers a close frame.
func (w *world) closesWhenClosed(p *simPeer, code byte) {
	w.Go(p.name+" answers", func() {
		w.Await("waits for the close frame", func() bool { return strings.Contains(p.Received(), string([]byte{0x03, code})) || w.judged })
		p.Send(simClose())
	})
}

// closedInTime has a socket closed whose client does not answer that.
func closedInTime(path string) func(w *world) {
	return func(w *world) {
		p := w.dial("a", []string{simHandshake(path), simText("a")})
		p.judge = gets(true, CloseNormal, "a")
		w.withSocket("one", func(s *chatSocket) {
			_ = s.Close(CloseNormal, "")
			w.Await("waits for the end", func() bool { return *w.ends[0] == 1 || w.judged })
			if w.judged {
				w.Failf("it has not ended in its time")
			}
		})
		w.withSocket("clock", func(s *chatSocket) {
			w.Await("waits until it closes", func() bool { return s.state >= socketClosing || w.judged })
			for range 6 {
				w.Step("goes on")
				w.net.Advance(2 * time.Second)
			}
		})
	}
}

// drainedInTime has a drain begin when a socket's client has sent what text says; it does not answer the close frame.
func drainedInTime(path, text string) func(w *world) {
	return func(w *world) {
		p := w.dial("a", []string{simHandshake(path), text})
		p.judge = gets(true, CloseGoingAway, "a")
		w.withSocket("drain", func(*chatSocket) { _ = w.engine.Drain(context.Background()) })
		w.withSocket("clock", func(s *chatSocket) {
			w.Await("waits until it closes", func() bool { return s.state >= socketClosing || w.judged })
			for range 6 {
				w.Step("goes on")
				w.net.Advance(2 * time.Second)
			}
			w.Await("waits for the end", func() bool { return *w.ends[0] == 1 || w.judged })
			p.Reset() // nobody lingers for it
			w.Await("waits until it is closed", func() bool { return len(w.closed) == 1 || w.judged })
			if w.judged {
				w.Failf("it has not ended in its time")
			}
		})
	}
}

// socketScenarios are those of WebSockets.
var socketScenarios = []scenario{
	{"a socket echoes, and another sends", func(w *world) {
		p := w.dial("a", append([]string{simHandshake("/chat/block")}, halves(simText("a"))...))
		p.judge = gets(false, 0, "a", "b1", "b2")
		w.withSocket("one", func(s *chatSocket) {
			_ = s.Send("b1")
			_ = s.Send("b2")
		})
	}},
	{"a loop over messages echoes, and another sends", func(w *world) {
		p := w.dial("a", append([]string{simHandshake("/range")}, halves(simText("a"))...))
		p.judge = gets(false, 0, "a", "b")
		w.withSocket("one", func(s *chatSocket) { _ = s.Send("b") })
	}},
	{"the client of a socket is slow, and two wait", func(w *world) {
		p := w.dial("a", []string{simHandshake("/chat/block")})
		p.judge = gets(false, 0, "a1", "a2", "a3", "b1", "b2")
		p.Window(20)
		w.withSocket("one", func(s *chatSocket) {
			for _, m := range []string{"a1", "a2", "a3"} {
				_ = s.Send(m)
			}
		})
		w.withSocket("two", func(s *chatSocket) {
			_ = s.Send("b1")
			_ = s.Send("b2")
		})
		w.withSocket("taker", func(*chatSocket) {
			p.Window(150)
			w.Step("takes more")
			p.Window(-1)
		})
	}},
	{"the client of a socket is too slow", func(w *world) {
		p := w.dial("a", []string{simHandshake("/chat/close"), simText("z")})
		p.judge, w.ending = gets(true, 0, "z", "1", "2", "3"), true
		p.Window(20)
		w.withSocket("one", func(s *chatSocket) {
			for _, m := range []string{"1", "2", "3"} {
				_ = s.Send(m)
			}
		})
	}},
	{"a socket is closed, and the client answers", func(w *world) {
		p := w.dial("a", []string{simHandshake("/chat/block"), simText("a")})
		p.judge, w.ending = gets(true, CloseNormal, "a", "b"), true
		w.withSocket("one", func(s *chatSocket) {
			_ = s.Send("b")
			_ = s.Close(CloseNormal, "")
		})
		w.closesWhenClosed(p, 0xe8)
	}},
	{"a loop over messages is closed, and the client answers", func(w *world) {
		p := w.dial("a", []string{simHandshake("/range"), simText("a")})
		p.judge, w.ending = gets(true, CloseNormal, "a"), true
		w.withSocket("one", func(s *chatSocket) { _ = s.Close(CloseNormal, "") })
		w.closesWhenClosed(p, 0xe8)
	}},
	{"a socket is closed, and the client does not answer", closedInTime("/chat/block")},
	{"a loop over messages is closed, and the client does not answer", closedInTime("/range")},
	{"a loop over messages ends because the client is too slow", func(w *world) {
		p := w.dial("a", []string{simHandshake("/range"), simText("z")})
		p.judge, w.ending = gets(true, 0, "z", "1", "2", "3"), true
		p.Window(20)
		w.withSocket("one", func(s *chatSocket) {
			for _, m := range []string{"1", "2", "3"} {
				_ = s.Send(m)
			}
		})
	}},
	{"the client of a socket closes, and takes what waits later", func(w *world) {
		p := w.dial("a", []string{simHandshake("/chat/block"), simClose()})
		p.judge, w.ending = gets(true, CloseNormal, "b1", "b2"), true
		p.Window(140)
		w.withSocket("one", func(s *chatSocket) {
			_ = s.Send("b1")
			_ = s.Send("b2")
		})
		w.withSocket("taker", func(*chatSocket) {
			w.Step("takes more")
			p.Window(-1)
		})
	}},
	{"the client of a socket closes while another sends", func(w *world) {
		p := w.dial("a", []string{simHandshake("/chat/block"), simText("a") + simClose()})
		p.judge, w.ending = gets(true, CloseNormal, "a", "b1", "b2"), true
		w.withSocket("one", func(s *chatSocket) {
			_ = s.Send("b1")
			_ = s.Send("b2")
		})
	}},
	{"the client of a socket leaves while another sends", func(w *world) {
		p := w.dial("a", []string{simHandshake("/chat/block"), simText("a")})
		p.judge, w.ending = gets(true, 0, "a", "b1", "b2", "b3"), true
		p.Window(140)
		w.withSocket("one", func(s *chatSocket) {
			for _, m := range []string{"b1", "b2", "b3"} {
				_ = s.Send(m)
			}
		})
		w.withSocket("end", func(*chatSocket) { p.Reset() })
	}},
	{"the drain begins while a socket is sent to", func(w *world) {
		p := w.dial("a", []string{simHandshake("/chat/block"), simText("a")})
		p.judge, w.ending = gets(true, CloseGoingAway, "a", "b"), true
		w.withSocket("one", func(s *chatSocket) { _ = s.Send("b") })
		w.withSocket("drain", func(*chatSocket) { _ = w.engine.Drain(context.Background()) })
		w.closesWhenClosed(p, 0xe9)
	}},
	{"the drain begins, and the client of a socket does not answer", drainedInTime("/chat/block", simText("a"))},
	{"the drain begins, and the client of a socket has sent half a message", drainedInTime("/chat/block", simText("a")[:7])},
}

func closeStream(out *EventStream[string]) { out.Close() }
