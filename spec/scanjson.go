package spec

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// scanJSON parses the text of f as JSON (RFC 8259). Beyond the standard it takes control characters inside strings, and of
// members of one name the later, both with a warning. A half of a surrogate pair becomes U+FFFD.
func scanJSON(f *file, b *budget) (*node, []fault) {
	s := &jsonScanner{file: f, src: f.text, budget: b}
	n := s.value(0)
	if s.failed == nil {
		s.space()
		if s.at < len(s.src) {
			s.fail(s.at, "something follows the end of the document", "remove it: a file holds one JSON value")
		}
	}
	if s.failed != nil {
		return nil, append(s.faults, *s.failed)
	}
	return n, s.faults
}

type jsonScanner struct {
	file   *file
	src    string
	at     int
	budget *budget
	faults []fault
	failed *fault
	warned bool // of control characters, once a file
}

func (s *jsonScanner) fail(at int, what, remedy string) {
	if s.failed == nil {
		s.failed = &fault{Error, "syntax", what, remedy, int32(at), nil}
	}
}

func (s *jsonScanner) space() {
	for s.at < len(s.src) {
		switch s.src[s.at] {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return
		}
	}
}

// value parses one value; nil after a failure.
func (s *jsonScanner) value(depth int) *node {
	s.space()
	if s.at >= len(s.src) {
		s.fail(s.at, "the document ends where a value is expected", "complete it; it may be cut off")
		return nil
	}
	n := &node{file: s.file, off: int32(s.at)}
	if s.failed = s.budget.take(n.off); s.failed != nil {
		return nil
	}
	switch c := s.src[s.at]; {
	case c == '{' || c == '[':
		if depth >= s.budget.limits.Depth {
			s.failed = s.budget.tooDeep(n.off)
			return nil
		}
		s.at++
		if c == '[' {
			n.shape = shapeList
			s.items(n, depth+1)
		} else {
			n.shape = shapeObject
			s.members(n, depth+1)
		}
	case c == '"':
		n.shape = shapeText
		n.text = s.str()
	case c == '-' || c >= '0' && c <= '9':
		n.shape = shapeNumber
		n.text = s.word()
		if !isJSONNumber(n.text) {
			s.fail(int(n.off), "not a number: "+quote(n.text), "write it as JSON does, for example 0.5 or -12")
		}
	default:
		switch n.text = s.word(); n.text {
		case "true", "false":
			n.shape = shapeBool
		case "null":
			n.shape = shapeNull
		default:
			s.fail(int(n.off), "a value is expected", "strings stand in double quotes, and nothing follows the last comma")
		}
	}
	if s.failed != nil {
		return nil
	}
	return n
}

// word takes what may belong to a number or a name.
func (s *jsonScanner) word() string {
	from := s.at
	for s.at < len(s.src) && !strings.ContainsRune(" \t\r\n,:]}[{\"", rune(s.src[s.at])) {
		s.at++
	}
	return s.src[from:s.at]
}

func (s *jsonScanner) items(list *node, depth int) {
	s.space()
	if s.at < len(s.src) && s.src[s.at] == ']' {
		s.at++
		return
	}
	for {
		item := s.value(depth)
		if item == nil {
			return
		}
		item.parent, item.index = list, int32(len(list.kids))
		list.kids = append(list.kids, item)
		if !s.next(']') {
			return
		}
	}
}

func (s *jsonScanner) members(object *node, depth int) {
	s.space()
	if s.at < len(s.src) && s.src[s.at] == '}' {
		s.at++
		return
	}
	m := memberList{object: object}
	for {
		s.space()
		if s.at >= len(s.src) || s.src[s.at] != '"' {
			s.fail(s.at, "a name in double quotes is expected", "names stand in double quotes, and nothing follows the last comma")
			return
		}
		keyOff := s.at
		key := s.str()
		s.space()
		if s.failed == nil && (s.at >= len(s.src) || s.src[s.at] != ':') {
			s.fail(s.at, "a colon is expected after the name "+quote(key), "write \"name\": value")
		}
		if s.failed != nil {
			return
		}
		s.at++
		kid := s.value(depth)
		if kid == nil {
			return
		}
		kid.key, kid.keyOff = key, int32(keyOff)
		if !m.put(kid) {
			s.faults = append(s.faults, duplicateKey(kid))
		}
		if !s.next('}') {
			return
		}
	}
}

// next takes the comma or the end after a member or an item, and reports whether another one follows.
func (s *jsonScanner) next(end byte) bool {
	s.space()
	if s.at < len(s.src) {
		switch s.src[s.at] {
		case ',':
			s.at++
			return true
		case end:
			s.at++
			return false
		}
	}
	s.fail(s.at, "a comma or "+string(end)+" is expected", "look for a missing comma, quote or bracket before this place")
	return false
}

// str parses a string, the opening quote at hand.
func (s *jsonScanner) str() string {
	open := s.at
	s.at++
	from := s.at
	var b []byte // the value so far, once it differs from the source
	for s.at < len(s.src) {
		switch c := s.src[s.at]; {
		case c == '"':
			part := s.src[from:s.at]
			s.at++
			if b == nil {
				return part
			}
			return string(append(b, part...))
		case c == '\\':
			b = append(b, s.src[from:s.at]...)
			b = s.escape(b)
			if s.failed != nil {
				return ""
			}
			from = s.at
		case c < 0x20:
			if !s.warned {
				s.warned = true
				s.faults = append(s.faults, fault{Warning, "control-character", "a control character stands in a string", "write it as an escape, for example \\n or \\t", int32(s.at), nil})
			}
			s.at++
		default:
			s.at++
		}
	}
	s.fail(open, "the string that begins here has no end", "close it with a double quote")
	return ""
}

// escape appends what the escape sequence at hand stands for (RFC 8259 section 7).
func (s *jsonScanner) escape(b []byte) []byte {
	at := s.at
	s.at += 2
	if s.at > len(s.src) {
		s.fail(at, "the document ends inside a string", "complete it; it may be cut off")
		return b
	}
	switch c := s.src[s.at-1]; c {
	case '"', '\\', '/':
		return append(b, c)
	case 'b':
		return append(b, '\b')
	case 'f':
		return append(b, '\f')
	case 'n':
		return append(b, '\n')
	case 'r':
		return append(b, '\r')
	case 't':
		return append(b, '\t')
	case 'u':
		r, ok := hex4(s.src[s.at:])
		if !ok {
			break
		}
		s.at += 4
		if utf16.IsSurrogate(r) {
			low, ok := lowSurrogate(s.src[s.at:])
			if r = utf16.DecodeRune(r, low); ok && r != utf8.RuneError {
				s.at += 6
			}
		}
		return utf8.AppendRune(b, r)
	}
	s.fail(at, "not an escape sequence of JSON", `write a backslash itself as \\`)
	return b
}

// hex4 reads four hexadecimal digits.
func hex4(s string) (rune, bool) {
	if len(s) < 4 {
		return 0, false
	}
	v, err := strconv.ParseUint(s[:4], 16, 16)
	return rune(v), err == nil
}

// lowSurrogate reads the second half of a pair.
func lowSurrogate(s string) (rune, bool) {
	if !strings.HasPrefix(s, `\u`) {
		return 0, false
	}
	return hex4(s[2:])
}
