package validate_test

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tornadogen/tornadogen/runtime/internal/validate"
)

func TestPatternMeansWhatECMAMeans(t *testing.T) {
	tests := []struct {
		pattern  string
		match    []string
		no       []string
		needsOwn bool // an engine beside RE2
	}{
		{`abc`, []string{"xabcx"}, []string{"ab"}, false},
		{`^[a-z]+$`, []string{"abc"}, []string{"", "aB", "abc\n"}, false},
		{`^a$`, []string{"a"}, []string{"a\n"}, false},
		{`^.$`, []string{"a", "😀", "\u0085"}, []string{"\n", "\r", "\u2028", "\u2029", ""}, false},
		{`^\s\S$`, []string{"\u00a0a", "\ufeffa", "\va"}, []string{"\u200ba", " \t"}, false},
		{`^[\s\d]+$`, []string{" 1\u3000"}, []string{"a"}, false},
		{`^[^\s\w]$`, []string{"-", "é"}, []string{"a", " ", "_"}, false},
		{`^[\W]$`, []string{"-", "é", "[", "^", "{"}, []string{"a", "Z", "_", "0"}, false},
		{`^\W\D$`, []string{"-x", "é-"}, []string{"ax", "-0"}, false},
		{`^\cJ\x41\u0042\u{1F600}\0$`, []string{"\nAB😀\x00"}, nil, false},
		{`^\ud83d\ude00[\ud83d\ude00-\ud83d\ude02]$`, []string{"😀😁"}, []string{"😀😃"}, false},
		{`^[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\r\n\t]*$`, []string{"plain é 😀\n", ""}, []string{"\x01"}, false},
		{`^[^\ud800-\udfff]\ud800?$`, []string{"a"}, nil, false},
		{`^[\b]$`, []string{"\b"}, []string{"b"}, false},
		{`\bfoo\b`, []string{"a foo b"}, []string{"food"}, false},
		{`^\/\-\_\"\.$`, []string{`/-_".`}, []string{`/-_"x`}, false},
		{`^[\w-.]+$`, []string{"a-b.c"}, []string{"a b"}, false},
		{`^[a-\d]+$`, []string{"a-7"}, []string{"b"}, false},
		{`^[]$`, nil, []string{"", "]"}, false},
		{`^[^]$`, []string{"\n", "x"}, []string{""}, false},
		{`^[[:alpha:]]$`, []string{"a]", ":]"}, []string{"b"}, false},
		{`^[\]\\\[^-]+$`, []string{`]\[^-`}, []string{"a"}, false},
		{`^{a}{,3}$`, []string{"{a}{,3}"}, []string{"a"}, false},
		{`^x{2,3}?$`, []string{"xx", "xxx"}, []string{"x", "xxxx"}, false},
		{`^(?<year>\d{4})-(?:\d\d)$`, []string{"2024-05"}, []string{"2024-5"}, false},
		{`^(?i:a)b$`, []string{"Ab"}, []string{"aB"}, false},
		{`^\p{Lu}\p{Letter}\p{Script=Greek}\p{sc=Latin}\p{gc=Nd}\P{L}$`, []string{"Aaαa٣-"}, []string{"aaαa٣-"}, false},
		{`^[\p{Alphabetic}\p{ASCII}]+$`, []string{"aé1-"}, []string{"–"}, false},
		{`^\P{White_Space}\P{Any}?$`, []string{"a"}, []string{" "}, false},
		{`^[\x00-\x7F]{1,4096}$`, []string{"a", strings.Repeat("a", 4096)}, []string{"", "é", strings.Repeat("a", 4097)}, false},
		{`^(ab){1,2000}$`, []string{"ab", strings.Repeat("ab", 2000)}, []string{"", "aba"}, true},
		{`^(?=.*\d)(?!.*\s)[^-]{4,}$`, []string{"abc1"}, []string{"abcd", "ab 1", "ab1"}, true},
		{`(?<=\$)\d+(?<!0)$`, []string{"$15"}, []string{"15", "$10"}, true},
		{`^(?<q>['"]).*\k<q>$`, []string{`"x"`, `'x'`}, []string{`"x'`}, true},
		{`^(a)(?<b>b)(c)\2\3\1$`, []string{"abcbca"}, []string{"abcabc"}, true},
		{`^(a)\10$`, nil, nil, true},
		{`^\k<later>(?<later>a)$`, []string{"a"}, []string{"aa"}, true},
		{`(?=x*)\bé\B`, []string{"aé"}, []string{"é", "aéa"}, true},
		{`^(?=a$)[\s\S]+`, []string{"a"}, []string{"a\n", "ab"}, true},
		{`^(?=.)[^\d\ud83d\ude00]$`, []string{"é"}, []string{"7", "😀", "\n"}, true},
	}
	for _, test := range tests {
		p := validate.NewPattern(test.pattern)
		assert.Equal(t, test.pattern, p.String())
		for _, s := range test.match {
			assert.True(t, p.Match(s), "%s should match %q", test.pattern, s)
		}
		for _, s := range test.no {
			assert.False(t, p.Match(s), "%s should not match %q", test.pattern, s)
		}
		if test.match == nil && test.no == nil {
			continue
		}
		assert.Equal(t, test.needsOwn, validate.NeedsECMA(test.pattern), test.pattern)
		assert.True(t, validate.FormatRegex.Check(test.pattern), test.pattern)
	}
}

func TestPatternsOfOtherDialects(t *testing.T) {
	p := validate.NewPattern(`(?i)^abc\z`)
	assert.True(t, p.Match("ABC"))
	assert.False(t, p.Match("ABCD"))
	p = validate.NewPattern(`\A[[:alpha:]]+\z`)
	assert.True(t, p.Match("abc"))
	assert.False(t, p.Match("abc1"))
	assert.False(t, validate.FormatRegex.Check(`\A[[:alpha:]]+\z`))
}

func TestWrongPatternsMatchEverything(t *testing.T) {
	for _, pattern := range []string{
		`(`, `)`, `a**`, `*`, `[a`, `[z-a]`, `\`, `a{3,2}`, `\u12`, `\x1`, `\c1`, `\p{Nope}`, `\p{`, `\pL`, `\p{x=y}`, `^*`, `(?<a`, `(?<>a)`, `\1`, `(?q)`, `\u{110000}`,
		`a{99999999999}`, `\k<`, `[\q]`,
	} {
		assert.False(t, validate.FormatRegex.Check(pattern), pattern)
		assert.False(t, validate.NeedsECMA(pattern), pattern)
		_, ok := validate.TranslateECMA(pattern)
		assert.False(t, ok, pattern)
		if _, err := regexp.Compile(pattern); err != nil {
			assert.True(t, validate.NewPattern(pattern).Match("whatever"), pattern)
		}
	}
	re2, ok := validate.TranslateECMA(`^(?<y>\d)$`)
	assert.True(t, ok)
	assert.Equal(t, `^(?:[0-9])\z`, re2)
}

func TestPatternIsSafeForConcurrentUse(t *testing.T) {
	for _, source := range []string{`^[a-z]+$`, `^(a|b)+$`, `^(?=a)[a-z]+$`} {
		p := validate.NewPattern(source)
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() {
				assert.True(t, p.Match("ab"))
				assert.False(t, p.Match("1"))
			})
		}
		group.Wait()
	}
}

func TestHostileStringsAreBoundedInTime(t *testing.T) {
	p := validate.NewPattern(`^(?=(a+)+$)b`)
	start := time.Now()
	assert.False(t, p.Match(strings.Repeat("a", 64)+"!"))
	assert.Less(t, time.Since(start), 5*time.Second)
}

// drawPattern draws a pattern without groups, as most of documents are.
func drawPattern(t *rapid.T) string {
	var b strings.Builder
	b.WriteByte('^')
	atoms := []string{"a", "b", "[ab]", "[^a]", `\d`, `\w`, "é", ".", `\.`, "[b-é]", `[^\s]`}
	counts := []string{"", "", "?", "*", "+", "{2}", "{1,2}", "{0,3}", "+?", "{2,}"}
	for range rapid.IntRange(1, 4).Draw(t, "atoms") {
		b.WriteString(rapid.SampledFrom(atoms).Draw(t, "atom"))
		b.WriteString(rapid.SampledFrom(counts).Draw(t, "count"))
	}
	if rapid.Bool().Draw(t, "end") {
		b.WriteByte('$')
	}
	return b.String()
}

// TestEnginesAgree matches the same strings by the quick walk, by RE2 and by the engine for lookaround.
func TestEnginesAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := drawPattern(t)
		text, ok := validate.TranslateECMA(pattern)
		require.True(t, ok, pattern)
		re2, err := regexp.Compile(text)
		require.NoError(t, err)
		quick, engine := validate.NewPattern(pattern), validate.NewPattern("(?=)"+pattern)
		require.True(t, validate.NeedsECMA(engine.String()))
		for i := range 10 {
			s := rapid.StringMatching(`[ab1é. ]{0,6}`).Draw(t, fmt.Sprint("s", i))
			want := re2.MatchString(s)
			assert.Equal(t, want, quick.Match(s), "%s on %q", pattern, s)
			assert.Equal(t, want, engine.Match(s), "%s on %q", pattern, s)
		}
	})
}

// FuzzTranslate checks that no pattern, however broken, makes the translation fail: what it gives compiles, or is not given.
func FuzzTranslate(f *testing.F) {
	for _, seed := range []string{`^[a-z]+$`, `(?=a)\1(b)`, `\u{1F600}[\d-x]{2,3}?`, `[^]\p{L}\cA`, `{a}(?<n>x)\k<n>`} {
		f.Add(seed, "abc")
	}
	f.Fuzz(func(t *testing.T, pattern, s string) {
		if text, ok := validate.TranslateECMA(pattern); ok {
			re2, err := regexp.Compile(text)
			require.NoError(t, err)
			assert.Equal(t, re2.MatchString(s), validate.NewPattern(pattern).Match(s))
		}
		validate.FormatRegex.Check(pattern)
		validate.NeedsECMA(pattern)
	})
}

func BenchmarkPattern(b *testing.B) {
	for name, pattern := range map[string]string{"sequence": `^[a-z][a-z0-9-]{0,62}$`, "re2": `^[a-z](-?[a-z0-9])*$`, "engine": `^(?!-)[a-z0-9-]+$`} {
		b.Run(name, func(b *testing.B) {
			p := validate.NewPattern(pattern)
			b.ReportAllocs()
			for b.Loop() {
				if !p.Match("payment-gateway-eu-west") {
					b.Fatal("no match")
				}
			}
		})
	}
}
