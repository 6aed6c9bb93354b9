package validate

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// translation is what translate makes of a pattern of ECMA-262.
type translation struct {
	re2         string // for package regexp, without groups that capture; lookaround stands in it as plain groups, references as nothing
	spelled     string // for an engine that backtracks: groups are numbered from the left, and classes and escapes are spelt out
	needsEngine bool   // re2 does not mean what the pattern means
	err         error  // not a pattern of ECMA-262
}

var errPattern = errors.New("not a regular expression of ECMA-262")

// translate reads pattern from left to right. ECMA-262 section 22.2.1 is the grammar, with the u flag; of annex B it takes the
// harmless liberties that documents take: a brace or a dash that stands for itself, an escape that is not needed.
func translate(pattern string) translation {
	return (&translator{in: pattern, names: map[string]int{}}).translate()
}

func (t *translator) translate() translation {
	for t.pos < len(t.in) && !t.failed {
		t.term()
	}
	if t.failed || t.depth != 0 || t.highest > t.groups {
		return translation{err: errPattern}
	}
	return translation{re2: t.re2.String(), spelled: t.spelled.String(), needsEngine: t.needsEngine}
}

type translator struct {
	in           string
	pos          int
	re2, spelled strings.Builder
	repeatable   bool // a quantifier may follow
	needsEngine  bool
	failed       bool
	depth        int            // of open groups
	groups       int            // that capture, so far
	names        map[string]int // of groups, to their numbers
	highest      int            // number that a reference names
	syntaxOnly   bool           // the outcome is not used: leave long classes out
}

func (t *translator) fail() { t.failed = true }

// next returns the rune at the cursor and moves behind it; utf8.RuneError at the end.
func (t *translator) next() rune {
	r, n := utf8.DecodeRuneInString(t.in[t.pos:])
	t.pos += n
	return r
}

// accept moves behind s if s is next.
func (t *translator) accept(s string) bool {
	if !strings.HasPrefix(t.in[t.pos:], s) {
		return false
	}
	t.pos += len(s)
	return true
}

// until returns the text up to end and moves behind end. Without an end it fails.
func (t *translator) until(end string) string {
	text, _, found := strings.Cut(t.in[t.pos:], end)
	if !found {
		t.fail()
		return ""
	}
	t.pos += len(text) + len(end)
	return text
}

// atom writes something that matches one character or group.
func (t *translator) atom(re2, spelled string) {
	t.re2.WriteString(re2)
	t.spelled.WriteString(spelled)
	t.repeatable = true
}

// sign writes something that a quantifier cannot follow.
func (t *translator) sign(re2, spelled string) {
	t.atom(re2, spelled)
	t.repeatable = false
}

func (t *translator) set(class string) { t.atom("["+class+"]", "["+class+"]") }

func (t *translator) literal(r rune) {
	if isSurrogate(r) { // no string holds one
		t.set("^" + classAll)
		return
	}
	quoted := regexp.QuoteMeta(string(r))
	t.atom(quoted, quoted)
}

// term reads one character, class, group sign, assertion or quantifier.
func (t *translator) term() {
	switch r := t.next(); r {
	case '^', '|':
		t.sign(string(r), string(r))
	case '$': // others let it stand before a last line feed too
		t.sign(`\z`, "(?!["+classAll+"])")
	case '(':
		t.open()
	case ')':
		t.depth--
		t.failed = t.depth < 0
		t.atom(")", ")")
	case '*', '+', '?':
		t.quantifier(string(r), string(r))
	case '{':
		t.brace()
	case '.':
		t.set(classDot)
	case '[':
		t.class()
	case '\\':
		t.escape()
	default:
		t.literal(r)
	}
}

// open reads what stands behind an opening parenthesis.
func (t *translator) open() {
	t.depth++
	if !t.accept("?") {
		t.groups++
		t.sign("(?:", "(")
		return
	}
	for _, look := range [...]string{"=", "!", "<=", "<!"} {
		if t.accept(look) {
			t.needsEngine = true
			t.sign("(?:", "(?"+look)
			return
		}
	}
	switch {
	case t.accept(":"):
		t.sign("(?:", "(?:")
	case t.accept("i:"):
		t.sign("(?i:", "(?i:")
	case t.accept("<"):
		name := t.until(">")
		t.failed = t.failed || name == ""
		t.groups++
		t.names[name] = t.groups
		t.sign("(?:", "(")
	default:
		t.fail()
	}
}

func (t *translator) quantifier(re2, spelled string) {
	if !t.repeatable {
		t.fail()
		return
	}
	if t.accept("?") { // as few as possible
		re2, spelled = re2+"?", spelled+"?"
	}
	t.sign(re2, spelled)
}

// maxRepeat is the highest count that RE2 takes.
const maxRepeat = 1000

// brace reads {n}, {n,} or {n,m} behind an opening brace; anything else stands for itself.
func (t *translator) brace() {
	text, _, closed := strings.Cut(t.in[t.pos:], "}")
	low, high, ranged := strings.Cut(text, ",")
	if !closed || !isDigits(low) || high != "" && !isDigits(high) {
		t.literal('{')
		return
	}
	t.pos += len(text) + 1
	least, err := strconv.ParseInt(low, 10, 32)
	most := least
	if high != "" && err == nil {
		most, err = strconv.ParseInt(high, 10, 32)
	}
	if err != nil || ranged && high != "" && most < least {
		t.fail()
		return
	}
	if max(least, most) > maxRepeat {
		t.needsEngine = true
		t.quantifier("*", "{"+text+"}")
		return
	}
	t.quantifier("{"+text+"}", "{"+text+"}")
}

// escape reads what stands behind a backslash, outside of a class.
func (t *translator) escape() {
	if t.accept("b") {
		t.sign(`\b`, `\b`)
		return
	}
	if t.accept("B") {
		t.sign(`\B`, `\B`)
		return
	}
	if t.accept("k<") {
		t.reference(t.names[t.until(">")])
		return
	}
	if c := t.peek(); '1' <= c && c <= '9' {
		start := t.pos
		for isDigit(t.peek()) {
			t.pos++
		}
		n, err := strconv.Atoi(t.in[start:t.pos])
		t.failed = err != nil
		t.reference(n)
		return
	}
	r, class, isClass := t.classEscape()
	if isClass {
		t.set(class)
		return
	}
	t.literal(r)
}

// reference writes a reference back to group n; zero is one that has not been seen yet, and so is empty.
func (t *translator) reference(n int) {
	t.needsEngine = true
	t.highest = max(t.highest, n)
	if n == 0 {
		t.atom("(?:)", "(?:)")
		return
	}
	t.atom("(?:)", `(?:\`+strconv.Itoa(n)+")")
}

// peek returns the byte at the cursor, or zero at the end.
func (t *translator) peek() byte {
	if t.pos < len(t.in) {
		return t.in[t.pos]
	}
	return 0
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

func isSurrogate(r rune) bool { return 0xD800 <= r && r <= 0xDFFF }
