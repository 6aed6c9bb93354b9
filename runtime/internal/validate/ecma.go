package validate

import (
	"errors"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// translation is what translate makes of a pattern of ECMA-262.
type translation struct {
	re2      string    // for package regexp, without groups that capture
	isExact  bool      // re2 means what the pattern means; else lookaround stands in it as plain groups, references as nothing
	spelled  string    // for an engine that backtracks: groups are numbered from the left, classes and escapes are spelt out
	sequence *sequence // for patterns that are simple enough; it is quicker than re2 and counts as far as one likes
	err      error     // not a pattern of ECMA-262
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
	result := translation{re2: t.re2.String(), isExact: !t.looksAround && !t.countsHigh, spelled: t.spelled.String()}
	if !t.branches && t.anchored && !t.syntaxOnly {
		result.sequence = newSequence(t.items, t.ended)
	}
	return result
}

type translator struct {
	in           string
	pos          int
	re2, spelled strings.Builder
	repeatable   bool // a quantifier may follow
	failed       bool
	looksAround  bool           // has lookaround or a reference back
	countsHigh   bool           // has a count beyond maxRepeat
	anchored     bool           // starts with ^
	ended        bool           // ends with $
	branches     bool           // has a group, a choice or an assertion, so that items do not tell all
	items        []item         // the characters from left to right, with their counts
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

// set writes a class.
func (t *translator) set(class string) { t.character("[" + class + "]") }

// character writes what matches one character in either syntax.
func (t *translator) character(expression string) {
	t.branches = t.branches || t.ended
	t.items = append(t.items, item{expression, 1, 1})
	t.atom(expression, expression)
}

func (t *translator) literal(r rune) {
	if isSurrogate(r) { // no string holds one
		t.set("^" + classAll)
		return
	}
	t.character(regexp.QuoteMeta(string(r)))
}

// term reads one character, class, group sign, assertion or quantifier.
func (t *translator) term() {
	switch r := t.next(); r {
	case '^':
		t.branches = t.branches || t.re2.Len() > 0
		t.anchored = true
		t.sign("^", "^")
	case '|':
		t.branches = true
		t.sign("|", "|")
	case '$': // others let it stand before a last line feed too
		t.ended = true
		t.sign(`\z`, "(?!["+classAll+"])")
	case '(':
		t.open()
	case ')':
		t.depth--
		t.failed = t.depth < 0
		t.atom(")", ")")
	case '*', '+', '?':
		sign := string(r)
		t.quantifier(sign, sign, signCounts[r][0], signCounts[r][1])
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
	t.branches = true
	if !t.accept("?") {
		t.groups++
		t.sign("(?:", "(")
		return
	}
	for _, look := range [...]string{"=", "!", "<=", "<!"} {
		if t.accept(look) {
			t.looksAround = true
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

// quantifier writes how often what stands before it may come.
func (t *translator) quantifier(re2, spelled string, low, high int) {
	if !t.repeatable {
		t.fail()
		return
	}
	if !t.branches {
		last := &t.items[len(t.items)-1]
		last.low, last.high = low, high
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
	least, err := parseCount(low)
	most := least
	if ranged {
		most = many
	}
	if high != "" && err == nil {
		most, err = parseCount(high)
	}
	if err != nil || most < least {
		t.fail()
		return
	}
	if least > maxRepeat || most > maxRepeat && most != many {
		t.countsHigh = true
		t.quantifier("*", "{"+text+"}", least, most)
		return
	}
	t.quantifier("{"+text+"}", "{"+text+"}", least, most)
}

// many stands for any number of times.
const many = math.MaxInt32

// signCounts holds how often at least and at most.
var signCounts = map[rune][2]int{'*': {0, many}, '+': {1, many}, '?': {0, 1}}

func parseCount(digits string) (int, error) {
	n, err := strconv.ParseInt(digits, 10, 32)
	return int(n), err
}

// spelledBoundary is \b for engines that know more letters than ECMA-262 does.
const spelledBoundary = "(?:(?<=[" + classWord + "])(?![" + classWord + "])|(?<![" + classWord + "])(?=[" + classWord + "]))"

// escape reads what stands behind a backslash, outside of a class.
func (t *translator) escape() {
	if t.accept("b") {
		t.branches = true
		t.sign(`\b`, spelledBoundary)
		return
	}
	if t.accept("B") {
		t.branches = true
		t.sign(`\B`, "(?!"+spelledBoundary+")")
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
	switch {
	case !isClass:
		t.literal(r)
	case class == "":
		t.set("^" + classAll)
	default:
		t.set(class)
	}
}

// reference writes a reference back to group n; zero is one that has not been seen yet, and so is empty.
func (t *translator) reference(n int) {
	t.looksAround = true
	t.branches = true
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
