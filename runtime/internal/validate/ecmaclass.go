package validate

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Classes as they stand between brackets. ECMA-262 counts every space separator of Unicode and the byte order mark as \s, where
// RE2 counts five ASCII characters.
const (
	classDigit    = "0-9"
	classNotDigit = "\x00-/:-\U0010FFFF"
	classWord     = "0-9A-Z_a-z"
	classNotWord  = "\x00-/:-@\\[-\\^`\\{-\U0010FFFF"
	classSpace    = "\t-\r \u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000\uFEFF"
	classNotSpace = "\x00-\x08\x0E-\x1F!-\u009F\u00A1-\u167F\u1681-\u1FFF\u200B-\u2027\u202A-\u202E\u2030-\u205E\u2060-\u2FFF" +
		"\u3001-\uFEFE\uFF00-\U0010FFFF"
	classDot = "\x00-\t\x0B\f\x0E-\u2027\u202A-\U0010FFFF" // all but line terminators
	classAll = "\x00-\U0010FFFF"
)

// class reads a class behind its opening bracket.
func (t *translator) class() {
	negated := t.accept("^")
	var body strings.Builder
	for !t.accept("]") {
		if t.pos == len(t.in) || t.failed {
			t.fail()
			return
		}
		t.classRange(&body)
	}
	switch {
	case body.Len() == 0 && negated:
		t.set(classAll)
	case body.Len() == 0:
		t.set("^" + classAll)
	case negated:
		t.set("^" + body.String())
	default:
		t.set(body.String())
	}
}

// classRange reads a character, a range or an escape within a class.
func (t *translator) classRange(body *strings.Builder) {
	low, set, isSet := t.classAtom()
	if isSet {
		body.WriteString(set)
		return
	}
	rest := t.in[t.pos:]
	if !strings.HasPrefix(rest, "-") || strings.HasPrefix(rest, "-]") {
		writeRange(body, low, low)
		return
	}
	t.pos++
	high, set, isSet := t.classAtom()
	if isSet { // annex B: in [a-\d] the dash stands for itself
		writeRange(body, low, low)
		writeRange(body, '-', '-')
		body.WriteString(set)
		return
	}
	if low > high {
		t.fail()
		return
	}
	writeRange(body, low, high)
}

// classAtom reads one character or escape within a class.
func (t *translator) classAtom() (r rune, set string, isSet bool) {
	if !t.accept(`\`) {
		return t.next(), "", false
	}
	switch {
	case t.accept("b"):
		return '\b', "", false
	case t.accept("-"):
		return '-', "", false
	}
	return t.classEscape()
}

// classEscape reads what stands behind a backslash and means the same within a class and outside: a character or a set of them.
func (t *translator) classEscape() (r rune, set string, isSet bool) {
	switch r := t.next(); r {
	case 'd':
		return 0, classDigit, true
	case 'D':
		return 0, classNotDigit, true
	case 'w':
		return 0, classWord, true
	case 'W':
		return 0, classNotWord, true
	case 's':
		return 0, classSpace, true
	case 'S':
		return 0, classNotSpace, true
	case 'p', 'P':
		return 0, t.property(r == 'P'), true
	default:
		return t.characterEscape(r), "", false
	}
}

// characterEscape returns the character that an escape stands for; r is what follows the backslash.
func (t *translator) characterEscape(r rune) rune {
	switch r {
	case 't':
		return '\t'
	case 'n':
		return '\n'
	case 'v':
		return '\v'
	case 'f':
		return '\f'
	case 'r':
		return '\r'
	case 'c':
		letter := t.next()
		t.failed = t.failed || letter|0x20 < 'a' || letter|0x20 > 'z'
		return letter & 31
	case 'x':
		return t.hex(2)
	case 'u':
		return t.unicodeEscape()
	case '0':
		t.failed = t.failed || isDigit(t.peek())
		return 0
	}
	// A letter or digit that means nothing is an error with the u flag; without it, as in \_ or \", it stands for itself.
	ofWord := r < utf8.RuneSelf && strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz123456789", r)
	t.failed = t.failed || ofWord || r == utf8.RuneError
	return r
}

// hex reads n hexadecimal digits.
func (t *translator) hex(n int) rune {
	if len(t.in)-t.pos < n {
		t.fail()
		return 0
	}
	v, err := strconv.ParseUint(t.in[t.pos:t.pos+n], 16, 32)
	t.pos += n
	t.failed = t.failed || err != nil
	return rune(v)
}

// unicodeEscape reads XXXX or {X...} behind \u; a pair of surrogates is one character.
func (t *translator) unicodeEscape() rune {
	if t.accept("{") {
		v, err := strconv.ParseUint(t.until("}"), 16, 32)
		t.failed = t.failed || err != nil || v > unicode.MaxRune
		return rune(v)
	}
	high := t.hex(4)
	if 0xD800 <= high && high < 0xDC00 && strings.HasPrefix(t.in[t.pos:], `\u`) {
		before := t.pos
		t.pos += 2
		if low := t.hex(4); 0xDC00 <= low && low <= 0xDFFF {
			return 0x10000 + (high-0xD800)<<10 + (low - 0xDC00)
		}
		t.pos = before // not a pair: the next escape is read again, and fails again if it must
	}
	return high
}

// writeRange writes low-high as it stands in a class, without surrogates, which no string holds.
func writeRange(b *strings.Builder, low, high rune) {
	if isSurrogate(low) {
		low = 0xE000
	}
	if isSurrogate(high) {
		high = 0xD7FF
	}
	if low > high {
		return
	}
	writeClassRune(b, low)
	if low != high {
		b.WriteByte('-')
		writeClassRune(b, high)
	}
}

func writeClassRune(b *strings.Builder, r rune) {
	if strings.ContainsRune(`\]^[-{}`, r) {
		b.WriteByte('\\')
	}
	b.WriteRune(r)
}

// property reads {Name} or {Name=Value} behind \p and returns it as a part of a class.
func (t *translator) property(negated bool) string {
	if !t.accept("{") {
		t.fail()
		return ""
	}
	name := t.until("}")
	key, value, hasKey := strings.Cut(name, "=")
	switch {
	case hasKey && (key == "Script" || key == "sc"):
		if unicode.Scripts[value] != nil {
			return propertyClass(value, negated)
		}
	case hasKey && (key == "General_Category" || key == "gc"):
		name = value
	case hasKey:
		t.fail()
	}
	if alias, ok := unicode.CategoryAliases[name]; ok {
		name = alias
	}
	if unicode.Categories[name] != nil && len(name) <= 2 && name != "LC" {
		return propertyClass(name, negated)
	}
	tables, ok := binaryProperties[name]
	if table := unicode.Properties[name]; table != nil {
		tables, ok = []*unicode.RangeTable{table}, true
	}
	if !ok {
		t.fail()
	}
	if t.syntaxOnly {
		return "a"
	}
	return tableClass(tables, negated)
}

// binaryProperties holds the properties that package unicode has in parts.
var binaryProperties = map[string][]*unicode.RangeTable{
	"Any":        {{R32: []unicode.Range32{{Lo: 0, Hi: unicode.MaxRune, Stride: 1}}}},
	"ASCII":      {{R16: []unicode.Range16{{Lo: 0, Hi: 0x7F, Stride: 1}}}},
	"LC":         {unicode.Lu, unicode.Ll, unicode.Lt},
	"Alphabetic": {unicode.L, unicode.Nl, unicode.Other_Alphabetic},
	"Alpha":      {unicode.L, unicode.Nl, unicode.Other_Alphabetic},
	"Uppercase":  {unicode.Lu, unicode.Other_Uppercase},
	"Lowercase":  {unicode.Ll, unicode.Other_Lowercase},
}

func propertyClass(name string, negated bool) string {
	if negated {
		return `\P{` + name + `}`
	}
	return `\p{` + name + `}`
}

// tableClass spells the characters out that are, or are not, in one of the tables.
func tableClass(tables []*unicode.RangeTable, negated bool) string {
	var ranges [][2]rune
	for _, table := range tables {
		for _, r := range table.R16 {
			ranges = appendStrides(ranges, rune(r.Lo), rune(r.Hi), rune(r.Stride))
		}
		for _, r := range table.R32 {
			ranges = appendStrides(ranges, rune(r.Lo), rune(r.Hi), rune(r.Stride))
		}
	}
	slices.SortFunc(ranges, func(a, b [2]rune) int { return cmp.Compare(a[0], b[0]) })
	var b strings.Builder
	gap := rune(0) // the first character that no range so far holds
	for _, r := range ranges {
		if negated {
			writeRange(&b, gap, r[0]-1)
		} else {
			writeRange(&b, r[0], r[1])
		}
		gap = max(gap, r[1]+1)
	}
	if negated {
		writeRange(&b, gap, unicode.MaxRune)
	}
	return b.String()
}

func appendStrides(ranges [][2]rune, low, high, stride rune) [][2]rune {
	if stride == 1 {
		return append(ranges, [2]rune{low, high})
	}
	for r := low; r <= high; r += stride {
		ranges = append(ranges, [2]rune{r, r})
	}
	return ranges
}
