package suite

import (
	"compress/flate"
	"fmt"
	"strings"
)

// offers are those of the cases 13, the first of which is that of the cases 12. The client of the list says in all of them that it
// could do without a context and in a smaller window, if the server asks for that.
var offers = []string{
	canDo,
	canDo + "; server_no_context_takeover",
	canDo + "; server_max_window_bits=9",
	canDo + "; server_max_window_bits=15",
	canDo + "; server_no_context_takeover; server_max_window_bits=9",
	canDo + "; server_no_context_takeover; server_max_window_bits=15",
	canDo + "; server_no_context_takeover; server_max_window_bits=9, " + canDo + "; server_no_context_takeover, " + canDo,
}

const canDo = "permessage-deflate; client_no_context_takeover; client_max_window_bits"

// compression are the cases 12 and 13: messages of sizes, whole and in fragments. Neither end keeps the context of the messages before:
// the server answers so to every offer, asked or not, see agreedWindow.
func compression(messages int) (cases []wsCase) {
	for _, e := range compressed(messages) {
		path := deflatedPath
		if e.op == opBinary {
			path = deflatedBinaryPath
		}
		cases = append(cases, wsCase{id: e.id, path: path, offer: e.offer, run: e.run})
	}
	return cases
}

// A deflatedEcho is a case of compression: a message that is sent several times, compressed, and has to come back.
type deflatedEcho struct {
	id, offer string
	op        byte
	text      string
	fragment  int // bytes of a frame of the client, 0 for one frame
	messages  int
}

func compressed(messages int) (all []deflatedEcho) {
	sizes := []struct{ size, fragment int }{
		{16, 0},
		{64, 0},
		{256, 0},
		{1 << 10, 0},
		{4 << 10, 0},
		{8 << 10, 0},
		{16 << 10, 0},
		{32 << 10, 0},
		{64 << 10, 0},
		{128 << 10, 0},
		{8 << 10, 256},
		{16 << 10, 256},
		{32 << 10, 256},
		{64 << 10, 256},
		{128 << 10, 256},
		{128 << 10, 1 << 10},
		{128 << 10, 4 << 10},
		{128 << 10, 32 << 10},
	}
	add := func(section, offer string, op byte, text func(n int) string) {
		for i, s := range sizes {
			all = append(all, deflatedEcho{
				id: fmt.Sprintf("%s.%d", section, i+1), offer: offer, op: op, text: text(s.size), fragment: s.fragment, messages: messages,
			})
		}
	}
	for kind, text := range []func(n int) string{prose, func(n int) string { return quoted(strings.Repeat("a", n-2)) }, digits, noise, stars} {
		op := []byte{opText, opBinary, opBinary, opText, opBinary}[kind]
		add(fmt.Sprint("12.", kind+1), offers[0], op, text)
	}
	for i, offer := range offers {
		add(fmt.Sprint("13.", i+1), offer, opText, prose)
	}
	return all
}

// minDeflate is the size of the smallest message that the server compresses.
const minDeflate = 256

// comesDeflated reports whether the server has to compress the message: it does so for all that are large enough and shrink, and are
// not longer than a window that is smaller than the largest one.
func (e *deflatedEcho) comesDeflated(bits int) bool {
	n := len(e.text)
	fits := bits == largestWindow || n <= 1<<bits
	return n >= minDeflate && fits && len(deflate(e.text, flate.BestSpeed)) < n // the level is the server's: others shrink others
}

func (e *deflatedEcho) run(c *wsConn) error {
	bits, err := agreedWindow(e.offer, c.extensions)
	if err != nil {
		return err
	}
	back := c.expect
	if e.comesDeflated(bits) {
		back = func(op byte, want string) error { return c.expectDeflated(op, want, bits) }
	}
	data := deflate(e.text, flate.DefaultCompression)
	for range e.messages {
		c.send(e.op|bitRSV1, data, e.fragment)
		if err := back(e.op, e.text); err != nil {
			return err
		}
	}
	return c.goodbye()
}

// prose is text with words that repeat.
func prose(n int) string {
	words := []string{"connection", "waits", "for", "a", "worker", "and", "holds", "no", "buffer", "meanwhile"}
	var b strings.Builder
	for i := 0; b.Len() < n; i = i*7 + 3 {
		b.WriteString(words[(i>>3&0xff)%len(words)])
		b.WriteByte(' ')
	}
	return quoted(b.String()[:n-2])
}

// digits is a list of numbers.
func digits(n int) string {
	var b strings.Builder
	for i := 1; b.Len() < n; i++ {
		fmt.Fprint(&b, i*i%100_003, ",")
	}
	return b.String()[:n]
}

// noise is what hardly shrinks.
func noise(n int) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-"
	b := make([]byte, n-2)
	state := uint32(n)
	for i := range b {
		state = state*1664525 + 1013904223
		b[i] = letters[state>>26]
	}
	return quoted(string(b))
}
