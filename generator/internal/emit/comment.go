package emit

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dave/jennifer/jen"
)

// commentWidth is where a comment line is broken, in characters without its indentation and slashes.
const commentWidth = 100

// comment gives text as line comments. It is the only way of a document's text into a comment: every line is prefixed
// by two slashes and a space, so that nothing in it can end the comment, be a directive ("//go:embed"), or be a build
// constraint ("// +build"). Empty text gives nil.
func comment(text string) jen.Code {
	lines := commentLines(text)
	if len(lines) == 0 {
		return nil
	}
	// jennifer prints what starts with two slashes as it is.
	return jen.Comment(strings.Join(lines, "\n"))
}

// addComment puts text above what g gets next; nothing where it is empty.
func addComment(g *jen.Group, text string) {
	if c := comment(text); c != nil {
		g.Add(c)
	}
}

// commentLines gives the lines of text, each with its slashes: long ones broken, runs of empty ones made one, list items
// and code fences indented as go doc wants them.
func commentLines(text string) []string {
	var out []string
	blank, fenced := false, false
	for line := range strings.SplitSeq(cleanText(text), "\n") {
		line = strings.TrimRight(line, " ")
		flat := strings.TrimLeft(line, " ")
		if flat == "" {
			blank = len(out) > 0
			continue
		}
		if strings.HasPrefix(flat, "```") {
			fenced = !fenced
			blank = len(out) > 0
			continue
		}
		if blank {
			out = append(out, "//")
			blank = false
		}
		switch first, rest := listIndents(flat); {
		case fenced:
			indent := line[:len(line)-len(flat)]
			for _, part := range breakWords([]string{flat}) {
				out = append(out, "//\t"+indent+defuse(part))
			}
		case first != "":
			out = appendWrapped(out, flat, first, rest)
		default:
			out = appendWrapped(out, flat, "", "")
		}
	}
	return out
}

// appendWrapped appends line to out, broken at spaces, and inside of words that are longer than a line may be.
func appendWrapped(out []string, line, first, rest string) []string {
	var b strings.Builder
	width := 0
	b.WriteString("// " + first)
	for i, word := range breakWords(strings.Fields(line)) {
		n := utf8.RuneCountInString(word)
		if i == 0 {
			word = defuse(word)
		} else if width+1+n > commentWidth {
			out = append(out, b.String())
			b.Reset()
			b.WriteString("// " + rest)
			width = len(rest)
			word = defuse(word)
		} else {
			b.WriteByte(' ')
			width++
		}
		b.WriteString(word)
		width += n
	}
	return append(out, b.String())
}

// breakWords breaks words of more than longestWord characters, as a long pointer is one, behind a slash where there is one.
func breakWords(words []string) []string {
	var out []string
	for _, word := range words {
		for len(word) > 4*longestWord || utf8.RuneCountInString(word) > longestWord {
			n, left := 0, commentWidth
			for i := range word {
				if n = i; left == 0 {
					break
				}
				left--
			}
			if slash := strings.LastIndexByte(word[:n], '/'); slash > n/2 {
				n = slash + 1
			}
			out, word = append(out, word[:n]), word[n:]
		}
		out = append(out, word)
	}
	return out
}

// longestWord is how long a word of a comment may be.
const longestWord = 140

// defuse changes a word that would mean something to a tool at the start of a comment line: "+build" is an old build
// constraint, "#" would make the line a heading, "go:" would be read as a directive by old tools.
func defuse(word string) string {
	if strings.HasPrefix(word, "+build") || strings.HasPrefix(word, "go:") || strings.HasPrefix(word, "//") {
		return "'" + word
	}
	return word
}

// listIndents gives the indentation of the first and the further lines of a list item, "" and "" for any other line.
func listIndents(line string) (first, rest string) {
	marker, _, ok := strings.Cut(line, " ")
	if !ok {
		return "", ""
	}
	if marker == "-" || marker == "*" || marker == "+" {
		return "  ", "    "
	}
	digits, ok := strings.CutSuffix(marker, ".")
	if !ok || digits == "" || strings.Trim(digits, "0123456789") != "" {
		return "", ""
	}
	return " ", "    "
}

// cleanText makes text fit for Go source: valid UTF-8, one kind of line end, no control characters, no byte order mark,
// and none of the characters that change the direction of what follows.
func cleanText(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	text = strings.ReplaceAll(text, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\r', r == '\v', r == '\f', r == '\u0085', r == '\u2028', r == '\u2029':
			return '\n'
		case r == '\t', unicode.Is(unicode.Zs, r):
			return ' '
		case unicode.IsControl(r), r == '\uFEFF', r >= '\u202A' && r <= '\u202E', r >= '\u2066' && r <= '\u2069':
			return -1
		}
		return r
	}, text)
}
