package naming

import (
	"go/doc"
	"go/token"
	"strconv"
	"unicode"
	"unicode/utf8"
)

// Scope hands out identifiers that differ from one another, and from what Go keeps for itself: keywords, predeclared
// identifiers, and init and main. It is not safe for concurrent use.
type Scope struct {
	taken map[string]bool
	next  map[string]int // the number that a taken name is tried with first
}

// NewScope returns a scope in which the given names are taken.
func NewScope(taken ...string) *Scope {
	return &Scope{taken: set(taken...), next: make(map[string]int)}
}

// Take returns name, or name with a number behind it if it is taken: Pet, Pet2, Pet3; V1, V1_2. It takes the result. name is
// an identifier.
func (s *Scope) Take(name string) string {
	if !s.Has(name) {
		s.taken[name] = true
		return name
	}
	base := name
	if last, _ := utf8.DecodeLastRuneInString(name); unicode.IsDigit(last) {
		base += "_"
	}
	for n := max(s.next[name], 2); ; n++ {
		if numbered := base + strconv.Itoa(n); !s.Has(numbered) {
			s.next[name] = n + 1
			s.taken[numbered] = true
			return numbered
		}
	}
}

// Has says whether name is not to be had.
func (s *Scope) Has(name string) bool {
	return s.taken[name] || token.IsKeyword(name) || doc.IsPredeclared(name) || name == "init" || name == "main" || name == "_"
}

// IsExported says whether name is a valid Go identifier that begins with a capital.
func IsExported(name string) bool { return token.IsIdentifier(name) && token.IsExported(name) }
