package jsonwire

import (
	"math"
	"math/bits"
	"strconv"
	"time"
	"unsafe" // see word.go: the length that is left is compared before each word

	"github.com/tornadogen/tornadogen/runtime/internal/validate"
	"github.com/tornadogen/tornadogen/runtime/internal/value"
)

const (
	// smallBody is the size up to which a body is copied once as a whole, when its first string is asked for.
	smallBody = 4 << 10

	defaultMaxDepth = 512
	maxViolations   = 100
	keptScratch     = 64 << 10 // bytes
)

// Options bounds what a Decoder accepts. The zero value serves.
type Options struct {
	MaxDepth int // of nested arrays and objects; 0: 512
	// MaxMemory is how many bytes the items of lists, the entries of maps, and the values that pointers point to may take: an object
	// without members has two bytes, and what becomes of it some hundred. 0: 16 times the size of the text, and 64 MiB at least,
	// but an eighth of GOMEMLIMIT at most.
	MaxMemory int
	// RefuseReadOnly notes a violation where a request has a member that is readOnly. Else such a member is passed over.
	RefuseReadOnly bool
}

// Decoder reads one JSON text. Between two calls its cursor stands on a value, or behind the last one. The zero Decoder reads an
// empty text; Reset gives it another. The body is borrowed until the next Reset; no byte of it reaches the values that are
// returned, as strings are copies.
type Decoder struct {
	// Lenient is for answers that a client reads: it keeps unknown values of an enum and ignores members that are not allowed.
	Lenient bool
	// Request is for bodies of requests: members that are readOnly are not read, and need not be there. Else those that are writeOnly
	// need not.
	Request bool
	Options Options
	// Lend is asked for the memory of a text and its values, but for 16 KiB of each, and reports whether there are n bytes more. What it
	// gave is not given back. nil: nobody is asked.
	Lend func(n int) bool

	reading

	// Memory that Reset keeps.
	faults   []fault // at most maxViolations
	scratch  []byte  // for what is needed until the next call; at most keptScratch
	rough    []any   // memory for lists, *rough[T]: see Items; the next three are the same for the most common items
	strings  []string
	integers []int64
	floats   []float64
	patience validate.Patience
	outline  *Outline // of the latest value that a schema was held against; nil: none yet
}

// reading is how far a Decoder has come in its text.
type reading struct {
	files []value.File // that the text refers to: see Attach

	data []byte // borrowed
	pos  int    // of the next value; len(data) after a syntax error
	text string // copy of data, if it is small and a string has been asked for

	key, keyEnd int // where the contents of the latest member name stand
	depth       int // of open arrays and objects
	closed      int // offset of the brace that ended the latest object; -1 if that was no object
	budget      int // bytes that may still be read a second time
	room        int // bytes that values may take before more are asked for
	most        int // bytes that may be asked for then, see Options.MaxMemory

	giveWay func() // nil: nobody waits
	pause   int    // where giveWay is called next; math.MaxInt where it is nil

	failed bool        // syntaxError is set
	syntax SyntaxError // the first one
	count  int         // of all violations
}

// SyntaxError tells why and where a text is not JSON.
type SyntaxError struct {
	Offset int    // in bytes from the start of the text
	Reason string // as "unexpected end of the text"
}

// TooDeep reports whether the text was given up because of Options.MaxDepth.
func (e *SyntaxError) TooDeep() bool { return e.Reason == reasonDepth }

// TooLarge reports whether it was because of Options.MaxMemory.
func (e *SyntaxError) TooLarge() bool { return e.Reason == reasonMemory }

// Unlent reports whether it was because of Decoder.Lend: nothing is known to be wrong with the text.
func (e *SyntaxError) Unlent() bool { return e.Reason == reasonUnlent }

// Error implements error.
func (e *SyntaxError) Error() string {
	return "JSON, offset " + strconv.Itoa(e.Offset) + ": " + e.Reason
}

const (
	reasonEnd        = "unexpected end of the text"
	reasonCharacter  = "unexpected character"
	reasonTrailing   = "text after the value"
	reasonDepth      = "nested too deeply"
	reasonMemory     = "its values take too much memory"
	reasonUnlent     = "there is no memory for its values"
	reasonName       = "expected a member name in quotes"
	reasonColon      = "expected a colon"
	reasonCommaBrace = "expected a comma or a closing brace"
	reasonCommaArray = "expected a comma or a closing bracket"
	reasonNumber     = "malformed number"
	reasonControl    = "control character in a string"
	reasonEscape     = "malformed escape in a string"
	reasonSurrogate  = "surrogate without its pair in a string"
	reasonUTF8       = "string is not UTF-8"
	reasonBudget     = "too many alternatives to try"
	reasonPatience   = "its patterns take too long to match"
)

// Reset makes d read body from its start. Lenient, Request and Options stay. Reset(nil) drops all references to the last body.
func (d *Decoder) Reset(body []byte) {
	clear(d.faults)
	d.faults, d.scratch, d.outline = d.faults[:0], d.scratch[:0], d.outline.reset()
	if cap(d.scratch) > keptScratch {
		d.scratch = nil
	}
	d.patience = validate.Patience{}
	d.reading = reading{data: body, budget: budgetBase + budgetFactor*min(len(body), (math.MaxInt-budgetBase)/budgetFactor), pause: math.MaxInt}
	if len(body) > 0 && body[0] <= ' ' {
		d.pos = skipSpace(body, 0)
	}
	d.begin(len(body))
}

// Continue is Reset for another part of the same request: it has the patience that is left, see validate.MaxPatience.
func (d *Decoder) Continue(part []byte) {
	left := d.patience
	d.Reset(part)
	d.patience = left
}

// stretch is how many bytes a Decoder reads before it lets others go first, see GiveWay.
const stretch = 64 << 10

// patternWork is what it takes to match a byte against a pattern, in bytes that are read.
const patternWork = 16

// Long reports whether it takes so long to read the text that others should go first meanwhile: see GiveWay.
func (d *Decoder) Long() bool { return len(d.data)-d.pos > stretch }

// GiveWay has giveWay called between two values, and within a string that has escapes or is beyond ASCII, each 64 KiB that were read, or were read
// again, or what takes as long. It is called behind Reset, where the text is Long.
func (d *Decoder) GiveWay(giveWay func()) { d.giveWay, d.pause = giveWay, d.pos+stretch }

// rest lets others go first; i is how far d has come.
func (d *Decoder) rest(i int) {
	d.pause = i + stretch
	d.giveWay()
}

// Worked counts what takes as long as to read n bytes: see GiveWay.
func (d *Decoder) Worked(n int) {
	if d.giveWay == nil {
		return
	}
	if d.pause -= n; d.pos >= d.pause {
		d.rest(d.pos)
	}
}

// Spent is how much of validate.MaxPatience patterns have taken since Reset, or before, see Spend.
func (d *Decoder) Spent() time.Duration { return d.patience.Spent() }

// Spend says how much of the patience was spent before. It is called behind Reset, for a part of what has its patience together.
func (d *Decoder) Spend(spent time.Duration) { d.patience = validate.PatienceAfter(spent) }

// Meets returns what of r the string s does not meet. When patterns have taken too long that is a syntax error.
func (d *Decoder) Meets(r *validate.StringRule, s string) validate.Faults {
	if r.Pattern != nil {
		d.Worked(patternWork * len(s))
	}
	f := r.CheckWithin(s, &d.patience)
	d.impatient()
	return f
}

// Match reports whether p is found in s, likewise.
func (d *Decoder) Match(p *validate.Pattern, s string) bool {
	d.Worked(patternWork * len(s))
	found := p.MatchWithin(s, &d.patience)
	d.impatient()
	return found
}

func (d *Decoder) impatient() {
	if d.patience.Lost() {
		d.fail(d.pos, reasonPatience)
	}
}

// End says that the text must end here. Anything but white space is a syntax error.
func (d *Decoder) End() {
	if end := skipSpace(d.data, d.pos); end < len(d.data) {
		d.fail(end, reasonTrailing)
	}
}

// Offset returns where the next value starts, in bytes from the start of the body.
func (d *Decoder) Offset() int { return d.pos }

// SyntaxError returns why the text is not JSON; nil if it is, as far as it has been read.
func (d *Decoder) SyntaxError() *SyntaxError {
	if !d.failed {
		return nil
	}
	return &d.syntax
}

// Failed reports whether there has been a syntax error or a violation.
func (d *Decoder) Failed() bool { return d.failed || d.count > 0 }

// Violate notes a violation of the value at offset, unless a hundred are known already.
func (d *Decoder) Violate(offset int, keyword, message string) {
	d.note(fault{offset: offset, keyword: keyword, message: message})
}

// fail notes the first syntax error and moves the cursor to the end.
//
//go:noinline
func (d *Decoder) fail(offset int, reason string) {
	if !d.failed {
		d.failed = true
		d.syntax = SyntaxError{Offset: offset, Reason: reason}
	}
	d.pos = len(d.data)
	d.closed = -1
}

// refuse notes what rule found at offset. It is the slow path: call it only if there are faults.
//
//go:noinline
func (d *Decoder) refuse(offset int, faults validate.Faults, rule validate.Rule) {
	d.note(fault{offset: offset, faults: faults, rule: rule})
}

//go:noinline
func (d *Decoder) note(f fault) {
	d.count++
	if len(d.faults) < maxViolations {
		d.faults = append(d.faults, f)
	}
}

// mismatch skips the next value, which is not of the type that was wanted, and says so.
//
//go:noinline
func (d *Decoder) mismatch(want string) {
	start := d.pos
	d.Skip()
	if !d.failed {
		d.Violate(start, validate.KeywordType, validate.MessageType(want, kinds[d.data[start]].String()))
	}
}

// textOf returns data[start:end] as a string of its own, or as a part of the copy of a small body.
func (d *Decoder) textOf(start, end int) string {
	if len(d.data) > smallBody || start == end {
		if end-start > stretch {
			return d.longText(start, end)
		}
		return string(d.data[start:end])
	}
	if d.text == "" {
		d.text = string(d.data)
	}
	return d.text[start:end]
}

func skipSpace(data []byte, i int) int {
	for i < len(data) && (data[i] == ' ' || data[i] == '\n' || data[i] == '\t' || data[i] == '\r') {
		i++
	}
	return i
}

// skipLines is skipSpace where there is some, which is that of a line's end more often than not: quick where many spaces indent the
// next line.
func skipLines(data []byte, i int) int {
	const spaces = ones * ' '
	for base := unsafe.SliceData(data); i < len(data); i++ {
		switch data[i] {
		case '\n':
			for ; len(data)-i > 8; i += 8 {
				if other := word(base, i+1) ^ spaces; other != 0 {
					i += bits.TrailingZeros64(other) >> 3
					break
				}
			}
		case ' ', '\t', '\r':
		default:
			return i
		}
	}
	return i
}
