package param

import (
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
// variable is a name in braces inside one segment; other braces are plain text, as everywhere in the runtime.
func ExpandPath(b []byte, template string, value func(name string) (text []byte, ok bool)) ([]byte, error) {
	segment := len(b) // where the current segment begins
	last := ""        // its last variable
	for template != "" {
		switch n := variableLen(template); {
		case template[0] == '/':
			if last != "" && isDots(b[segment:]) {
				return b, fmt.Errorf("path parameter %q %w", last, ErrDotSegment)
			}
			b = append(b, '/')
			segment, last, template = len(b), "", template[1:]
		case n > 0:
			last = template[1 : n-1]
			text, ok := value(last)
			switch {
			case !ok:
				return b, fmt.Errorf("path parameter %q %w", last, ErrNoValue)
			case len(text) == 0:
				return b, fmt.Errorf("path parameter %q %w", last, ErrEmptyValue)
			}
			b, template = append(b, text...), template[n:]
		default:
			end := 1 + strings.IndexAny(template[1:]+"/", "/{")
			b, template = appendLiteral(b, template[:end]), template[end:]
		}
	}
	if last != "" && isDots(b[segment:]) {
		return b, fmt.Errorf("path parameter %q %w", last, ErrDotSegment)
	}
	return b, nil
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
