package route

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// naive is a matcher that is slow and plain: a regular expression for each segment of each template.
type naive struct {
	templates []string
	parsed    [][]segment
}

func newNaive(templates []string) *naive {
	n := &naive{templates: templates}
	for _, t := range templates {
		var segments []segment
		for s := range strings.SplitSeq(t[1:], "/") {
			segments = append(segments, parseSegment(s))
		}
		n.parsed = append(n.parsed, segments)
	}
	return n
}

// match returns what the function of that name for tables returns.
func (n *naive) match(path string) string {
	if !strings.HasPrefix(path, "/") {
		return "NotFound"
	}
	raw := strings.Split(path[1:], "/")
	best, bestValues := -1, []string(nil)
	for i, segments := range n.parsed {
		if len(segments) != len(raw) {
			continue
		}
		values, ok := []string(nil), true
		for j, s := range segments {
			v, match := naiveSegment(s, raw[j])
			values = append(values, v...)
			ok = ok && match
		}
		if ok && (best < 0 || slices.CompareFunc(segments, n.parsed[best], compareSegments) < 0) {
			best, bestValues = i, values
		}
	}
	if best < 0 {
		return "NotFound"
	}
	var b strings.Builder
	b.WriteString(n.templates[best])
	for i, name := range variables(n.templates[best]) {
		fmt.Fprintf(&b, " %s=%s", name, bestValues[i])
	}
	return b.String()
}

// compareSegments puts the more literal one first.
func compareSegments(a, b segment) int {
	if d := kind(a) - kind(b); d != 0 || kind(a) != 1 {
		return d
	}
	return newPattern(a).compare(newPattern(b))
}

func kind(s segment) int {
	switch {
	case s.isLiteral():
		return 0
	case s.isVariable():
		return 2
	}
	return 1
}

// naiveSegment matches by regexp. A character of the segment, percent-encoded or not, is one rune: those that are encoded
// and are not equal to their plain form are moved out of the way.
func naiveSegment(s segment, raw string) (values []string, ok bool) {
	if s.isLiteral() {
		return nil, decodeLiteral(raw) == s.literals[0]
	}
	if s.isVariable() {
		return []string{raw}, raw != ""
	}
	var runes []rune
	var texts []string
	for at := 0; at < len(raw); {
		c, n, escaped := token(raw, at)
		r := rune(c)
		if escaped && delimiter[c] {
			r += 0x1000
		}
		runes = append(runes, r)
		texts = append(texts, raw[at:at+n])
		at += n
	}
	for _, dots := range []bool{true, false} {
		if values, ok = naiveSplit(s, string(runes), texts, dots); ok {
			return values, true
		}
	}
	return nil, false
}

func naiveSplit(s segment, text string, texts []string, dots bool) (values []string, ok bool) {
	var b strings.Builder
	b.WriteString("(?s)^")
	for i, literal := range s.literals {
		if i > 0 {
			switch {
			case i > 1 && s.literals[i-1] == "" && dots:
				b.WriteString(`(\.[^.]*)`)
			default:
				b.WriteString("(.+)")
			}
		}
		for j := range len(literal) {
			b.WriteString(regexp.QuoteMeta(string(rune(literal[j]))))
		}
	}
	b.WriteString("$")
	m := regexp.MustCompile(b.String()).FindStringSubmatchIndex(text)
	if m == nil {
		return nil, false
	}
	for i := 2; i < len(m); i += 2 {
		from, to := len([]rune(text[:m[i]])), len([]rune(text[:m[i+1]]))
		values = append(values, strings.Join(texts[from:to], ""))
	}
	return values, true
}

func FuzzMatch(f *testing.F) {
	f.Add("/a/b/{x}\n/a/{y}/c\n/{p}/{q}/{r}", "/a/b/c")
	f.Add("/a/{id}:verb\n/a/{id}\n/a/{id}:{verb}", "/a/1%3Ax:verb")
	f.Add("/{x}.json\n/v{n}/b\n/{a}-{b}\n/{p}.{e}", "/a%2Etar.json")
	f.Add("/{a}...{b}\n/{c}{d}\n/{c}-{d}{e}", "/x.y-zw...")
	f.Add("/{a}a{b}aa{c}", "/aaaaaa%61aa")
	f.Add("/a//b/\n/a/{x}/b/\n/{", "/a//b/")
	f.Add("/%7Bx%7D/{x}%20", "/%7bx%7d/a%20%20")
	f.Add("/{a} {b}", "/0 1")
	f.Fuzz(func(t *testing.T, list, path string) {
		if len(list) > 200 || len(path) > 100 {
			return
		}
		tab := new(Table)
		var templates []string
		for template := range strings.SplitSeq(list, "\n") {
			if strings.Contains(template, "...}") {
				continue // TestRestMatchesAsAnExpression has those
			}
			if tab.Add("GET", template, len(templates)) == nil {
				templates = append(templates, template)
			}
		}
		want := newNaive(templates).match(path)
		if len(templates) == 0 {
			want = "UnknownMethod"
		}
		require.Equal(t, want, match(tab, templates, "GET", path))
	})
}
