package suite

import (
	"fmt"
	"strings"
)

// A wsCase is one case of the list of the Autobahn test suite: what the client does, and what has to come of it.
type wsCase struct {
	id    string
	path  string // of the socket
	offer string // of extensions
	run   func(c *wsConn) error
}

// The messages of a text socket are JSON: a text of the list travels as a string of it.
func quoted(s string) string { return `"` + s + `"` }

// stars is a message of n bytes, the quotes counted.
func stars(n int) string {
	if n < 2 {
		return "1"[:n]
	}
	return quoted(strings.Repeat("*", n-2))
}

const (
	textPath           = "/messages"
	binaryPath         = "/frames"
	deflatedPath       = "/deflated"
	deflatedBinaryPath = "/deflated-frames"
)

// WebSocket plays the list of the Autobahn test suite against the sockets at addr: framing, pings and pongs, reserved bits, opcodes,
// fragmentation, UTF-8, closing, limits and performance (9, 10), compression (12, 13) with so many messages a case.
func WebSocket(addr string, messages int) Result {
	b := newBoard("WebSocket", "case list of Autobahn", wsDifferences)
	cases := append(framing(), pings()...)
	cases = append(cases, reserved()...)
	cases = append(cases, fragmentation()...)
	cases = append(cases, texts()...)
	cases = append(cases, closing()...)
	cases = append(cases, large()...)
	cases = append(cases, compression(messages)...)
	each(cases, 8, func(one wsCase) {
		b.add(one.id, one.play(addr))
	})
	return b.close()
}

// wsDifferences are the cases that end in another way.
var wsDifferences = differ{
	"1.1.1": "a message is JSON, and an empty text is none: 1007",
	"6.1.1": "likewise",
	"6.1.2": "likewise",
	"6.7.1": "JSON has no control characters: 1007",
	"9.7.1": "as 1.1.1: an empty text is no JSON",
}

func (w *wsCase) play(addr string) error {
	c, err := dialWS(addr, w.path, w.offer)
	if err != nil {
		return err
	}
	defer c.close()
	return w.run(c)
}

// goodbye ends a socket that has to be in order still.
func (c *wsConn) goodbye() error {
	c.write(c.closing(1000, "done"))
	return c.ended(1000)
}

// echoes sends a message in fragments of the size, 0 for none, and wants it back.
func (c *wsConn) echoes(op byte, message string, fragment int) error {
	c.send(op, message, fragment)
	if err := c.expect(op, message); err != nil {
		return err
	}
	return c.goodbye()
}

// send sends a message in fragments of the size, 0 for none. first is the first byte of its first frame, without the bit of the end.
func (c *wsConn) send(first byte, message string, fragment int) {
	if fragment == 0 {
		c.write(c.part(bitFin|first, message))
		return
	}
	var all []byte
	for ; ; first = opContinuation {
		n := min(fragment, len(message))
		if n == len(message) {
			first |= bitFin
		}
		all = append(all, c.part(first, message[:n])...)
		if message = message[n:]; message == "" {
			c.write(all)
			return
		}
	}
}

// framing are the cases 1: messages of all sizes, whole and in pieces of TCP.
func framing() (cases []wsCase) {
	for i, n := range []int{0, 125, 126, 127, 128, 65535, 65536, 65536} {
		for kind, op := range []byte{opText, opBinary} {
			chop := 0
			if i == 7 {
				chop = 997
			}
			path := []string{textPath, binaryPath}[kind]
			cases = append(cases, wsCase{id: fmt.Sprintf("1.%d.%d", kind+1, i+1), path: path, run: func(c *wsConn) error {
				c.chop = chop
				return c.echoes(op, stars(n), 0)
			}})
		}
	}
	return cases
}

// pings are the cases 2.
func pings() []wsCase {
	long := strings.Repeat("\xfe", 125)
	ponged := func(payloads ...string) func(c *wsConn) error {
		return func(c *wsConn) error {
			for _, p := range payloads {
				c.write(c.ping(p))
			}
			for _, p := range payloads {
				if err := c.expect(opPong, p); err != nil {
					return err
				}
			}
			return c.goodbye()
		}
	}
	var ten []string
	for i := range 10 {
		ten = append(ten, fmt.Sprint("payload-", i))
	}
	runs := []func(c *wsConn) error{
		ponged(""), ponged("Hello, world!"), ponged("\x00\xff\xfe\xfd\xfc\xfb\x00\xff"), ponged(long),
		func(c *wsConn) error {
			c.write(c.ping(strings.Repeat("\xfe", 126)))
			return c.ended(1002)
		},
		func(c *wsConn) error {
			c.chop = 1
			return ponged(long)(c)
		},
		unasked(""), unasked("unsolicited pong payload"),
		func(c *wsConn) error {
			c.write(c.part(bitFin|opPong, "unsolicited"))
			return ponged("Hello")(c)
		},
		ponged(ten...),
		func(c *wsConn) error {
			c.chop = 1
			return ponged(ten...)(c)
		},
	}
	return numbered("2", textPath, runs)
}

// unasked sends a pong that nobody asked for.
func unasked(payload string) func(c *wsConn) error {
	return func(c *wsConn) error {
		c.write(c.part(bitFin|opPong, payload))
		return c.goodbye()
	}
}

func numbered(section, path string, runs []func(c *wsConn) error) (cases []wsCase) {
	for i, run := range runs {
		cases = append(cases, wsCase{id: fmt.Sprintf("%s.%d", section, i+1), path: path, run: run})
	}
	return cases
}

// failing sends a good message, if before, then a bad frame, then a ping, and wants the echo of the first, and the end.
func failing(before bool, bad func(c *wsConn) []byte, chop int) func(c *wsConn) error {
	return func(c *wsConn) error {
		c.chop = chop
		var all [][]byte
		if before {
			all = append(all, c.text(quoted("before")))
		}
		c.write(append(all, bad(c), c.ping("behind"))...)
		if before {
			if err := c.expect(opText, quoted("before")); err != nil {
				return err
			}
		}
		return c.ended(1002)
	}
}

// reserved are the cases 3, reserved bits, and 4, reserved opcodes.
func reserved() []wsCase {
	bad := func(first byte, payload string) func(c *wsConn) []byte {
		return func(c *wsConn) []byte { return c.part(first, payload) }
	}
	hello := quoted("Hello, world!")
	cases := numbered("3", textPath, []func(c *wsConn) error{
		failing(false, bad(bitFin|0x10|opText, hello), 0),
		failing(true, bad(bitFin|0x20|opText, hello), 0),
		failing(true, bad(bitFin|0x30|opText, hello), 0),
		failing(true, bad(bitFin|0x40|opText, hello), 1),
		failing(false, bad(bitFin|0x50|opBinary, "\x00\xff"), 0),
		failing(false, bad(bitFin|0x60|opPing, hello), 0),
		failing(false, bad(bitFin|0x70|opClose, ""), 0),
	})
	for group, from := range []byte{3, 11} {
		cases = append(cases, numbered(fmt.Sprint("4.", group+1), textPath, []func(c *wsConn) error{
			failing(false, bad(bitFin|from, ""), 0),
			failing(false, bad(bitFin|from+1, "reserved opcode payload"), 0),
			failing(true, bad(bitFin|from+2, ""), 0),
			failing(true, bad(bitFin|from+3, "reserved opcode payload"), 0),
			failing(true, bad(bitFin|from+4, "reserved opcode payload"), 1),
		})...)
	}
	return cases
}
