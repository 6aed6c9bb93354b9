package page

import (
	"strconv"
	"strings"
	"unicode"
)

// anchorOf returns the anchor of a heading: its letters, digits, hyphens and underscores in lower case, a hyphen for each space, and a
// number behind it where another heading of the page has it already, which seen counts.
func anchorOf(heading string, seen map[string]int) string {
	anchor := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
			return unicode.ToLower(r)
		case r == ' ':
			return '-'
		}
		return -1
	}, heading)
	before := seen[anchor]
	seen[anchor]++
	if before > 0 {
		return anchor + "-" + strconv.Itoa(before)
	}
	return anchor
}

// HasAnchor reports whether a link may lead to an anchor of the page.
func (p *Page) HasAnchor(anchor string) bool {
	for _, h := range p.Headings {
		if h.Anchor == anchor {
			return true
		}
	}
	return strings.Contains(string(p.Source), `<a id="`+anchor+`">`)
}
