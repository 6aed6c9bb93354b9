package spec

import (
	"sort"
	"strconv"
	"strings"
)

// Severity orders diagnostics.
type Severity int

// The severities.
const (
	// Warning marks what was repaired or is not enforced: the output is complete all the same.
	Warning Severity = iota
	// Error marks what leaves no meaning: nothing is generated.
	Error
)

// String returns "warning" or "error".
func (s Severity) String() string {
	if s == Error {
		return "error"
	}
	return "warning"
}

// Diagnostic is one finding: where, what, and what to do.
type Diagnostic struct {
	Severity Severity
	// Class is a short stable name for machines: "missing-description".
	Class string
	Loc   Location
	// What states the fault in lower case without a full stop; Remedy says what to do about it.
	What, Remedy string
	// Related is the place of what the finding is in regard to: of an operation whose requests another one gets, that one. Its Line is
	// 0 for most.
	Related Location
	// Snippet is the source line with a caret below the column, two lines, or "".
	Snippet string
}

// String is the finding in one line: "petstore.yaml:41:9: #/components/schemas/Pet: unknown type "strng"; use one of ...".
func (d Diagnostic) String() string {
	var b strings.Builder
	b.WriteString(d.Loc.String())
	b.WriteString(": ")
	if d.Loc.Pointer != "" && d.Loc.Pointer != "#" {
		b.WriteString(plain(d.Loc.Pointer))
		b.WriteString(": ")
	}
	b.WriteString(plain(d.What))
	if d.Remedy != "" {
		b.WriteString("; ")
		b.WriteString(plain(d.Remedy))
	}
	return b.String()
}

// Text is the finding for people: severity, the one line, and the snippet where there is one. It ends with a line feed.
func (d Diagnostic) Text() string {
	text := d.Severity.String() + ": " + d.String() + "\n"
	for line := range strings.Lines(d.Snippet) {
		text += "    " + strings.TrimSuffix(line, "\n") + "\n"
	}
	return text
}

// String returns "file:line:column", as editors take it.
func (l Location) String() string {
	return plain(l.File) + ":" + strconv.Itoa(l.Line) + ":" + strconv.Itoa(l.Column)
}

// Diagnostics are findings in the order of files and lines.
type Diagnostics []Diagnostic

// HasErrors reports whether there is an [Error] among them.
func (ds Diagnostics) HasErrors() bool {
	for _, d := range ds {
		if d.Severity == Error {
			return true
		}
	}
	return false
}

// Sort orders by file, in the order in which files appear first, then by line and column; findings of one place keep their
// order.
func (ds Diagnostics) Sort() {
	files := map[string]int{}
	for _, d := range ds {
		if _, ok := files[d.Loc.File]; !ok {
			files[d.Loc.File] = len(files)
		}
	}
	sort.SliceStable(ds, func(i, j int) bool {
		a, b := ds[i].Loc, ds[j].Loc
		if a.File != b.File {
			return files[a.File] < files[b.File]
		}
		if a.Line != b.Line {
			return a.Line < b.Line
		}
		return a.Column < b.Column
	})
}

// String is one line a finding, each ending with a line feed.
func (ds Diagnostics) String() string {
	var b strings.Builder
	for _, d := range ds {
		b.WriteString(d.String())
		b.WriteByte('\n')
	}
	return b.String()
}

// Text is all findings for people, with their snippets.
func (ds Diagnostics) Text() string {
	var b strings.Builder
	for _, d := range ds {
		b.WriteString(d.Text())
	}
	return b.String()
}

// quote shows a text of the document inside of a message, shortened where it is long.
func quote(s string) string {
	const longest = 80
	if len(s) > longest {
		return strconv.Quote(strings.ToValidUTF8(s[:longest], "")) + "..."
	}
	return strconv.Quote(s)
}

// count writes a number for a message: 2,000,000.
func count(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
