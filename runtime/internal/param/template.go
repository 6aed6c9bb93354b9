package param

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
)

// What a path cannot be made of.
var (
	// ErrNoValue says that a variable of the template has not been given.
	ErrNoValue = errors.New("is not given")
	// ErrEmptyValue says that a variable is empty: no server could tell the path from a shorter one.
	ErrEmptyValue = errors.New("is empty, which a path parameter cannot be")
	// ErrDotSegment says that a segment would be "." or "..", which whatever lies on the way may resolve (RFC 3986 section
	// 5.2.4), so that the request would reach another operation.
	ErrDotSegment = errors.New(`would make a path segment "." or ".."`)
)

// ExpandPath appends a path template to b, its variables replaced by their escaped text, which value returns by name. A
// variable is a name in braces inside one segment; other braces are plain text, as everywhere in the runtime. One whose name
// ends in three dots, which are not part of it, takes several segments: the slashes of its text are not escaped.
func ExpandPath(b []byte, template string, value func(name string) (text []byte, ok bool)) ([]byte, error) {
	e := expansion{b: b, segment: len(b)}
	for template != "" {
		switch n := variableLen(template); {
		case template[0] == '/':
			if err := e.slash(); err != nil {
				return e.b, err
			}
			e.last, template = "", template[1:]
		case n > 0:
			name, several := strings.CutSuffix(template[1:n-1], "...")
			if several && name == "" {
				name, several = "...", false
			}
			e.last = name
			text, ok := value(name)
			switch {
			case !ok:
				return e.b, fmt.Errorf("path parameter %q %w", name, ErrNoValue)
			case len(text) == 0:
				return e.b, fmt.Errorf("path parameter %q %w", name, ErrEmptyValue)
			}
			if err := e.value(text, several); err != nil {
				return e.b, err
			}
			template = template[n:]
		default:
			end := 1 + strings.IndexAny(template[1:]+"/", "/{")
			e.b, template = appendLiteral(e.b, template[:end]), template[end:]
		}
	}
	return e.b, e.check()
}

// expansion is a path that is being made.
type expansion struct {
	b       []byte
	segment int    // where the current segment begins
	last    string // its last variable
}

// value appends the text of a variable, of which escaped slashes end segments if there may be several.
func (e *expansion) value(text []byte, several bool) error {
	for several {
		segment, rest, found := bytes.Cut(text, []byte("%2F"))
		if !found {
			break
		}
		e.b, text = append(e.b, segment...), rest
		if err := e.slash(); err != nil {
			return err
		}
	}
	e.b = append(e.b, text...)
	return nil
}

// slash ends a segment.
func (e *expansion) slash() error {
	if err := e.check(); err != nil {
		return err
	}
	e.b = append(e.b, '/')
	e.segment = len(e.b)
	return nil
}

// check refuses a segment with a variable that would lead elsewhere.
func (e *expansion) check() error {
	if e.last != "" && isDots(e.b[e.segment:]) {
		return fmt.Errorf("path parameter %q %w", e.last, ErrDotSegment)
	}
	return nil
}

// variableLen returns the length of the variable that s starts with, 0 if there is none.
func variableLen(s string) int {
	if s[0] != '{' {
		return 0
	}
	end := strings.IndexAny(s[1:], "{}/")
	if end < 0 || s[1+end] != '}' {
		return 0
	}
	return end + 2
}

// isDots says whether a segment is "." or "..". Neither is ever percent-encoded here.
func isDots(segment []byte) bool {
	return string(segment) == "." || string(segment) == ".."
}
