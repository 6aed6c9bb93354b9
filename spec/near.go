package spec

import (
	"slices"
	"strings"
)

// Nearest returns the word that text is most likely a slip of the pen for: one that becomes text when at most two characters are
// added, left out, replaced or exchanged with the next one, one for every three that there are. Case counts for nothing. Of several
// the nearest, of these the first in the order of their letters; "" for none.
func Nearest(text string, words []string) string {
	const longest, furthest = 64, 2
	from := []rune(strings.ToLower(text))
	if len(from) > longest {
		return ""
	}
	best, least := "", furthest+1
	for _, word := range words {
		to := []rune(strings.ToLower(word))
		if word == text || len(to)-len(from) > furthest || len(from)-len(to) > furthest {
			continue
		}
		if d := distance(from, to); 3*d <= max(len(from), len(to)) && (d < least || d == least && word < best) {
			best, least = word, d
		}
	}
	return best
}

// distance is the optimal string alignment distance of two texts.
func distance(a, b []rune) int {
	before, above, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		above[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(above[j]+1, row[j-1]+1, above[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, above, row = above, row, before
	}
	return above[len(b)]
}

// maxCompared bounds the words that are compared for remedies in all: what is beyond gets the usual one.
const maxCompared = 200_000

// didYouMean is a remedy that names the nearest word, or the usual one where none is near.
func (r *reader) didYouMean(text string, words []string, usual string) string {
	if r.compared += len(words); r.compared > maxCompared {
		return usual
	}
	if word := Nearest(text, words); word != "" {
		return "did you mean " + quote(word) + "?"
	}
	return usual
}

// keysOf are the names of the members of n.
func keysOf(n *node) []string {
	keys := make([]string, 0, len(n.kids))
	for _, kid := range n.kids {
		keys = append(keys, kid.key)
	}
	return keys
}

// fieldNames are the members that g has and that n does not have yet.
func fieldNames(g *grammar, n *node) []string {
	names := make([]string, 0, len(g.fields))
	for name := range g.fields {
		if n.get(name) == nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
