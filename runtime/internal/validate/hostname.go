package validate

import "strings"

const (
	maxHostname = 253
	maxLabel    = 63
)

// isHostname takes a host name of RFC 1123 section 2.1: labels of letters, digits and inner hyphens.
func isHostname(s string) bool {
	if len(s) > maxHostname {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if !isLabel(label) {
			return false
		}
	}
	return true
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

func isIDNHostname(s string) bool {
	return isHostname(strings.Map(asciiOnly, s))
}
