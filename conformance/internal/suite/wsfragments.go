package suite

import "fmt"

// fragmentation are the cases 5.
func fragmentation() []wsCase {
	first, second := `"fragment1`, `fragment2"`
	whole := first + second
	runs := []func(c *wsConn) error{
		fails(func(c *wsConn) { c.write(c.part(opPing, "fragment1"), c.part(bitFin|opContinuation, "fragment2")) }),
		fails(func(c *wsConn) { c.write(c.part(opPong, "fragment1"), c.part(bitFin|opContinuation, "fragment2")) }),
		joined(0, true, first, second), joined(0, false, first, second), joined(1, false, first, second),
		pinged(0, true, first, second), pinged(0, false, first, second), pinged(1, false, first, second),
		// A continuation without a beginning.
		stray(bitFin|opContinuation, 0, true), stray(bitFin|opContinuation, 0, false), stray(bitFin|opContinuation, 1, false),
		stray(opContinuation, 0, true), stray(opContinuation, 0, false), stray(opContinuation, 1, false),
		func(c *wsConn) error { // a message, and a continuation behind it
			c.write(c.part(opText, first), c.part(bitFin|opContinuation, second),
				c.part(opContinuation, "fragment3"), c.part(bitFin|opText, quoted("4")))
			if err := c.expect(opText, whole); err != nil {
				return err
			}
			return c.ended(1002)
		},
		twice(opContinuation), twice(bitFin | opContinuation),
		fails(func(c *wsConn) { c.write(c.part(opText, first), c.part(bitFin|opText, second)) }),
		func(c *wsConn) error { return five(c, 0, false) },
		func(c *wsConn) error { return five(c, 0, true) },
	}
	return numbered("5", textPath, runs)
}

// fails plays frames that break the protocol.
func fails(play func(c *wsConn)) func(c *wsConn) error {
	return func(c *wsConn) error {
		play(c)
		return c.ended(1002)
	}
}

// joined sends a message in two fragments, at once or not.
func joined(chop int, atOnce bool, first, second string) func(c *wsConn) error {
	return func(c *wsConn) error {
		c.chop = chop
		one, two := c.part(opText, first), c.part(bitFin|opContinuation, second)
		if atOnce {
			c.write(one, two)
		} else {
			c.write(one)
			c.write(two)
		}
		if err := c.expect(opText, first+second); err != nil {
			return err
		}
		return c.goodbye()
	}
}

// pinged is joined with a ping between the fragments.
func pinged(chop int, atOnce bool, first, second string) func(c *wsConn) error {
	return func(c *wsConn) error {
		c.chop = chop
		frames := [][]byte{c.part(opText, first), c.ping("pongme"), c.part(bitFin|opContinuation, second)}
		if atOnce {
			c.write(frames...)
		} else {
			for _, f := range frames {
				c.write(f)
			}
		}
		if err := c.expect(opPong, "pongme"); err != nil {
			return err
		}
		if err := c.expect(opText, first+second); err != nil {
			return err
		}
		return c.goodbye()
	}
}

// stray sends a continuation of nothing, and a message.
func stray(continuation byte, chop int, atOnce bool) func(c *wsConn) error {
	return fails(func(c *wsConn) {
		c.chop = chop
		one, two := c.part(continuation, "non-continuation payload"), c.text(quoted("Hello, world!"))
		if atOnce {
			c.write(one, two)
			return
		}
		c.write(one)
		c.write(two)
	})
}

// twice sends a continuation of nothing with a fragmented message behind it, and all of that again.
func twice(continuation byte) func(c *wsConn) error {
	return fails(func(c *wsConn) {
		for range 2 {
			c.write(c.part(continuation, "fragment1"), c.part(opText, `"fragment2`), c.part(bitFin|opContinuation, `fragment3"`))
		}
	})
}

// five sends a message in five fragments with pings between, the second of which may come late.
func five(c *wsConn, chop int, slowly bool) error {
	c.chop = chop
	parts := []string{`"fragment1`, "fragment2", "fragment3", "fragment4", `fragment5"`}
	c.write(c.part(opText, parts[0]), c.part(opContinuation, parts[1]), c.ping("pongme 1"))
	if slowly {
		if err := c.expect(opPong, "pongme 1"); err != nil {
			return err
		}
	}
	c.write(c.part(opContinuation, parts[2]), c.part(opContinuation, parts[3]), c.ping("pongme 2"), c.part(bitFin|opContinuation, parts[4]))
	if !slowly {
		if err := c.expect(opPong, "pongme 1"); err != nil {
			return err
		}
	}
	if err := c.expect(opPong, "pongme 2"); err != nil {
		return err
	}
	if err := c.expect(opText, `"fragment1fragment2fragment3fragment4fragment5"`); err != nil {
		return err
	}
	return c.goodbye()
}

// large are the cases 9, limits and performance, and 10.
func large() (cases []wsCase) {
	add := func(id string, op byte, run func(c *wsConn, op byte) error) {
		path := textPath
		if op == opBinary {
			path = binaryPath
		}
		cases = append(cases, wsCase{id: id, path: path, run: func(c *wsConn) error { return run(c, op) }})
	}
	for kind, op := range []byte{opText, opBinary} {
		for i, n := range []int{64 << 10, 256 << 10, 1 << 20, 4 << 20, 8 << 20, 16 << 20} {
			add(fmt.Sprintf("9.%d.%d", kind+1, i+1), op, func(c *wsConn, op byte) error { return c.echoes(op, stars(n), 0) })
		}
		for i, n := range []int{64, 256, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20, 4 << 20} {
			add(fmt.Sprintf("9.%d.%d", kind+3, i+1), op, func(c *wsConn, op byte) error { return c.echoes(op, stars(4<<20), n) })
		}
		for i, n := range []int{64, 128, 256, 512, 1024, 2048} {
			add(fmt.Sprintf("9.%d.%d", kind+5, i+1), op, func(c *wsConn, op byte) error {
				c.chop = n
				return c.echoes(op, stars(1<<20), 0)
			})
		}
		for i, n := range []int{0, 16, 64, 256, 1024, 4096} {
			add(fmt.Sprintf("9.%d.%d", kind+7, i+1), op, func(c *wsConn, op byte) error { return roundTrips(c, op, stars(n), 1000) })
		}
	}
	add("10.1.1", opText, func(c *wsConn, op byte) error { return c.echoes(op, stars(65536), 1300) })
	return cases
}

func roundTrips(c *wsConn, op byte, message string, count int) error {
	for range count {
		c.write(c.part(bitFin|op, message))
		if err := c.expect(op, message); err != nil {
			return err
		}
	}
	return c.goodbye()
}
