package brotli

import _ "embed" // for the words

// words are the dictionary, which every decoder has (RFC 7932 appendix A): those of 4 bytes first, then those of 5, up to 24.
//
//go:embed dictionary.bin
var words string

const (
	shortestWord   = 4
	longestWord    = 24
	maxTransformed = longestWord + 16 // with what is put around it
)

// wordsOf is how many words there are by their length, as powers of two.
var wordsOf = [longestWord + 1]int{
	4: 10, 5: 10, 6: 11, 7: 11, 8: 10, 9: 10, 10: 10, 11: 10, 12: 10, 13: 9, 14: 9, 15: 8, 16: 7, 17: 7, 18: 8, 19: 7, 20: 7, 21: 6, 22: 6, 23: 5, 24: 5,
}

// wordsAt is where those of a length begin.
var wordsAt = func() (at [longestWord + 1]int) {
	for n := shortestWord; n < longestWord; n++ {
		at[n+1] = at[n] + n<<wordsOf[n]
	}
	return at
}()

// What is done to a word, beside what is put around it; omitFirst and omitLast with how many bytes that is.
const (
	identity = iota
	upperFirst
	upperAll
	omitFirst = 10
	omitLast  = 20
)

// transforms are all that is done to words (RFC 7932 appendix B).
var transforms = [...]struct {
	before string
	what   int
	behind string
}{
	{"", identity, ""},
	{"", identity, " "},
	{" ", identity, " "},
	{"", omitFirst + 1, ""},
	{"", upperFirst, " "},
	{"", identity, " the "},
	{" ", identity, ""},
	{"s ", identity, " "},
	{"", identity, " of "},
	{"", upperFirst, ""},
	{"", identity, " and "},
	{"", omitFirst + 2, ""},
	{"", omitLast + 1, ""},
	{", ", identity, " "},
	{"", identity, ", "},
	{" ", upperFirst, " "},
	{"", identity, " in "},
	{"", identity, " to "},
	{"e ", identity, " "},
	{"", identity, "\""},
	{"", identity, "."},
	{"", identity, "\">"},
	{"", identity, "\n"},
	{"", omitLast + 3, ""},
	{"", identity, "]"},
	{"", identity, " for "},
	{"", omitFirst + 3, ""},
	{"", omitLast + 2, ""},
	{"", identity, " a "},
	{"", identity, " that "},
	{" ", upperFirst, ""},
	{"", identity, ". "},
	{".", identity, ""},
	{" ", identity, ", "},
	{"", omitFirst + 4, ""},
	{"", identity, " with "},
	{"", identity, "'"},
	{"", identity, " from "},
	{"", identity, " by "},
	{"", omitFirst + 5, ""},
	{"", omitFirst + 6, ""},
	{" the ", identity, ""},
	{"", omitLast + 4, ""},
	{"", identity, ". The "},
	{"", upperAll, ""},
	{"", identity, " on "},
	{"", identity, " as "},
	{"", identity, " is "},
	{"", omitLast + 7, ""},
	{"", omitLast + 1, "ing "},
	{"", identity, "\n\t"},
	{"", identity, ":"},
	{" ", identity, ". "},
	{"", identity, "ed "},
	{"", omitFirst + 9, ""},
	{"", omitFirst + 7, ""},
	{"", omitLast + 6, ""},
	{"", identity, "("},
	{"", upperFirst, ", "},
	{"", omitLast + 8, ""},
	{"", identity, " at "},
	{"", identity, "ly "},
	{" the ", identity, " of "},
	{"", omitLast + 5, ""},
	{"", omitLast + 9, ""},
	{" ", upperFirst, ", "},
	{"", upperFirst, "\""},
	{".", identity, "("},
	{"", upperAll, " "},
	{"", upperFirst, "\">"},
	{"", identity, "=\""},
	{" ", identity, "."},
	{".com/", identity, ""},
	{" the ", identity, " of the "},
	{"", upperFirst, "'"},
	{"", identity, ". This "},
	{"", identity, ","},
	{".", identity, " "},
	{"", upperFirst, "("},
	{"", upperFirst, "."},
	{"", identity, " not "},
	{" ", identity, "=\""},
	{"", identity, "er "},
	{" ", upperAll, " "},
	{"", identity, "al "},
	{" ", upperAll, ""},
	{"", identity, "='"},
	{"", upperAll, "\""},
	{"", upperFirst, ". "},
	{" ", identity, "("},
	{"", identity, "ful "},
	{" ", upperFirst, ". "},
	{"", identity, "ive "},
	{"", identity, "less "},
	{"", upperAll, "'"},
	{"", identity, "est "},
	{" ", upperFirst, "."},
	{"", upperAll, "\">"},
	{" ", identity, "='"},
	{"", upperFirst, ","},
	{"", identity, "ize "},
	{"", upperAll, "."},
	{"\xc2\xa0", identity, ""},
	{" ", identity, ","},
	{"", upperFirst, "=\""},
	{"", upperAll, "=\""},
	{"", identity, "ous "},
	{"", upperAll, ", "},
	{"", upperFirst, "='"},
	{" ", upperFirst, ","},
	{" ", upperAll, "=\""},
	{" ", upperAll, ", "},
	{"", upperAll, ","},
	{"", upperAll, "("},
	{"", upperAll, ". "},
	{" ", upperAll, "."},
	{"", upperAll, "='"},
	{" ", upperAll, ". "},
	{" ", upperFirst, "=\""},
	{" ", upperAll, "='"},
	{" ", upperFirst, "='"},
}

// transformed writes the word of n bytes with that number, which tells the transform, too. It returns nil if there is none.
func transformed(to *[maxTransformed]byte, n, number int) []byte {
	if n < shortestWord || n > longestWord || number>>wordsOf[n] >= len(transforms) {
		return nil
	}
	t := &transforms[number>>wordsOf[n]]
	at := wordsAt[n] + n*(number&(1<<wordsOf[n]-1))
	word := words[at : at+n]
	switch {
	case t.what > omitLast:
		word = word[:max(0, n-(t.what-omitLast))]
	case t.what > omitFirst:
		word = word[min(n, t.what-omitFirst):]
	}
	out := append(to[:0], t.before...)
	out = append(out, word...)
	switch own := out[len(t.before):]; t.what {
	case upperFirst:
		upper(own)
	case upperAll:
		for len(own) > 0 {
			own = own[min(len(own), upper(own)):]
		}
	}
	return append(out, t.behind...)
}

// upper makes the first character upper case, as the standard has it, and returns how many bytes it is said to have.
func upper(b []byte) int {
	switch {
	case b[0] < 0xC0:
		if 'a' <= b[0] && b[0] <= 'z' {
			b[0] ^= 32
		}
		return 1
	case b[0] < 0xE0:
		if len(b) > 1 {
			b[1] ^= 32
		}
		return 2
	}
	if len(b) > 2 {
		b[2] ^= 5
	}
	return 3
}
