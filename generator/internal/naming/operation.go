package naming

import "strings"

// Operation returns a name for an operation that has none: "GET", "/pets/{petId}" gives GetPetsByPetID.
func Operation(method, path string) string {
	var b strings.Builder
	b.WriteString(Exported(strings.ToLower(method)))
	rest, found := path, false
	for rest != "" {
		open := strings.IndexByte(rest, '{')
		end := strings.IndexByte(rest[max(open, 0):], '}')
		if open < 0 || end < 0 {
			break
		}
		writeLiteral(&b, rest[:open])
		b.WriteString("By")
		b.WriteString(Part(rest[open+1 : open+end]))
		rest, found = rest[open+end+1:], true
	}
	if !writeLiteral(&b, rest) && !found {
		b.WriteString("Root")
	}
	return Exported(b.String())
}

func writeLiteral(b *strings.Builder, text string) bool {
	if words, _ := split(text); len(words) == 0 {
		return false
	}
	b.WriteString(Part(text))
	return true
}
