package naming

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxLength bounds an identifier, in bytes.
const maxLength = 64

// Exported returns an exported Go identifier for s: "petId" gives PetID, "x-request-id" gives XRequestID, "2fa" gives X2fa
// and "" gives Empty. Exported(Exported(s)) is Exported(s).
func Exported(s string) string {
	return settle(s, func(name string) string {
		if first, _ := utf8.DecodeRuneInString(name); !unicode.IsUpper(first) {
			return "X" + name
		}
		return name
	})
}

// Part returns s as it stands behind another word in an exported identifier: as Exported, but it may begin with a digit or
// with a letter that has no case. It is never empty.
func Part(s string) string {
	return settle(s, func(name string) string { return name })
}

// settle repeats a step until nothing changes, as words that are joined may read as others: "a_p_i_s" gives APIS, then APIs.
func settle(s string, finish func(string) string) string {
	const rounds = 8
	for range rounds {
		name := pascal(s)
		if name == "" {
			name = "Empty"
		}
		name = Clip(finish(name))
		if name == s {
			break
		}
		s = name
	}
	return s
}

// Clip shortens an identifier that is longer than a reader can bear, such as the path of something deeply nested.
func Clip(name string) string { return ClipTo(name, maxLength) }

// ClipTo shortens an identifier to at most so many bytes: whole words are taken out of its middle, as the beginning says where it
// belongs and the end what it is.
func ClipTo(name string, length int) string {
	if len(name) <= length {
		return name
	}
	front := length * 7 / 16
	head, tail := 0, len(name)
	for i := range name { // wherever a character begins
		if i <= front {
			head = i
		}
		if i >= len(name)-(length-front) {
			tail = min(tail, i)
		}
	}
	for i := head; i > front/2; i-- {
		if beginsWord(name, i) {
			head = i
			break
		}
	}
	for i := tail; i < len(name)-front/2; i++ {
		if beginsWord(name, i) {
			tail = i
			break
		}
	}
	return name[:head] + name[tail:]
}

// beginsWord tells whether a word of an identifier begins at byte i: a capital behind what is none.
func beginsWord(name string, i int) bool {
	r, _ := utf8.DecodeRuneInString(name[i:])
	before, _ := utf8.DecodeLastRuneInString(name[:i])
	return utf8.RuneStart(name[i]) && unicode.IsUpper(r) && !unicode.IsUpper(before)
}

func pascal(s string) string {
	s = sign(strings.ToValidUTF8(s, " "))
	words, separated := split(s)
	if len(words) == 0 {
		return spell(s)
	}
	loud := separated && !hasLower(s)
	var b strings.Builder
	for _, word := range words {
		b.WriteString(title(word, loud))
	}
	return b.String()
}

// sign spells the sign of a number: "+1" and "-1" are Plus1 and Minus1.
func sign(s string) string {
	if len(s) < 2 || s[1] < '0' || s[1] > '9' {
		return s
	}
	switch s[0] {
	case '+':
		return "Plus" + s[1:]
	case '-':
		return "Minus" + s[1:]
	}
	return s
}

// spell names a text without letters and digits by its punctuation: ">=" is GreaterEqual.
func spell(s string) string {
	var b strings.Builder
	for _, r := range s {
		b.WriteString(punctuation[r])
	}
	return b.String()
}

var punctuation = map[rune]string{
	'!': "Not", '"': "Quote", '#': "Hash", '$': "Dollar", '%': "Percent", '&': "And", '\'': "Apostrophe", '(': "Open",
	')': "Close", '*': "Star", '+': "Plus", ',': "Comma", '-': "Minus", '.': "Dot", '/': "Slash", ':': "Colon",
	';': "Semicolon", '<': "Less", '=': "Equal", '>': "Greater", '?': "Question", '@': "At", '[': "OpenBracket",
	'\\': "Backslash", ']': "CloseBracket", '^': "Caret", '_': "Underscore", '`': "Backtick", '{': "OpenBrace", '|': "Or",
	'}': "CloseBrace", '~': "Tilde",
}

// Unexported returns an exported identifier as the name of something unexported: GetPet gives getPet, URLFor gives urlFor,
// IDs gives ids. It may be a keyword of Go or a predeclared identifier; a Scope made by NewPackageScope refuses those.
func Unexported(name string) string {
	runes := []rune(name)
	run := 0 // length of the capitals at the front
	for run < len(runes) && unicode.IsUpper(runes[run]) {
		run++
	}
	plural := run > 1 && run < len(runes) && runes[run] == 's' && initialisms[string(runes[:run])] &&
		(run+1 == len(runes) || !unicode.IsLower(runes[run+1]))
	if run > 1 && run < len(runes) && unicode.IsLower(runes[run]) && !plural {
		run-- // the last capital begins the next word
	}
	for i := range run {
		runes[i] = unicode.ToLower(runes[i])
	}
	if len(runes) > 0 && unicode.IsUpper(runes[0]) {
		return "x" + string(runes) // a capital without a small form, as U+03D3
	}
	return string(runes)
}

// Constants returns the parts of constants' names that stand for the values of an enum, in their order; equal ones are not told
// apart. Capitals say nothing where all values are in capitals and one of them is longer than an abbreviation: beside
// PENDING, NEW gives New; USD stays among others of its kind.
func Constants(values []string) []string {
	const abbreviation = 3
	loud := false
	for _, v := range values {
		if hasLower(v) {
			loud = false
			break
		}
		loud = loud || len(v) > abbreviation
	}
	parts := make([]string, len(values))
	for i, v := range values {
		if loud {
			v = strings.ToLower(v)
		}
		parts[i] = Part(v)
	}
	return parts
}
