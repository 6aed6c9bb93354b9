package tornado

import (
	"testing"

	"github.com/tornadogen/tornadogen/runtime/internal/ws"
)

// discardWire takes everything.
type discardWire struct{ socketWire }

func (discardWire) trySend(b []byte) (int, error) { return len(b), nil }

// BenchmarkSocketEcho reads a message, checks it, and sends it back, without a connection.
func BenchmarkSocketEcho(b *testing.B) {
	op := &Operation{ID: "chat", Socket: &SocketOptions{}}
	settings := newSocketSettings(op, nil)
	newSocketKind(settings, sendText(), receiveText())
	s := &chatSocket{}
	s.settings, s.wire, s.state = settings, discardWire{}, socketOpen
	s.OnMessage = s.Send
	rd := takeUp(nil)
	raw := masked(ws.OpText, `"how are you today?"`)
	b.ReportAllocs()
	for b.Loop() {
		rd.r, rd.w = 0, copy(rd.buf, raw)
		ev, heard := s.message(rd)
		if heard != heardMessage {
			b.Fatal(heard)
		}
		s.deliver(ev, rd)
	}
}
