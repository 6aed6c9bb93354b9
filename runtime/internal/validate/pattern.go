package validate

import (
	"regexp"
	"sync"
	"sync/atomic"
	"time"
)

// Pattern is a regular expression of ECMA-262, as `pattern` in a schema is. It is compiled when it is first used. It is safe for
// use from any goroutine.
type Pattern struct {
	source string
	once   sync.Once
	match  func(string) bool
	timed  timedMatch // match, where it backtracks; nil if it does not
}

// timedMatch reports whether a pattern is found, and how long that took.
type timedMatch func(s string) (found bool, took time.Duration)

// NewPattern returns the pattern with this source. It never fails: what neither RE2 nor the registered engine can compile
// matches everything, of which the generator warns.
func NewPattern(ecma string) *Pattern { return &Pattern{source: ecma} }

// String returns the source as the document has it.
func (p *Pattern) String() string { return p.source }

// Match reports whether the pattern is found anywhere in s: it is not anchored.
func (p *Pattern) Match(s string) bool {
	p.once.Do(p.compile)
	return p.match(s)
}

func (p *Pattern) compile() {
	p.match, p.timed = compilePattern(p.source)
}

// compilePattern tries a sequence, RE2 on what the pattern means, the engine, and at last RE2 on the text itself, which serves
// authors who think of another dialect, as in (?i)abc or \A[a-z]+\z.
func compilePattern(source string) (match func(string) bool, timed timedMatch) {
	t := translate(source)
	if t.sequence != nil {
		return t.sequence.match, nil
	}
	if t.err == nil && t.isExact {
		if re, err := regexp.Compile(t.re2); err == nil {
			return re.MatchString, nil
		}
	}
	if engine := ecmaEngine.Load(); engine != nil && t.err == nil {
		if timed, err := (*engine)(t.spelled); err == nil {
			return func(s string) bool {
				found, _ := timed(s)
				return found
			}, timed
		}
	}
	if re, err := regexp.Compile(source); err == nil {
		return re.MatchString, nil
	}
	return func(string) bool { return true }, nil
}

// ecmaEngine is set while packages are initialised and read by the first match of a pattern.
var ecmaEngine atomic.Pointer[func(string) (timedMatch, error)]

// RegisterECMA sets the engine for patterns that RE2 cannot take: those with lookaround or references back, and most of those with
// counts beyond 1000. compile gets the pattern with all that engines differ in spelt out (classes, ., $, \b, \cX and the like);
// what it returns must be safe for use from any goroutine, bounded in time, and tell how long it took. Call it from an init function.
func RegisterECMA(compile func(pattern string) (match func(s string) (found bool, took time.Duration), err error)) {
	engine := func(pattern string) (timedMatch, error) { return compile(pattern) }
	ecmaEngine.Store(&engine)
}

// TranslateECMA returns the RE2 expression that means what the ECMA-262 pattern means (with its u flag; what that flag refuses is
// read as without it). ok is false when there is none: the pattern is wrong, or NeedsECMA.
func TranslateECMA(pattern string) (re2 string, ok bool) {
	t := translate(pattern)
	if t.err != nil || !t.isExact {
		return "", false
	}
	_, err := regexp.Compile(t.re2)
	return t.re2, err == nil
}

// NeedsECMA reports whether pattern is one of ECMA-262 that RE2 cannot express, so that it matches everything unless an engine is
// registered.
func NeedsECMA(pattern string) bool {
	t := translate(pattern)
	if t.err != nil || t.sequence != nil {
		return false
	}
	_, err := regexp.Compile(t.re2)
	return err != nil || !t.isExact
}
