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
