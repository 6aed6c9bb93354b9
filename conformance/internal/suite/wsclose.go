package suite

import (
	"fmt"
	"strings"
)

// closing are the cases 7.
func closing() []wsCase {
	hello := quoted("Hello World!")
	cases := numbered("7.1", textPath, []func(c *wsConn) error{
		func(c *wsConn) error { return c.echoes(opText, hello, 0) },
		after(func(c *wsConn) []byte { return c.closing(1000, "again") }),
		after(func(c *wsConn) []byte { return c.ping("too late") }),
		after(func(c *wsConn) []byte { return c.text(hello) }),
		func(c *wsConn) error {
			c.write(c.part(opText, `"fragment1`), c.closing(1000, ""), c.part(bitFin|opContinuation, `fragment2"`))
			return c.ended(1000)
		},
		func(c *wsConn) error {
			big := stars(256 << 10)
			c.write(c.text(big), c.text(hello), c.closing(1000, ""), c.ping("too late"))
			if err := c.expect(opText, big); err != nil {
				return err
			}
			if err := c.expect(opText, hello); err != nil {
				return err
			}
			return c.ended(1000)
		},
	})
	payload := func(want uint16, payload string) func(c *wsConn) error {
		return func(c *wsConn) error {
			c.write(c.part(bitFin|opClose, payload))
			return c.ended(want)
		}
	}
	const normal = "\x03\xe8"
	cases = append(cases, numbered("7.3", textPath, []func(c *wsConn) error{
		payload(0, ""), payload(1002, "a"), payload(1000, normal), payload(1000, normal+"Hello World!"),
		payload(1000, normal+strings.Repeat("*", 123)), payload(1002, normal+strings.Repeat("*", 124)),
	})...)
	cases = append(cases, wsCase{id: "7.5.1", path: textPath, run: payload(1007, normal+"κόσμε\xed\xa0\x80edited")})
	codes := func(section string, want func(code uint16) uint16, list ...uint16) {
		for i, code := range list {
			cases = append(cases, wsCase{id: fmt.Sprintf("%s.%d", section, i+1), path: textPath, run: func(c *wsConn) error {
				c.write(c.closing(code, "reason"))
				return c.ended(want(code))
			}})
		}
	}
	same := func(code uint16) uint16 { return code }
	refused := func(uint16) uint16 { return 1002 }
	codes("7.7", same, 1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999)
	codes("7.9", refused, 0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999)
	codes("7.13", refused, 5000, 65535)
	return cases
}

// after sends something behind a close frame: nobody may answer it.
func after(late func(c *wsConn) []byte) func(c *wsConn) error {
	return func(c *wsConn) error {
		c.write(c.closing(1000, "first"), late(c))
		return c.ended(1000)
	}
}

// offers are those of the cases 13.
var offers = []string{
	"permessage-deflate",
	"permessage-deflate; server_no_context_takeover",
	"permessage-deflate; server_max_window_bits=9",
	"permessage-deflate; server_max_window_bits=15",
	"permessage-deflate; server_no_context_takeover; server_max_window_bits=9",
	"permessage-deflate; server_no_context_takeover; server_max_window_bits=15",
	"permessage-deflate; server_no_context_takeover; server_max_window_bits=9, permessage-deflate; server_no_context_takeover, permessage-deflate",
}

// compression are the cases 12 and 13: messages of sizes, whole and in fragments, with and without the context of those before.
func compression(messages int) (cases []wsCase) {
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
		path := deflatedPath
		if op == opBinary {
			path = deflatedBinaryPath
		}
		for i, s := range sizes {
			cases = append(cases, wsCase{
				id: fmt.Sprintf("%s.%d", section, i+1), path: path, offer: offer,
				run: func(c *wsConn) error { return deflated(c, op, text(s.size), s.fragment, messages) },
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
	return cases
}

// deflated sends messages compressed, and wants them back, compressed or not. The server has asked for no context in either direction.
func deflated(c *wsConn, op byte, text string, fragment, messages int) error {
	if !strings.Contains(c.extensions, "permessage-deflate") {
		return fmt.Errorf("no agreement on compression: %q", c.extensions)
	}
	d := newDeflater(!strings.Contains(c.extensions, "client_no_context_takeover"))
	for range messages {
		data := string(d.message(text))
		first, rest := op|bitRSV1, data
		var all []byte
		for {
			n := len(rest)
			if fragment > 0 {
				n = min(n, fragment)
			}
			bits := first
			if n == len(rest) {
				bits |= bitFin
			}
			all = append(all, c.part(bits, rest[:n])...)
			if first, rest = opContinuation, rest[n:]; rest == "" {
				break
			}
		}
		c.write(all)
		if err := c.expect(op, text); err != nil {
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

// digits is a list of numbers, in JSON.
func digits(n int) string {
	var b strings.Builder
	b.WriteByte('[')
	for i := 1; b.Len() < n-12; i++ {
		fmt.Fprint(&b, i*i%100_003, ",")
	}
	return b.String() + "0]"
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
