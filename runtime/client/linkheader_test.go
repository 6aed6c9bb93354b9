package client

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestLinkTarget has the examples of RFC 8288 section 3.5, what servers send, and what is broken.
func TestLinkTarget(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		fields []string
		target string
		found  bool
	}{
		{"none", nil, "", false},
		{"empty", []string{""}, "", false},
		{"one", []string{`</a?page=2>; rel="next"`}, "/a?page=2", true},
		{"token", []string{`</a>; rel=next`}, "/a", true},
		{"capitals", []string{`</a>; REL=Next`}, "/a", true},
		{"the second", []string{`<https://x/1>; rel="prev", <https://x/3>; rel="next"`}, "https://x/3", true},
		{"in another field", []string{`</1>; rel="first"`, `</3>; rel="next"`}, "/3", true},
		{"several relations", []string{`</a>; rel="last next"`}, "/a", true},
		{"commas, semicolons and quotes", []string{`</a,b;c>; title="a \", <x>; rel=next"; rel=last, </d,e> ; title = "x" ; rel = "next" ; type=x`}, "/d,e", true},
		{"the first rel counts", []string{`</a>; rel=prev; rel=next`}, "", false},
		{"rel without a value", []string{`</a>; rel, </b>; rel=next`}, "/b", true},
		{"no parameters", []string{`</a>, </b>; rel=next`}, "/b", true},
		{"empty members", []string{`, ,</b>; rel=next`}, "/b", true},
		{"a relation that begins so", []string{`</a>; rel=next-page, </b>; rel=nextpage`}, "", false},
		{"no target", []string{`rel=next`, `<>; rel=next`}, "", true},
		{"not closed", []string{`</a; rel=next`}, "", false},
		{"quote not closed", []string{`</a>; rel="next`}, "/a", true},
		{"backslash at the end", []string{`</a>; rel="next\`}, "", false},
		{"junk", []string{`</a>; rel=prev junk, </b>; rel=next`}, "", false},
		{"of something else", []string{`</a>; rel=next; anchor="#a", </b>; Anchor="/x"; rel=next, </c>; rel=next`}, "/c", true},
		{"nothing behind the semicolon", []string{`</a>;`}, "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			target, found := linkTarget(tt.fields, "next")
			assert.Equal(t, tt.found, found)
			assert.Equal(t, tt.target, target)
		})
	}
}

func FuzzLinkTarget(f *testing.F) {
	f.Add(`<https://x/1>; rel="prev", <https://x/3>; rel="next"`)
	f.Add(`</a>; title="a \", <x>; rel=next"; rel=last, </d>;rel`)
	f.Fuzz(func(t *testing.T, field string) {
		target, found := linkTarget([]string{field}, "next")
		if !found {
			assert.Empty(t, target)
		}
	})
}
