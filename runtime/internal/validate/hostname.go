package validate

import (
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	maxHostname = 253
	maxLabel    = 63
	acePrefix   = "xn--" // of a label that holds another one in punycode
)

// isHostname takes a host name of RFC 1123 section 2.1: labels of letters, digits and inner hyphens. A label in punycode must hold
// one that IDNA allows.
func isHostname(s string) bool {
	return isASCII(s) && areLabels(strings.Split(s, "."))
}

// dots maps what separates labels (RFC 3490 section 3.1) to a dot.
var dots = strings.NewReplacer("\u3002", ".", "\uFF0E", ".", "\uFF61", ".")

// isIDNHostname takes a host name whose labels may be written in Unicode (RFC 5890 section 2.3.2.3).
func isIDNHostname(s string) bool {
	return areLabels(strings.Split(dots.Replace(s), "."))
}

// areLabels reports whether every label is valid, and all of them in ASCII are not too long. If one is written from right to left,
// all must follow the rule for that.
func areLabels(labels []string) bool {
	total := len(labels) - 1
	var all [][]rune
	for _, label := range labels {
		decoded, length, ok := decodeLabel(label)
		if !ok || length > maxLabel {
			return false
		}
		all = append(all, decoded)
		total += length
	}
	if total > maxHostname {
		return false
	}
	if slices.ContainsFunc(all, func(label []rune) bool { return slices.ContainsFunc(label, isRightToLeft) }) {
		return !slices.ContainsFunc(all, func(label []rune) bool { return !followsBidiRule(label) })
	}
	return true
}

// decodeLabel returns a label in Unicode, and its length in ASCII.
func decodeLabel(s string) (label []rune, length int, ok bool) {
	if len(s) > maxLabel*utf8.UTFMax {
		return nil, 0, false
	}
	if !isASCII(s) {
		label = []rune(s)
		return label, len(acePrefix) + len(encodePunycode(label)), isUnicodeLabel(label)
	}
	if !isLabel(s) {
		return nil, 0, false
	}
	lower := strings.ToLower(s)
	if coded, isCoded := strings.CutPrefix(lower, acePrefix); isCoded {
		label, ok = decodePunycode(coded)
		ok = ok && !isASCII(string(label)) && encodePunycode(label) == coded && isUnicodeLabel(label)
		return label, len(s), ok
	}
	return []rune(lower), len(s), true
}

func isLabel(s string) bool {
	if s == "" || len(s) > maxLabel || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	for i := range len(s) {
		if !isAlphanumeric(s[i]) && s[i] != '-' {
			return false
		}
	}
	return true
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
