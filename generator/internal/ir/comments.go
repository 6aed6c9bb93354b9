package ir

import (
	"encoding/json"
	"strings"
	"unicode"

	"github.com/tornadogen/tornadogen/spec"
)

// clean makes a text of the document fit for a comment: line ends are \n, control characters are gone, and nothing stands
// around it. It may have several lines.
func clean(text string) string {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\u2028' || r == '\u2029' || r == '\u0085':
			return '\n'
		case unicode.IsControl(r) || r == '\ufeff' || unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, text)
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimRightFunc(lines[i], unicode.IsSpace)
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n\t ")
}

// line returns text as one line.
func line(text string) string { return strings.Join(strings.Fields(clean(text)), " ") }

// describe puts a description under a name: "Pet: A pet that is for sale."
func describe(name, description string) string {
	if description = clean(description); description == "" {
		return ""
	}
	return name + ": " + description
}

// deprecate adds the paragraph that tools look for.
func deprecate(doc string, deprecated bool, extensions spec.Extensions) string {
	if !deprecated {
		return doc
	}
	reason := line(extension(extensions, "x-deprecated-reason"))
	if reason == "" {
		reason = "the document says so."
	}
	if doc != "" {
		doc += "\n\n"
	}
	return doc + "Deprecated: " + reason
}

// typeDoc is the comment of a declared type.
func typeDoc(name string, s *spec.Schema) string {
	doc := describe(name, s.Description)
	if doc == "" && !strings.EqualFold(letters(s.Title), letters(name)) { // FastAPI gives each schema its own name as a title
		doc = describe(name, s.Title)
	}
	if doc == "" {
		doc = name + " is " + place(s.Loc.Pointer) + "."
	}
	return deprecate(doc, s.Deprecated, s.Extensions)
}

// letters returns text without what is neither letter nor digit.
func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, text)
}

// place says in words what stands at a pointer into the document: "the 200 answer of GET /health".
func place(pointer string) string {
	keys := strings.Split(strings.TrimPrefix(pointer, "#/"), "/")
	for i, key := range keys {
		keys[i] = strings.ReplaceAll(strings.ReplaceAll(key, "~1", "/"), "~0", "~")
	}
	of, rest := body(keys)
	switch {
	case of == "":
		return "what the document has at " + pointer
	case len(rest) == 0:
		return of
	}
	return "what " + of + " has at /" + strings.Join(rest, "/")
}

// body names the body that these keys lead to or into, and what follows it; "" where they lead elsewhere.
func body(keys []string) (name string, rest []string) {
	switch {
	case len(keys) > 4 && keys[0] == "paths" && keys[3] == "responses":
		name, rest = "the "+keys[4]+" answer of "+strings.ToUpper(keys[2])+" "+keys[1], keys[5:]
	case len(keys) > 3 && keys[0] == "paths" && keys[3] == "requestBody":
		name, rest = "the body of "+strings.ToUpper(keys[2])+" "+keys[1], keys[4:]
	case len(keys) > 2 && keys[0] == "components" && keys[1] == "responses":
		name, rest = "the body of the response "+keys[2], keys[3:]
	case len(keys) > 2 && keys[0] == "components" && keys[1] == "requestBodies":
		name, rest = "the request body "+keys[2], keys[3:]
	}
	switch {
	case len(rest) > 2 && rest[0] == "content" && rest[2] == "schema":
		return name, rest[3:]
	case len(rest) > 0 && rest[0] == "schema": // of OpenAPI 2.0
		return name, rest[1:]
	}
	return "", nil
}

// extension returns the text of an extension whose value is a string, "" for all others.
func extension(e spec.Extensions, name string) string {
	var text string
	if raw, ok := e[name]; ok && json.Unmarshal(raw, &text) != nil {
		return ""
	}
	return text
}

// extensionList returns the items of an extension whose value is a list of strings, nil for all others.
func extensionList(e spec.Extensions, name string) []string {
	var list []string
	if raw, ok := e[name]; ok && json.Unmarshal(raw, &list) != nil {
		return nil
	}
	return list
}
