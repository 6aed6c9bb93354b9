// Package matching makes texts that regular expressions match, for requests that are generated and for samples.
package matching

import (
	"regexp/syntax"
	"strings"
)

// Choices are what a text is made by. The smaller the numbers, the simpler the text.
type Choices interface {
	IntN(n int) int // from 0 to n-1
}

// Usual is how often more than it has to a part is repeated that has no bound.
const Usual = 2

// Text is a text that a pattern matches, as far as it can be told from its parts: assertions within it, \b say, are not seen. What may be
// repeated is so at most more times beyond its least. false: Go does not read the pattern, as it does not read all of ECMAScript's.
func Text(pattern string, choices Choices, more int) (string, bool) {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return "", false
	}
	w := writer{choices: choices, more: more}
	w.match(re)
	return w.String(), true
}

// longest bounds texts of patterns that repeat what is repeated.
const longest = 1 << 16

type writer struct {
	strings.Builder
	choices Choices
	more    int
}

func (w *writer) match(re *syntax.Regexp) {
	switch re.Op {
	case syntax.OpLiteral:
		w.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		if len(re.Rune) > 1 {
			i := w.choices.IntN(len(re.Rune)/2) * 2
			lo, hi := re.Rune[i], min(re.Rune[i+1], re.Rune[i]+25)
			w.WriteRune(lo + rune(w.choices.IntN(int(hi-lo)+1)))
		}
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		w.WriteByte('a')
	case syntax.OpStar:
		w.repeat(re, 0, -1)
	case syntax.OpPlus:
		w.repeat(re, 1, -1)
	case syntax.OpQuest:
		w.repeat(re, 0, 1)
	case syntax.OpRepeat:
		w.repeat(re, re.Min, re.Max)
	case syntax.OpConcat, syntax.OpCapture:
		for _, sub := range re.Sub {
			w.match(sub)
		}
	case syntax.OpAlternate:
		w.match(re.Sub[w.choices.IntN(len(re.Sub))])
	}
}

func (w *writer) repeat(re *syntax.Regexp, least, most int) {
	if most < 0 || most > least+w.more {
		most = least + w.more
	}
	for range least + w.choices.IntN(most-least+1) {
		if w.Len() < longest {
			w.match(re.Sub[0])
		}
	}
}
