package ir

import (
	"encoding/json"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/tornadogen/tornadogen/spec"
)

// socketText is what x-tornado-websocket says beside its messages.
type socketText struct {
	Subprotocols, Origins        []string
	PingInterval, MaxMessageSize json.RawMessage
	Compression                  bool
	Queue                        int64
	Slow                         string
}

// socket plans the WebSocket that an operation opens, nil where it opens none. What cannot be is left out with a warning.
func (b *builder) socket(source *spec.Operation) *Socket {
	given, said := source.Socket, source.Own.Get(spec.ExtensionSocket)
	if source.Key != "" {
		return nil // reportHookExtensions tells of one
	}
	if given == nil {
		if said != nil {
			b.badExtension(said.Loc, said.Name, "it is an object: {receive: SCHEMA, send: SCHEMA}")
		}
		return nil
	}
	switch {
	case source.Method != http.MethodGet:
		b.badExtension(given.Loc, spec.ExtensionSocket, "a WebSocket is opened by GET")
		return nil
	case given.Receive == nil && given.Send == nil:
		b.badExtension(given.Loc, spec.ExtensionSocket, "it has neither receive nor send")
		return nil
	}
	var text socketText
	if said == nil || json.Unmarshal(said.Text, &text) != nil {
		text = socketText{} // package spec has told of what is wrong
	}
	s := &Socket{
		Send: b.message(given.Send), Receive: b.message(given.Receive),
		Subprotocols: text.Subprotocols, Origins: text.Origins, Compression: text.Compression, Queue: text.Queue,
	}
	b.socketLimits(s, given.Loc, text)
	return s
}

// socketLimits reads what is said in numbers and words.
func (b *builder) socketLimits(s *Socket, loc spec.Location, text socketText) {
	bad := func(member, why string) { b.badExtension(loc, spec.ExtensionSocket+"/"+member, why) }
	if text.MaxMessageSize != nil {
		size, ok := byteSize(text.MaxMessageSize)
		if !ok || size > math.MaxInt32 {
			bad("maxMessageSize", "it is a number of bytes from 1 on, or a text: 64KiB")
			size = 0
		}
		s.MaxMessageSize = size
	}
	if text.PingInterval != nil {
		interval, ok := interval(text.PingInterval)
		if !ok {
			bad("pingInterval", "it is a duration from 1s on, 30s say, or 0 for no pings")
		}
		s.PingInterval = interval
	}
	if text.Queue > math.MaxInt32 {
		bad("queue", "it is a number of messages")
		s.Queue = 0
	}
	var ok bool
	if s.Slow, ok = slowNames[text.Slow]; !ok {
		bad("slow", "it is none of block, drop-oldest, drop-newest and close")
	}
	s.Subprotocols = slices.DeleteFunc(s.Subprotocols, func(p string) bool {
		if spec.IsToken(p) {
			return false
		}
		bad("subprotocols", quote(p)+" is no name of a protocol: it may have letters, digits, dots, dashes and the like")
		return true
	})
	s.Origins = slices.DeleteFunc(s.Origins, func(o string) bool {
		if isOrigin(o) {
			return false
		}
		bad("origins", quote(o)+" is no origin, as https://app.example.com is")
		return true
	})
}

// interval reads a text like 30s, or 0, which gives a negative duration, for none.
func interval(raw json.RawMessage) (time.Duration, bool) {
	text := string(raw)
	if json.Unmarshal(raw, &text) != nil {
		text = string(raw)
	}
	d, err := time.ParseDuration(text)
	switch {
	case err != nil || d < 0 || d > 0 && d < time.Second:
		return 0, false
	case d == 0:
		return -1, true
	}
	return d, true
}

// message plans the messages of one direction.
func (b *builder) message(s *spec.Schema) *Message {
	if s == nil || s.Never {
		return &Message{Use: Use{Go: runtimeType("Nothing")}}
	}
	core, _ := b.settle(s)
	if slices.Equal(typesOf(core), []string{"string"}) && core.Format == "binary" {
		m := &Message{Kind: MessageBinary, Use: newUse(&Type{Kind: KindBytes, Go: scalars[KindBytes]}, false, false)}
		m.Go = m.complete()
		return m
	}
	m := &Message{Kind: MessageJSON, Use: b.use(s, false)}
	m.Go = m.complete()
	return m
}

// messages are those of both directions.
func (s *Socket) messages() []*Message {
	if s == nil {
		return nil
	}
	return []*Message{s.Send, s.Receive}
}

// socketErrors are the responses of an operation that opens a WebSocket: all that are errors, the default among them. The answer is
// 101, which may be declared.
func (b *builder) socketErrors(op *spec.Operation) (errors []*spec.Response) {
	for _, r := range op.Responses {
		switch class(r.Status) {
		case 0, 4, 5:
			errors = append(errors, r)
		default:
			if r.Status != http.StatusSwitchingProtocols {
				b.badExtension(r.Loc, "the response", "the operation opens a WebSocket, which is answered with 101")
			}
		}
	}
	return errors
}

// isOrigin says whether a text is "*", or scheme and host, whose first label may be "*".
func isOrigin(text string) bool {
	if text == "*" {
		return true
	}
	scheme, host, found := strings.Cut(text, "://")
	u, err := url.Parse(scheme + "://" + strings.TrimPrefix(host, "*."))
	return found && err == nil && u.Host != "" && u.Path == "" && u.RawQuery == "" && u.Fragment == "" && u.User == nil && !strings.Contains(u.Host, "*")
}
