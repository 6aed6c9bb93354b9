// Package route finds the operation that a request line names. It performs no I/O and knows no HTTP beyond the names
// of methods.
//
// A [Table] is built once with [Table.Add] and then only read. [Table.Match] walks it one path segment at a time: a
// segment of the template is literal ("pets"), mixed ("{id}:verb", "v{n}", "{name}.{ext}") or one variable ("{petId}"),
// and is tried in that order, so the more literal path wins; where it leads nowhere, the walk comes back and tries the
// next, and at last the variables that take several segments ("{path...}"). Every node of the tree stands at one depth
// and is entered at most once a request, so the work is bounded by the size of the table and the length of the path,
// whatever the templates and the path are.
//
// Matching is done on the raw path: "%2F" is data and never separates, "." and ".." are data too, empty segments and a
// trailing slash count as they stand. A literal segment is compared in decoded form. The literal text of a mixed
// segment may be percent-encoded as well, except for the characters that have a meaning in a path (":", "@", "!", "$",
// "&", "'", "(", ")", "*", "+", ",", ";", "="): "/jobs/5%3Acancel" is the job "5:cancel", and not the verb of the job 5.
// The values of variables are handed out raw, to be percent-decoded by whoever reads them.
package route

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strings"
)

// Outcome says what a path and a method led to.
type Outcome uint8

// The outcomes of a match.
const (
	// NotFound: no template has this path (404).
	NotFound Outcome = iota
	// Found: the value is that of the operation.
	Found
	// FoundForHead: a HEAD request for which the path declares GET alone; the value is that of GET.
	FoundForHead
	// MethodNotAllowed: the path is known, the method is not declared for it (405). Allow tells which ones are.
	MethodNotAllowed
	// UnknownMethod: no operation of the table has this method (501).
	UnknownMethod
)

// String returns the name of the outcome.
func (o Outcome) String() string {
	switch o {
	case NotFound:
		return "NotFound"
	case Found:
		return "Found"
	case FoundForHead:
		return "FoundForHead"
	case MethodNotAllowed:
		return "MethodNotAllowed"
	case UnknownMethod:
		return "UnknownMethod"
	}
	return fmt.Sprintf("Outcome(%d)", uint8(o))
}

// maxMethods is the number of different methods that a table can hold: a set of methods is one word.
const maxMethods = 64

// Table is a set of operations by method and path template. The zero Table is empty and ready to use. Add and SetBase
// must not run beside anything else; once the table is complete, Match and Allow may be called from any goroutine.
type Table struct {
	root    node
	base    []string // literal segments that every template is put behind
	methods []string // by method number, in the order of Add
	get     uint64   // the bit of GET, 0 while no operation has it
	longest int      // length of the longest literal segment, decoded
}

// SetBase puts every template that is added afterwards behind a base path, such as "/api/v1"; a trailing slash of it is
// ignored, braces in it are plain text. "" and "/" mean none, which is the default.
func (t *Table) SetBase(path string) {
	t.base = nil
	if path = strings.Trim(path, "/"); path == "" {
		return
	}
	for s := range strings.SplitSeq(path, "/") {
		t.base = append(t.base, decodeLiteral(s))
	}
}

// Add declares an operation: its method, upper case, its path template, which starts with a slash, and the value that
// Match returns for it. In the template a variable is a name in braces, any number of them in a segment; a brace that
// does not belong to a pair inside one segment is plain text. Templates of the same shape are one path, whatever their
// variables are called. One variable whose name ends in three dots takes one segment or more, slashes and empty segments too:
// "/files/{path...}/raw". It is the only variable of its segments.
//
// Add fails for an empty method, for a template without a leading slash, for one whose variable of several segments does not stand
// by itself, and, with a [*TakenError], for an operation that has the method and the path of an earlier one.
func (t *Table) Add(method, template string, value int) error {
	if method == "" {
		return fmt.Errorf("route: %s: no method", template)
	}
	if !strings.HasPrefix(template, "/") {
		return fmt.Errorf("route: %s %s: the path does not start with a slash", method, template)
	}
	before, behind, several, err := restOf(template)
	if err != nil {
		return fmt.Errorf("route: %s %s: %w", method, template, err)
	}
	bit, err := t.method(method)
	if err != nil {
		return fmt.Errorf("route: %s %s: %w", method, template, err)
	}
	n := &t.root
	for _, s := range t.base {
		n = t.literal(n, s)
	}
	if several {
		n = t.rest(n, before, behind)
	} else {
		for s := range strings.SplitSeq(template[1:], "/") {
			n = t.child(n, parseSegment(s))
		}
	}
	at := bits.OnesCount64(n.methods & (bit - 1))
	if n.methods&bit != 0 {
		return &TakenError{n.values[at], method, n.templates[at], template}
	}
	n.methods |= bit
	n.values = slices.Insert(n.values, at, value)
	n.templates = slices.Insert(n.templates, at, template)
	return nil
}

// TakenError says that an operation has the method and the path of an earlier one, whose value is Value.
type TakenError struct {
	Value                int
	method, first, later string
}

// Error names both.
func (e *TakenError) Error() string {
	return fmt.Sprintf("route: %s %s and %s %s are the same path: no request can tell them apart", e.method, e.first, e.method, e.later)
}

// method returns the bit of a method and gives a new one its number.
func (t *Table) method(name string) (uint64, error) {
	i := slices.Index(t.methods, name)
	if i < 0 {
		if len(t.methods) == maxMethods {
			return 0, fmt.Errorf("more than %d different methods", maxMethods)
		}
		i = len(t.methods)
		t.methods = append(t.methods, strings.Clone(name))
	}
	bit := uint64(1) << i
	if name == "GET" {
		t.get = bit
	}
	return bit, nil
}

// lookupMethod returns the bit of a method, 0 where the table does not know it, and for HEAD the bit of GET.
func (t *Table) lookupMethod(method []byte) (bit, fallback uint64) {
	if string(method) == "GET" { // as of most requests
		return t.get, 0
	}
	for i, name := range t.methods {
		if string(method) == name {
			bit = uint64(1) << i
			break
		}
	}
	if string(method) == "HEAD" {
		fallback = t.get
	}
	return bit, fallback
}

// Allow appends the value of the Allow field (RFC 9110 section 10.2.1) of a raw path to b: the methods of all templates
// that match it, HEAD where there is GET, and extra, sorted and without repetition: "GET, HEAD, OPTIONS". It appends
// nothing if no template matches.
func (t *Table) Allow(b, rawPath []byte, extra ...string) []byte {
	if len(rawPath) == 0 || rawPath[0] != '/' || len(rawPath) > math.MaxInt32 {
		return b
	}
	w := walk{path: rawPath, params: new(Params), longest: t.longest}
	w.find(&t.root, 1)
	if w.allowed == 0 {
		return b
	}
	var names []string
	for i, name := range t.methods {
		if w.allowed&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	if w.allowed&t.get != 0 {
		names = append(names, "HEAD")
	}
	names = append(names, extra...)
	slices.Sort(names)
	return append(b, strings.Join(slices.Compact(names), ", ")...)
}
