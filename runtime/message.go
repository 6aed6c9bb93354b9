package tornado

import "sync"

// Message is a value on its way to many: streams, sockets and deferred replies, which encode it once for all of a kind and share the
// bytes. It is immutable, and safe for concurrent use; what Data holds must not be changed either.
type Message[T any] struct {
	// ID names the message in its feed, "" where it has no name. An event stream sends it, and a client that comes back tells it in
	// Last-Event-ID.
	ID   string
	Data T

	mu    sync.Mutex
	forms []messageForm // guarded by mu
}

// messageForm is a message as one kind of receiver sends it.
type messageForm struct {
	kind  any // what tells the receivers that share it
	bytes any
	err   error
}

// formOf returns what encode has made of m for receivers of a kind, and calls it for the first of them.
func formOf[T, Form any](m *Message[T], kind any, encode func() (Form, error)) (Form, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, f := range m.forms {
		if f.kind == kind {
			return f.bytes.(Form), f.err
		}
	}
	form, err := encode()
	m.forms = append(m.forms, messageForm{kind, form, err})
	return form, err
}
