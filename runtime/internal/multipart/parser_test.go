package multipart

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// bodies are with the boundary B, and what is told of them: a header in brackets, its content, and how it ends.
var bodies = map[string]struct{ body, told string }{
	"one part":                            {"--B\r\nA: b\r\n\r\nc\r\n--B--\r\n", `[A: b] "c"; end`},
	"several fields":                      {"--B\r\nA: b\r\nC:d\r\nA:\t e \r\n\r\n\r\n--B--", `[A: b, C: d, A: e] ""; end`},
	"preamble and epilogue":               {"pre\r\n--Bx\r\n--B -\r\n --B\r\n--B\r\n\r\nc\r\n--B--\r\n--B\r\n\r\nd", `[] "c"; end`},
	"no part":                             {"--B--\r\n", `end`},
	"no part, no line end":                {"--B--", `end`},
	"preamble, no part":                   {"x\r\n--B-- \t\r\n", `end`},
	"padding":                             {"--B \t \r\n\r\nc\r\n--B\t\r\n\r\nd\r\n--B-- \t", `[] "c"; [] "d"; end`},
	"no header, no content":               {"--B\r\n\r\n--B\r\n\r\n\r\n--B--\r\n", `[] ""; [] ""; end`},
	"no content behind a header":          {"--B\r\nA: b\r\n\r\n--B--\r\n", `[A: b] ""; end`},
	"content of line ends":                {"--B\r\n\r\n\r\n\r\n\r\n--B--", `[] "\r\n\r\n"; end`},
	"the boundary within":                 {"--B\r\n\r\n--BB\r\n--Bb\r\n--B-\r\n--B-x --B\r--B\n--B\r\n --B\r\n--B--", `[] "--BB\r\n--Bb\r\n--B-\r\n--B-x --B\r--B\n--B\r\n --B"; end`},
	"line ends on line ends":              {"--B\r\n\r\n\r\r\n\r\n-\r\n\r\r\n--B--", `[] "\r\r\n\r\n-\r\n\r"; end`},
	"LF":                                  {"\r\n--B\nA: b\n\nc\r\nd\r\n--B\n\n\n--B--\n", `[A: b] "c\r\nd\r"; [] ""; end`},
	"LF in a header":                      {"--B\r\nA: b\nC: d\n\nc\r\n--B--", `[A: b, C: d] "c"; end`},
	"LF behind a content is no delimiter": {"--B\r\n\r\nc\n--B\r\nd\r\n--B--", `[] "c\n--B\r\nd"; end`},
	"LF behind another delimiter":         {"--B\r\n\r\nc\r\n--B\n\r\nd\r\n--B--", `[] "c"; malformed delimiter line: "--B\n"`},
	"CRLF where it was LF":                {"--B\n\nc\n--B--\r\n", `[] "c"; malformed delimiter line: "--B--\r\n"`},
	"LF behind the last without a first":  {"--B--\n", `unexpected EOF`},
	"a delimiter that goes on":            {"--B\r\n\r\nc\r\n--B d\r\n--B--", `[] "c"; malformed delimiter line: "--B d\r\n"`},
	"a last delimiter that goes on":       {"--B\r\n\r\nc\r\n--B--d\r\n", `[] "c"; malformed delimiter line: "--B--d\r\n"`},
	"folded": {
		"--B\r\nA: b\r\n c\r\n\t d \r\nE:\r\n \r\n f: g\r\nH: i \r\n \r\n\r\n\r\n--B--",
		`[A: b c d, E: f: g, H: i ] ""; end`,
	},
	"folded from the beginning": {"--B\r\n A: b\r\n\r\n\r\n--B--", `malformed MIME header initial line: " A: b"`},
	"no colon":                  {"--B\r\nA: b\r\nno\r\n : c\r\n\r\n\r\n--B--", `malformed MIME header: missing colon: "no"`},
	"no name":                   {"--B\r\n: b\r\n\r\n\r\n--B--", `malformed MIME header line: ": b"`},
	"a name that is none":       {"--B\r\nA(: b\r\n\r\n\r\n--B--", `malformed MIME header line: "A(: b"`},
	"a name with a space":       {"--B\r\nA : b\r\n\r\n\r\n--B--", `[A : b] ""; end`},
	"CR in a value":             {"--B\r\nA: b\r\r\n\r\n\r\n--B--", `malformed MIME header line: "A: b\r"`},
	"a value of other bytes":    {"--B\r\nA: \xff\t\xc3\xa4\r\n\r\n\r\n--B--", "[A: \xff\tä] \"\"; end"},
	"nothing":                   {"", `unexpected EOF`},
	"no delimiter":              {"a\r\nb", `unexpected EOF`},
	"ends behind a delimiter":   {"--B\r\n", `unexpected EOF`},
	"ends within a delimiter":   {"--B\r\n\r\nc\r\n--B", `[] "c"; unexpected EOF`},
	"ends within the last":      {"--B\r\n\r\nc\r\n--B-", `[] "c\r\n--B-" unexpected EOF`},
	"ends within a header":      {"--B\r\nA: b\r\nC", `unexpected EOF`},
	"malformed, and ends":       {"--B\r\nno colon\r\nA: b\r\n", `unexpected EOF`},
	"quoted-printable":          {"--B\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\na=3D\r\n--B--", `[Content-Transfer-Encoding: quoted-printable] "a=3D"; end`},
	"names in other cases":      {"--B\r\ncONTENT-type: a\r\n\r\n\r\n--B--", `[cONTENT-type: a] ""; end`},
	"ends behind a header":      {"--B\r\nA: b\r\n\r\n", `[A: b] "" unexpected EOF`},
	"ends within a content":     {"--B\r\n\r\nc\r\n", `[] "c" unexpected EOF`},
	"ends within a line end":    {"--B\r\n\r\nc\r", `[] "c" unexpected EOF`},
	"many fields":               {"--B\r\n" + strings.Repeat("A: b\r\n", MaxFields) + "\r\n\r\n--B--", "[" + strings.Repeat("A: b, ", MaxFields-1) + `A: b] ""; end`},
	"too many fields":           {"--B\r\n" + strings.Repeat("A: b\r\n", MaxFields+1) + "\r\n\r\n--B--", ErrHeader.Error()},
	"a long delimiter":          {"--B" + strings.Repeat(" ", maxLine-len("--B\r\n")) + "\r\n\r\n\r\n--B--", `[] ""; end`},
	"one that is too long":      {"--B" + strings.Repeat(" ", maxLine-len("--B\r\n")+1) + "\r\n\r\n\r\n--B--", ErrLine.Error()},
	"too long without an end":   {strings.Repeat(" ", maxLine), ErrLine.Error()},
}

// play feeds a parser what comes, piece by piece, and tells of all events.
func play(p Parser, pieces ...string) string {
	var told strings.Builder
	var buf []byte
	content := ""
	inside := false
	for i, piece := range pieces {
		buf = append([]byte(nil), append(buf, piece...)...) // at another address
		for ev := Content; ev != More; {
			var n int
			var err error
			n, ev, err = p.Feed(buf, i == len(pieces)-1)
			found := buf[:n]
			buf = buf[n:]
			if err != nil {
				if inside {
					fmt.Fprintf(&told, "%q ", content)
				}
				return told.String() + err.Error()
			}
			switch ev {
			case Header:
				fields := make([]string, len(p.Fields))
				for i, f := range p.Fields {
					fields[i] = string(f.Name) + ": " + string(f.Value)
				}
				fmt.Fprintf(&told, "[%s] ", strings.Join(fields, ", "))
				inside = true
			case Content:
				content += string(found)
			case PartEnd:
				fmt.Fprintf(&told, "%q; ", content)
				content, inside = "", false
			case End:
				return told.String() + "end"
			}
		}
	}
	return told.String() + "no end"
}

// Any split of a body gives the same.
func TestParser(t *testing.T) {
	t.Parallel()
	for name, c := range bodies {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.told, play(NewParser("B"), c.body), "whole")
			assert.Equal(t, c.told, play(NewParser("B"), append(singleBytes(c.body), "")...), "byte by byte")
			for i := range c.body {
				if len(c.body) > 1000 && i%97 != 0 {
					continue
				}
				require.Equal(t, c.told, play(NewParser("B"), c.body[:i], c.body[i:]), i)
				require.Equal(t, c.told, play(NewParser("B"), c.body[:i], c.body[i:], ""), i)
			}
		})
	}
}

func singleBytes(body string) []string {
	list := make([]string, len(body))
	for i := range list {
		list[i] = body[i : i+1]
	}
	return list
}

// A header is refused for its names and values, which are folded lines without their line ends, and for what stands before its end.
func TestRoom(t *testing.T) {
	t.Parallel()
	value := strings.Repeat("v", MaxHeader-1)
	for body, want := range map[string]string{
		"--B\r\nA:" + strings.Repeat(" ", MaxHeader) + value + "\r\n\r\n\r\n--B--": "[A: " + value + `] ""; end`,
		"--B\r\nA:v" + value + "\r\n\r\n\r\n--B--":                                 ErrHeader.Error(),
		"--B\r\nA:" + strings.Repeat(" ", room) + "v\r\n\r\n\r\n--B--":             ErrHeader.Error(),
		strings.Repeat("preamble\r\n", room/10) + "--B\r\n\r\n\r\n--B--":           ErrHeader.Error(),
		strings.Repeat("--B\r\nA:"+strings.Repeat(" ", room/2)+"v\r\n\r\n\r\n", 3): strings.Repeat(`[A: v] ""; `, 2) + `[A: v] "" ` + io.ErrUnexpectedEOF.Error(),
		"--B\r\nA:" + strings.Repeat(" ", room-len("--B\r\nA:")):                   io.ErrUnexpectedEOF.Error(),
		"--B\r\n\r\n" + strings.Repeat("content\r\n", room/9+1) + "--B" + "--\r\n": `[] ` + fmt.Sprintf("%q", strings.Repeat("content\r\n", room/9)+"content") + "; end",
	} {
		p := NewParser("B")
		assert.Equal(t, want, play(p, body), "%.30q", body)
		for _, at := range []int{5, 6, len(body) / 2, len(body) - 6} {
			assert.Equal(t, want, play(p, body[:at], body[at:]), "%.30q", body)
		}
		assert.Equal(t, want, play(p, chunks(body, 1000)...), "%.30q", body)
	}
}

func chunks(body string, size int) (list []string) {
	for len(body) > size {
		list, body = append(list, body[:size]), body[size:]
	}
	return append(list, body)
}
