package emit

import (
	"bytes"
	"encoding/binary"
	"go/format"
	"go/token"
	"slices"
	"unicode/utf8"
)

// layOut formats a part of a file. Lines are broken before, so that most parts need it once, and again where alignment has made
// them long.
func layOut(src []byte) ([]byte, error) {
	src, _ = wrap(src, maxColumns-indentation)
	out, err := format.Source(src)
	for _, shorten := range []func([]byte, int) ([]byte, bool){wrap, loosen} {
		if err != nil {
			return nil, err
		}
		if again, changed := shorten(out, maxColumns); changed {
			out, err = format.Source(again)
		}
	}
	return out, err
}

// indentation is room for what format puts before a statement: jennifer does not indent.
const indentation = 8

// layouts formats the declarations of a file. To format is most of the work of a generator, and what go format does depends on the
// shape of a declaration alone, its tokens and how long names and texts are: declarations of one shape are formatted once. An API has
// thousands of operations, and few shapes of them.
type layouts struct {
	known  map[string]layout
	tokens []span // of the declaration in hand
	shape  []byte // of the declaration in hand
}

// layout is how declarations of one shape are formatted: what stands before, between and behind their tokens. nil is for a shape
// that go format is asked for each time.
type layout [][]byte

// span is where a name, a text or a comment stands.
type span struct{ from, end int }

// maxLayouts is how many shapes of a file are kept: they take about as much memory as the file has text.
const maxLayouts = 2000

// format formats declarations, each with an empty line before the next.
func (l *layouts) format(out *bytes.Buffer, src []byte) error {
	for src = bytes.TrimSpace(src); len(src) > 0; src = bytes.TrimLeft(src, "\n") {
		n, plain := l.read(src)
		if out.Len() > 0 {
			out.WriteString("\n\n")
		}
		if err := l.declaration(out, bytes.TrimSpace(src[:n]), plain); err != nil {
			return err
		}
		src = src[n:]
	}
	return nil
}

// declaration formats one, whose tokens and shape were read where it is plain.
func (l *layouts) declaration(out *bytes.Buffer, src []byte, plain bool) error {
	plain = plain && !hasLong(src, maxColumns-indentation)
	known, ok := layout(nil), false
	if plain {
		known, ok = l.known[string(l.shape)]
	}
	if known != nil {
		for i, t := range l.tokens {
			out.Write(known[i])
			out.Write(src[t.from:t.end])
		}
		out.Write(known[len(l.tokens)])
		return nil
	}
	formatted, err := layOut(slices.Concat([]byte("\n\n"), src)) // a comment is not that of the package
	if err != nil {
		return err
	}
	formatted = bytes.TrimSpace(formatted)
	out.Write(formatted)
	if plain && !ok && len(l.known) < maxLayouts {
		if l.known == nil {
			l.known = map[string]layout{}
		}
		shape := string(l.shape)
		l.known[shape] = l.learn(src, formatted)
	}
	return nil
}

// learn returns how src was formatted; nil where go format changed a token, as it does in some comments.
func (l *layouts) learn(src, formatted []byte) layout {
	before := make([]span, len(l.tokens))
	copy(before, l.tokens)
	if n, plain := l.read(formatted); !plain || n != len(formatted) || len(l.tokens) != len(before) || hasLong(formatted, maxColumns) {
		return nil
	}
	learned, end := make(layout, 0, len(before)+1), 0
	for i, t := range l.tokens {
		if !bytes.Equal(src[before[i].from:before[i].end], formatted[t.from:t.end]) {
			return nil
		}
		learned = append(learned, bytes.Clone(formatted[end:t.from]))
		end = t.end
	}
	return append(learned, bytes.Clone(formatted[end:]))
}

// read reads the tokens and the shape of the declaration that src begins with, and returns how long it is: up to an empty line outside
// of brackets. It is plain where nothing in it is formatted by what it says: go format looks into comments, and measures what is
// not ASCII in two ways.
func (l *layouts) read(src []byte) (length int, plain bool) {
	l.tokens, l.shape = l.tokens[:0], l.shape[:0]
	plain = true
	depth := 0
	for i := 0; i < len(src); {
		kind, end := lexeme(src, i)
		switch kind {
		case lexComment:
			plain = plain && plainComment(src[i:end])
			l.shape = append(l.shape, 0, lexComment) // how long it is says nothing
			l.tokens = append(l.tokens, span{i, end})
		case lexName, lexText:
			plain = plain && isASCII(src[i:end])
			l.shape = binary.AppendUvarint(append(l.shape, 0, kind), uint64(end-i))
			l.tokens = append(l.tokens, span{i, end})
		case lexOpen:
			depth++
			l.shape = append(l.shape, src[i])
		case lexClose:
			depth--
			l.shape = append(l.shape, src[i])
		case lexLine:
			if depth == 0 && end < len(src) && src[end] == '\n' {
				return i, plain
			}
			l.shape = append(l.shape, '\n')
		default:
			plain = plain && kind == lexOther
			l.shape = append(l.shape, src[i:end]...)
		}
		i = end
	}
	return len(src), plain
}

// The kinds of lexemes.
const (
	lexOther   byte = iota // keywords, numbers, operators, spaces
	lexName                // an identifier
	lexText                // a string or a character
	lexComment             // up to the end of its line
	lexOpen                // an opening bracket
	lexClose               // a closing bracket
	lexLine                // a line feed
	lexStrange             // a comment of another kind, what is not ASCII
)

// lexeme returns the kind and the end of the lexeme at i.
func lexeme(src []byte, i int) (kind byte, end int) {
	switch c := src[i]; c {
	case '\n':
		return lexLine, i + 1
	case '(', '[', '{':
		return lexOpen, i + 1
	case ')', ']', '}':
		return lexClose, i + 1
	case '"', '`', '\'':
		return lexText, textEnd(src, i)
	case '/':
		if rest := src[i:]; bytes.HasPrefix(rest, []byte("//")) {
			if n := bytes.IndexByte(rest, '\n'); n > 0 {
				return lexComment, i + n
			}
			return lexComment, len(src)
		} else if bytes.HasPrefix(rest, []byte("/*")) {
			return lexStrange, i + max(bytes.Index(rest, []byte("*/")), 0) + 2
		}
		return lexOther, i + 1
	default:
		if c >= utf8.RuneSelf {
			return lexStrange, i + 1
		}
		end = i + 1
		if !isWord(c) {
			return lexOther, end
		}
		for end < len(src) && isWord(src[end]) {
			end++
		}
		if c <= '9' || token.IsKeyword(string(src[i:end])) {
			return lexOther, end
		}
		return lexName, end
	}
}

// textEnd is where the text that begins at i ends.
func textEnd(src []byte, i int) int {
	quote := src[i]
	for i++; i < len(src); i++ {
		switch {
		case src[i] == quote:
			return i + 1
		case src[i] == '\\' && quote != '`':
			i++
		}
	}
	return len(src)
}

// isWord tells whether c may stand in a name or a number.
func isWord(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

func isASCII(text []byte) bool {
	for _, c := range text {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// plainComment tells whether go format leaves a line of a comment as it is wherever it stands: it is a line of a paragraph, no
// heading, list, link, code or directive.
func plainComment(line []byte) bool {
	const mark = "// "
	return len(line) > len(mark) && string(line[:len(mark)]) == mark && isWord(line[len(mark)]) && line[len(mark)] > '9' &&
		line[len(line)-1] > ' ' && isASCII(line) && !bytes.Contains(line, []byte("``")) && !bytes.Contains(line, []byte("''"))
}
