package suite

import (
	"encoding/hex"
	"fmt"
	"strings"
)

// texts are the cases 6: UTF-8. What stands in the list travels inside of a JSON string.
func texts() []wsCase {
	const kosme = "κόσμε"
	mixed := "Hello-µ@ßöäüàá-UTF-8!!"
	cases := numbered("6.1", textPath, []func(c *wsConn) error{
		func(c *wsConn) error { return c.echoes(opText, "", 0) },
		func(c *wsConn) error {
			c.write(c.part(opText, ""), c.part(opContinuation, ""), c.part(bitFin|opContinuation, ""))
			if err := c.expect(opText, ""); err != nil {
				return err
			}
			return c.goodbye()
		},
		func(c *wsConn) error {
			c.write(c.part(opText, ""), c.part(opContinuation, quoted("middle frame payload")), c.part(bitFin|opContinuation, ""))
			if err := c.expect(opText, quoted("middle frame payload")); err != nil {
				return err
			}
			return c.goodbye()
		},
	})
	cases = append(cases, numbered("6.2", textPath, []func(c *wsConn) error{
		valid(mixed, 0), valid(mixed, 7), valid(mixed, 1), valid(kosme, 1),
	})...)
	bad := kosme + "\xed\xa0\x80edited"
	cases = append(cases, numbered("6.3", textPath, []func(c *wsConn) error{invalid(bad, 0), invalid(bad, 1)})...)
	cases = append(cases, numbered("6.4", textPath, []func(c *wsConn) error{
		early(`"`+kosme, "\xf4\x90\x80\x80", false), early(`"`+kosme+"\xf4", "\x90", false),
		early(`"`+kosme, "\xf4\x90\x80\x80", true), early(`"`+kosme+"\xf4", "\x90", true),
	})...)
	for _, group := range utf8Groups() {
		for i, text := range group.texts {
			run := invalid(text, 0)
			if group.valid == nil || group.valid(i) {
				run = valid(text, 0)
			}
			cases = append(cases, wsCase{id: fmt.Sprintf("6.%d.%d", group.section, i+1), path: textPath, run: run})
		}
	}
	return cases
}

// valid demands that a text comes back.
func valid(text string, fragment int) func(c *wsConn) error {
	return func(c *wsConn) error { return c.echoes(opText, quoted(text), fragment) }
}

// invalid demands 1007, whole and in fragments of a byte.
func invalid(text string, fragment int) func(c *wsConn) error {
	return func(c *wsConn) error {
		c.send(opText, quoted(text), fragment)
		return c.ended(1007)
	}
}

// early demands 1007 before the message is whole: at the frame that cannot become valid, or inside of it.
func early(first, second string, inside bool) func(c *wsConn) error {
	return func(c *wsConn) error {
		if inside {
			whole := c.part(bitFin|opText, first+second+"edited and more")
			c.write(whole[:len(whole)-10])
		} else {
			c.write(c.part(opText, first), c.part(opContinuation, second))
		}
		return c.ended(1007)
	}
}

// A utf8Group is a section of Markus Kuhn's list.
type utf8Group struct {
	section int
	valid   func(i int) bool // nil: all of them
	texts   []string
}

func never(int) bool { return false }

func utf8Groups() []utf8Group {
	only := func(list ...int) func(i int) bool {
		return func(i int) bool {
			for _, n := range list {
				if n == i+1 {
					return true
				}
			}
			return false
		}
	}
	missing := bytesOf("c0", "e080", "f08080", "f8808080", "fc80808080", "df", "efbf", "f7bfbf", "fbbfbfbf", "fdbfbfbfbf")
	return []utf8Group{
		{5, nil, []string{"κόσμε", "κόσμ", "κό", "κ", "Grüße, 世界, 🌍"}},
		{6, only(2, 5, 7, 9, 11), prefixes()},
		{7, nil, bytesOf("00", "c280", "e0a080", "f0908080")},
		{8, never, bytesOf("f888808080", "fc8480808080")},
		{9, nil, bytesOf("7f", "dfbf", "efbfbf", "f48fbfbf")},
		{10, never, bytesOf("f7bfbfbf", "fbbfbfbfbf", "fdbfbfbfbfbf")},
		{11, only(1, 2, 3, 4), bytesOf("ed9fbf", "ee8080", "efbfbd", "f48fbfbf", "f4908080")},
		{12, never, append(bytesOf("80", "bf", "80bf", "80bf80", "80bf80bf", "80bf80bf80", "80bf80bf80bf"), span(0x80, 0xbe, ""))},
		{13, never, []string{span(0xc0, 0xdf, " "), span(0xe0, 0xef, " "), span(0xf0, 0xf7, " "), span(0xf8, 0xfb, " "), span(0xfc, 0xfd, " ")}},
		{14, never, missing},
		{15, never, []string{strings.Join(missing, "")}},
		{16, never, bytesOf("fe", "ff", "fefeffff")},
		{17, never, bytesOf("c0af", "e080af", "f08080af", "f8808080af", "fc80808080af")},
		{18, never, bytesOf("c1bf", "e09fbf", "f08fbfbf", "f887bfbfbf", "fc83bfbfbfbf")},
		{19, never, bytesOf("c080", "e08080", "f0808080", "f880808080", "fc8080808080")},
		{20, never, bytesOf("eda080", "edadbf", "edae80", "edafbf", "edb080", "edbe80", "edbfbf")},
		{21, never, bytesOf("eda080edb080", "eda080edbfbf", "edadbfedb080", "edadbfedbfbf", "edae80edb080", "edae80edbfbf", "edafbfedb080", "edafbfedbfbf")},
		{22, nil, nonCharacters()},
		{23, nil, bytesOf("efbfb9", "efbfba", "efbfbb", "efbfbc", "efbfbd", "efbfbe", "efbfbf")},
	}
}

func bytesOf(list ...string) (out []string) {
	for _, text := range list {
		b, err := hex.DecodeString(text)
		if err != nil {
			panic(err)
		}
		out = append(out, string(b))
	}
	return out
}

// prefixes are the beginnings of a text, byte by byte.
func prefixes() (out []string) {
	const kosme = "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5"
	for i := range len(kosme) {
		out = append(out, kosme[:i+1])
	}
	return out
}

// span are the bytes from one to another with something behind each.
func span(from, to byte, behind string) string {
	var b strings.Builder
	for c := int(from); c <= int(to); c++ {
		b.WriteByte(byte(c))
		b.WriteString(behind)
	}
	return b.String()
}

// nonCharacters are the last two code points of each plane.
func nonCharacters() (out []string) {
	for plane := range rune(17) {
		out = append(out, string(plane<<16|0xfffe), string(plane<<16|0xffff))
	}
	return out
}
