package spec

import (
	"sort"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// yamlPatch says that from off in the patched text on, everything stands delta bytes later than in the text of the file.
type yamlPatch struct{ off, delta int }

// blankControls replaces what yaml.v3 refuses to read at all, and what no document means, by spaces of the same length.
func blankControls(s string) (string, []fault) {
	var faults []fault
	var b []byte
	for i, r := range s {
		if r >= 0x20 && r < 0x7f || r == '\n' || r == '\r' || r == '\t' || r == 0x85 || r >= 0xa0 && r != 0xfffe && r != 0xffff {
			continue
		}
		if b == nil {
			b = []byte(s)
			faults = append(faults, fault{Warning, "control-character", "a control character is read as a space", "remove it", int32(i), nil})
		}
		for k := range utf8.RuneLen(r) {
			b[i+k] = ' '
		}
	}
	if b == nil {
		return s, nil
	}
	return string(b), faults
}

// patchEscapes rewrites the escapes that yaml.v3 refuses in the double-quoted scalar that begins on a line: \/, which YAML 1.2
// allows, and the surrogate pairs of JSON. It reports whether there were any.
func (s *yamlSource) patchEscapes(line int, what string) bool {
	if !strings.Contains(what, "unknown escape") && !strings.Contains(what, "Unicode character escape") {
		return false
	}
	lines := yamlLines(s.text)
	if line < 1 || line > len(lines) {
		return false
	}
	from := lines[line-1]
	to := len(s.text)
	if line < len(lines) {
		to = lines[line]
	}
	var b strings.Builder
	b.WriteString(s.text[:from])
	var added []yamlPatch
	at := from
	for at < to {
		c := s.text[at]
		switch {
		case c == '\'' && startsScalar(s.text, from, at):
			end := strings.IndexByte(s.text[at+1:], '\'')
			if end < 0 {
				end = len(s.text) - at - 2
			}
			b.WriteString(s.text[at : at+end+2])
			at += end + 2
		case c == '"' && startsScalar(s.text, from, at):
			var patched []yamlPatch
			at, patched = patchQuoted(&b, s.text, at)
			added = append(added, patched...)
		default:
			b.WriteByte(c)
			at++
		}
	}
	if len(added) == 0 {
		return false
	}
	b.WriteString(s.text[at:])
	s.text = b.String()
	s.addPatches(added)
	return true
}

// startsScalar reports whether a quote opens a scalar: it stands first, or after a space or an indicator.
func startsScalar(text string, from, at int) bool {
	return at == from || strings.IndexByte(" \t[{,:", text[at-1]) >= 0
}

// patchQuoted copies a double-quoted scalar with its escapes made readable, and returns the offset after it.
func patchQuoted(b *strings.Builder, text string, at int) (int, []yamlPatch) {
	var added []yamlPatch
	b.WriteByte('"')
	at++
	for at < len(text) && text[at] != '"' {
		if text[at] != '\\' || at+1 == len(text) {
			b.WriteByte(text[at])
			at++
			continue
		}
		from, to := text[at:min(at+2, len(text))], ""
		switch {
		case text[at+1] == '/':
			to = `\x2f`
		case text[at+1] == 'u' && len(text)-at >= 6:
			if r, ok := hex4(text[at+2:]); ok && utf16.IsSurrogate(r) {
				from, to = text[at:at+6], `\uFFFD`
				if low, ok := lowSurrogate(text[at+6:]); ok && utf16.DecodeRune(r, low) != utf8.RuneError {
					from, to = text[at:at+12], string(utf16.DecodeRune(r, low))
				}
			}
		}
		at += len(from)
		if to == "" {
			b.WriteString(from)
			continue
		}
		b.WriteString(to)
		added = append(added, yamlPatch{off: b.Len(), delta: len(to) - len(from)})
	}
	if at < len(text) {
		b.WriteByte('"')
		at++
	}
	return at, added
}

// addPatches puts new patches among those of earlier rounds. Offsets of the new ones count in the new text, those of the
// earlier ones in the text before.
func (s *yamlSource) addPatches(added []yamlPatch) {
	all := make([]yamlPatch, 0, len(s.patches)+len(added))
	shift, next := 0, 0
	for _, p := range s.patches {
		for next < len(added) && added[next].off <= p.off+shift+added[next].delta {
			shift += added[next].delta
			all = append(all, added[next])
			next++
		}
		all = append(all, yamlPatch{off: p.off + shift, delta: p.delta})
	}
	s.patches = append(all, added[next:]...)
	s.shifts = s.shifts[:0]
	total := 0
	for _, p := range s.patches {
		total += p.delta
		s.shifts = append(s.shifts, total)
	}
}

// original turns an offset of the patched text into one of the file.
func (s *yamlSource) original(off int) int32 {
	i := sort.Search(len(s.patches), func(i int) bool { return s.patches[i].off > off })
	if i > 0 {
		off -= s.shifts[i-1]
	}
	return int32(off)
}

// yamlLines are the offsets of lines as YAML 1.1 and yaml.v3 count them.
func yamlLines(s string) []int {
	lines := []int{0}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\n' || c == '\r' && !strings.HasPrefix(s[i+1:], "\n"):
			lines = append(lines, i+1)
		case c == 0xc2 && strings.HasPrefix(s[i:], "\u0085"):
			lines = append(lines, i+2)
		case c == 0xe2 && (strings.HasPrefix(s[i:], "\u2028") || strings.HasPrefix(s[i:], "\u2029")):
			lines = append(lines, i+3)
		}
	}
	return lines
}

// stride is the number of characters between places of a line that seek remembers.
const stride = 512

// seek turns line and column, counted in characters, into an offset. A document may be one long line: places on the line at
// hand are remembered.
func (s *yamlSource) seek(line, column int) int32 {
	if line < 1 || column < 1 || line > len(s.lines) {
		return 0
	}
	if line != s.line {
		s.line, s.marks = line, append(s.marks[:0], s.lines[line-1])
	}
	mark := min((column-1)/stride, len(s.marks)-1)
	off := s.marks[mark]
	for at := mark * stride; at < column-1 && off < len(s.text); {
		_, size := utf8.DecodeRuneInString(s.text[off:])
		off += size
		if at++; at%stride == 0 && at/stride == len(s.marks) {
			s.marks = append(s.marks, off)
		}
	}
	return s.original(min(off, max(len(s.text)-1, 0)))
}
