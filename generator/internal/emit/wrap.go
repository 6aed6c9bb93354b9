package emit

import (
	"bytes"
	"go/scanner"
	"go/token"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxColumns is how long a line may be, in characters, a tab counted as one.
const maxColumns = 160

// wrap breaks the lines of Go source that are longer than columns where gofmt leaves a break: behind a comma, an operator, an
// opening bracket. It reports whether it changed anything. The result is to be formatted again.
func wrap(src []byte, columns int) ([]byte, bool) {
	if !hasLong(src, columns) {
		return src, false
	}
	var out bytes.Buffer
	changed, inside := false, false
	for line := range bytes.Lines(src) {
		raw := inside
		inside = raw != rawEnds(line, raw)
		if raw || !long(line, columns) {
			out.Write(line)
			continue
		}
		wrapped := wrapLine(string(bytes.TrimSuffix(line, []byte("\n"))), columns)
		changed = changed || len(wrapped) != len(line)-1
		out.WriteString(wrapped)
		out.WriteByte('\n')
	}
	return out.Bytes(), changed
}

// rawEnds tells whether a text between back-ticks begins on a line and goes on behind it, or, with raw, ends on it.
func rawEnds(line []byte, raw bool) bool {
	if !raw && bytes.IndexByte(line, '`') < 0 {
		return false
	}
	var quote byte
	if raw {
		quote = '`'
	}
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case quote == 0 && c == '/' && i+1 < len(line) && line[i+1] == '/':
			i = len(line) // the rest is a comment
		case quote == 0 && (c == '`' || c == '"' || c == '\''):
			quote = c
		case quote != 0 && c == '\\' && quote != '`':
			i++
		case quote == c:
			quote = 0
		}
	}
	return raw != (quote == '`')
}

// loosen puts an empty line around each line that alignment with its neighbours has made too long, as a constant or a field among
// others with long names.
func loosen(src []byte, columns int) ([]byte, bool) {
	if !hasLong(src, columns) {
		return src, false
	}
	var out bytes.Buffer
	changed := false
	for line := range bytes.Lines(src) {
		text := bytes.TrimLeft(line, "\t")
		if !long(line, columns) || bytes.HasPrefix(text, []byte("//")) || !bytes.Contains(text, []byte("  ")) {
			out.Write(line)
			continue
		}
		changed = true
		out.WriteByte('\n')
		out.Write(line)
		out.WriteByte('\n')
	}
	return out.Bytes(), changed
}

func hasLong(src []byte, columns int) bool {
	for line := range bytes.Lines(src) {
		if long(line, columns) {
			return true
		}
	}
	return false
}

func long(line []byte, columns int) bool {
	line = bytes.TrimSuffix(line, []byte("\n"))
	return len(line) > columns && utf8.RuneCount(line) > columns
}

// piece is one token of a line.
type piece struct {
	tok   token.Token
	text  string
	space int // how many stand before it
	rank  int // of a break behind it: low is good; 0 where there can be none
}

// wrapLine breaks one line, as often as it needs to: texts only where they would not fit on a line of their own, then anywhere. What
// cannot be broken stays as it is.
func wrapLine(line string, columns int) string {
	for _, text := range []int{columns * 3 / 4, columns / 8} {
		pieces, ok := piecesOf(line, text)
		if !ok {
			return line
		}
		if wrapped := join(pieces, line[:len(line)-len(strings.TrimLeft(line, "\t"))], columns); !hasLong([]byte(wrapped), columns) {
			return wrapped
		}
	}
	return line
}

// join puts pieces on lines of at most so many columns.
func join(pieces []piece, indent string, columns int) string {
	var b strings.Builder
	b.WriteString(indent)
	room := columns - len(indent)
	for len(pieces) > 0 {
		n := breakAt(pieces, room)
		for i, p := range pieces[:n] {
			if i > 0 {
				b.WriteString(strings.Repeat(" ", p.space))
			}
			b.WriteString(p.text)
		}
		pieces = pieces[n:]
		if len(pieces) > 0 {
			b.WriteString("\n" + indent + "\t")
			room = columns - len(indent) - 2
		}
	}
	return b.String()
}

// breakAt returns how many pieces go on this line: up to the break of the best rank, of those the last one that fits; all where
// no break is possible.
func breakAt(pieces []piece, room int) int {
	width, best := 0, 0
	for i, p := range pieces {
		width += utf8.RuneCountInString(p.text)
		if i > 0 {
			width += p.space
		}
		if width > room && best > 0 {
			return best
		}
		if i+1 < len(pieces) && p.rank > 0 && (best == 0 || p.rank <= pieces[best-1].rank) {
			best = i + 1
		}
	}
	if width > room && best > 0 {
		return best
	}
	return len(pieces)
}

// rank is how good a break behind a token is, in so many open brackets: between arguments, then between operands, then before the
// first argument. Breaks behind an assignment gofmt takes out of constants.
func rank(t token.Token, depth int) int {
	switch t {
	case token.COMMA, token.LBRACE:
		return 2*depth + 1
	case token.ADD, token.OR, token.LAND, token.LOR:
		return 2*depth + 2
	case token.LPAREN:
		return 2*depth + 3
	}
	return 0
}

// piecesOf splits a line into its tokens, with texts of more than width characters split into several. It fails for what is no code
// of its own: a comment, the inside of a long string, a field with its tag.
func piecesOf(line string, width int) ([]piece, bool) {
	var s scanner.Scanner
	src := []byte(line)
	open, faults := rawEnds(src, false), 0 // a text that goes on behind the line is a fault of the scanner
	if open {
		faults--
	}
	fset := token.NewFileSet()
	file := fset.AddFile("", fset.Base(), len(src))
	s.Init(file, src, func(token.Position, string) { faults++ }, scanner.ScanComments)
	var pieces []piece
	depth, end := 0, 0
	for {
		pos, tok, text := s.Scan()
		if tok == token.EOF || tok == token.SEMICOLON && text == "\n" {
			break
		}
		if tok == token.COMMENT {
			return nil, false
		}
		if text == "" || tok.IsOperator() {
			text = tok.String()
		}
		switch tok {
		case token.LPAREN, token.LBRACE, token.LBRACK:
			depth++
		case token.RPAREN, token.RBRACE, token.RBRACK:
			depth--
		}
		at := file.Offset(pos)
		p := piece{tok, text, at - end, rank(tok, depth)}
		end = at + len(text)
		if tok == token.STRING && len(pieces) > 0 && !isOperator(pieces[len(pieces)-1].tok) {
			return nil, false // a tag
		}
		if tok == token.STRING && (!open || at+len(text) < len(src)) && utf8.RuneCountInString(text) > width {
			pieces = append(pieces, splitText(p, width)...)
			continue
		}
		if n := len(pieces); n > 0 && (tok == token.RPAREN || tok == token.RBRACE) && p.space == 0 && opens(pieces[n-1].tok) {
			pieces[n-1].rank = 0 // nothing stands between them
		}
		pieces = append(pieces, p)
	}
	return pieces, faults == 0
}

func opens(t token.Token) bool { return t == token.LPAREN || t == token.LBRACE }

// isOperator tells whether a value may stand behind the token.
func isOperator(t token.Token) bool {
	return t.IsOperator() && t != token.RBRACK || t == token.CASE || t == token.RETURN
}

// splitText makes a sum of shorter texts of a long one.
func splitText(p piece, width int) []piece {
	value, err := strconv.Unquote(p.text)
	if err != nil {
		return []piece{p}
	}
	var parts []piece
	for len(value) > 0 {
		n := textPrefix(value, width)
		if len(parts) > 0 {
			parts = append(parts, piece{token.ADD, "+", 1, 1})
		}
		parts = append(parts, piece{token.STRING, key(value[:n]).GoString(), 1, 0})
		value = value[n:]
	}
	return parts
}

// textPrefix is how many bytes of a text are at most width characters when they are quoted: up to a space where there is one near.
func textPrefix(value string, width int) int {
	n, used := 0, 2
	for n < len(value) {
		_, size := utf8.DecodeRuneInString(value[n:])
		used += utf8.RuneCountInString(strconv.Quote(value[n:n+size])) - 2
		if used > width {
			break
		}
		n += size
	}
	if n == len(value) {
		return n
	}
	if space := strings.LastIndexByte(value[:n], ' '); space > n*2/3 {
		return space + 1
	}
	return max(n, 1)
}
