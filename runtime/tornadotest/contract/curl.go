package contract

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// curl is the command that repeats a request.
func (r *run) curl(x *sent) string { return r.curlOf(x, true) }

func (r *run) curlOf(x *sent, known bool) string {
	req, err := r.request(context.Background(), x, r.shown, known)
	if err != nil {
		return x.wire.String()
	}
	var b strings.Builder
	b.WriteString("curl -i")
	switch req.Method {
	case http.MethodGet:
	case http.MethodHead:
		b.WriteString("I")
	default:
		b.WriteString(" -X " + req.Method)
	}
	b.WriteString(" " + quoted(req.URL.String()))
	for _, name := range slices.Sorted(maps.Keys(req.Header)) {
		for _, value := range req.Header[name] {
			b.WriteString(" -H " + quoted(name+": "+value))
		}
	}
	if x.wire.Body != nil {
		b.WriteString(" --data-binary " + quoted(string(x.wire.Body)))
	}
	return b.String()
}

// quoted is a text as a word of a shell, $'...' of bash where a plain one cannot be read.
func quoted(s string) string {
	if utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	var b strings.Builder
	b.WriteString("$'")
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\'' || c == '\\':
			b.WriteString(`\` + string(rune(c)))
		case c < ' ' || c > '~':
			fmt.Fprintf(&b, `\x%02x`, c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String() + "'"
}
