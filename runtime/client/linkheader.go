package client

import "strings"

// linkTarget is the target of the first link of the answer itself with a relation among the fields Link (RFC 8288 section 3). What is no
// link ends its field.
func linkTarget(fields []string, relation string) (target string, found bool) {
	for _, rest := range fields {
		for rest != "" {
			var relations string
			var ok bool
			if target, relations, rest, ok = cutLink(rest); !ok {
				break
			}
			for r := range strings.FieldsSeq(relations) {
				if strings.EqualFold(r, relation) {
					return target, true
				}
			}
		}
	}
	return "", false
}

const linkSpace = " \t"

// cutLink takes the first link off a field: its target, and the value of its first parameter rel; none of a link with an anchor, which is one
// of something else (section 3.2).
func cutLink(field string) (target, relations, rest string, ok bool) {
	field = strings.TrimLeft(field, linkSpace+",")
	if !strings.HasPrefix(field, "<") {
		return "", "", "", false
	}
	target, rest, ok = strings.Cut(field[1:], ">")
	if !ok {
		return "", "", "", false
	}
	for seen, anchored := false, false; ; {
		rest = strings.TrimLeft(rest, linkSpace)
		if !strings.HasPrefix(rest, ";") {
			break
		}
		var name, value string
		name, value, rest = cutLinkParam(rest[1:])
		switch {
		case strings.EqualFold(name, "anchor"):
			relations, anchored = "", true
		case !seen && strings.EqualFold(name, "rel"):
			seen = true
			if !anchored {
				relations = value
			}
		}
	}
	if rest != "" && rest[0] != ',' {
		return "", "", "", false
	}
	return strings.TrimSpace(target), relations, rest, true
}

// cutLinkParam takes a parameter off a link, whose value is a token or a quoted string, or is not there.
func cutLinkParam(text string) (name, value, rest string) {
	text = strings.TrimLeft(text, linkSpace)
	n := strings.IndexAny(text, linkSpace+"=;,")
	if n < 0 {
		return text, "", ""
	}
	name, rest = text[:n], strings.TrimLeft(text[n:], linkSpace)
	if !strings.HasPrefix(rest, "=") {
		return name, "", rest
	}
	rest = strings.TrimLeft(rest[1:], linkSpace)
	if strings.HasPrefix(rest, `"`) {
		value, rest = cutQuoted(rest[1:])
		return name, value, rest
	}
	n = strings.IndexAny(rest, linkSpace+";,")
	if n < 0 {
		n = len(rest)
	}
	return name, rest[:n], rest[n:]
}

// cutQuoted takes a quoted string off a text that stands behind the first quote (RFC 9110 section 5.6.4).
func cutQuoted(text string) (value, rest string) {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			return b.String(), text[i+1:]
		case '\\':
			if i+1 < len(text) {
				i++
			}
		}
		b.WriteByte(text[i])
	}
	return b.String(), ""
}
