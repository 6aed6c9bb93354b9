// Package sse turns events into the text of an event stream, and such a text back into events, as the HTML standard defines
// it (section 9.2, server-sent events). It performs no I/O.
//
//	b = sse.AppendEvent(b, sse.Event{ID: "7", Name: "sold", Data: data})
//
//	for len(text) > 0 {
//		n, ev, err := p.Feed(text) // ev is nil where more is needed
//		text = text[n:]
//	}
package sse
