package jsonwire

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/tornadogen/tornadogen/runtime/internal/validate"
)

// fault is a violation before anybody asked for its words.
type fault struct {
	offset    int
	faults    validate.Faults // with rule; or keyword and message
	rule      validate.Rule
	keyword   string
	message   string
	member    string // that the object whose brace is at offset misses
	isMissing bool
}

// inBody says where the violations of a body are.
const inBody = "body"

// Violations returns what the schema refuses, in the order of the text. At most a hundred values are told of. It reads the body
// again to find their pointers, so ask before that is reused.
func (d *Decoder) Violations() []validate.Violation {
	if len(d.faults) == 0 {
		return nil
	}
	slices.SortStableFunc(d.faults, func(a, b fault) int { return cmp.Compare(a.offset, b.offset) })
	pointers := d.locate()
	var all []validate.Violation
	for i, f := range d.faults {
		if f.rule == nil {
			all = append(all, validate.Violation{In: inBody, Pointer: pointers[i], Keyword: f.keyword, Message: f.message})
			continue
		}
		for keyword, message := range f.faults.Explain(f.rule) {
			all = append(all, validate.Violation{In: inBody, Pointer: pointers[i], Keyword: keyword, Message: message})
		}
	}
	return all[:min(len(all), maxViolations)]
}

// locate returns the JSON pointers (RFC 6901) of the faults, which are sorted by offset.
func (d *Decoder) locate() []string {
	l := locator{again: d.again(0), faults: d.faults}
	l.again.depth = 0
	l.again.pos = skipSpace(d.data, 0)
	l.value()
	l.found(math.MaxInt) // what has no place in the text is told of the whole
	return l.pointers
}

// locator walks over a body and finds out where faults are.
type locator struct {
	again    Decoder
	faults   []fault  // that have not been found yet
	pointers []string // of those that have been
	path     []string // reference tokens of the value that is walked over
}

func (l *locator) value() {
	d := &l.again
	l.found(d.pos)
	if len(l.faults) == 0 || d.pos >= len(d.data) {
		return
	}
	depth := len(l.path)
	switch d.data[d.pos] {
	case '{':
		for more := d.Map(); more && len(l.faults) > 0; more = d.NextEntry() {
			l.path = append(l.path, d.Key())
			l.value()
			l.path = l.path[:depth]
		}
	case '[':
		i := 0
		for more := d.Array(); more && len(l.faults) > 0; more = d.NextItem() {
			l.path = append(l.path, strconv.Itoa(i))
			l.value()
			l.path = l.path[:depth]
			i++
		}
	default:
		d.Skip()
	}
	l.found(d.pos - 1)
}

// found gives the path to all faults up to offset.
func (l *locator) found(offset int) {
	for len(l.faults) > 0 && l.faults[0].offset <= offset {
		pointer := ""
		for _, token := range l.path {
			pointer += "/" + escapeToken.Replace(token)
		}
		if f := l.faults[0]; f.isMissing {
			pointer += "/" + escapeToken.Replace(f.member)
		}
		l.pointers = append(l.pointers, pointer)
		l.faults = l.faults[1:]
	}
}

var escapeToken = strings.NewReplacer("~", "~0", "/", "~1")
