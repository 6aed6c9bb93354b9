package param

import (
	"fmt"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// text gives pairs as "key=value" with bars between them, raw.
func text(p *Pairs) string {
	var parts []string
	for i := range p.Len() {
		parts = append(parts, string(p.At(i).Key)+"="+string(p.At(i).Value))
	}
	return strings.Join(parts, "|")
}

func TestQueryParse(t *testing.T) {
	t.Parallel()
	tests := []struct{ raw, want string }{
		{"", ""},
		{"a=1", "a=1"},
		{"a=1&b=2&a=3", "a=1|b=2|a=3"},
		{"a", "a="},
		{"a=", "a="},
		{"=1", "=1"},
		{"=", "="},
		{"&&a=1&&", "a=1"},
		{"a=b=c", "a=b=c"},
		{"a=1;b=2", "a=1;b=2"},
		{"a=%26&b=%3D", "a=%26|b=%3D"},
		{"?a=1", "?a=1"},
	}
	for _, tt := range tests {
		var q Query
		require.NoError(t, q.Parse([]byte(tt.raw), 0))
		assert.Equal(t, tt.want, text(&q.Pairs), tt.raw)
	}
}

func TestQueryLimit(t *testing.T) {
	t.Parallel()
	var q Query
	assert.NoError(t, q.Parse([]byte("a&b&c"), 3))
	assert.EqualError(t, q.Parse([]byte("a&b&c&d"), 3), "more than 3 query parameters")
	assert.Equal(t, "a=|b=|c=", text(&q.Pairs))
	assert.NoError(t, q.Parse([]byte(strings.Repeat("a=1&", DefaultPairs)), 0))
	assert.Error(t, q.Parse([]byte(strings.Repeat("a=1&", DefaultPairs+1)), 0))
}

func TestFind(t *testing.T) {
	t.Parallel()
	var q Query
	require.NoError(t, q.Parse([]byte("a=1&f%69lter%5Ba%5D=2&a=3&b+c=4&b%20c=5&%a=6&filter[a]=7&%zz=8"), 0))
	find := func(name string) (at []int) {
		for i := q.Find(name, 0); i >= 0; i = q.Find(name, i+1) {
			at = append(at, i)
		}
		return at
	}
	assert.Equal(t, []int{0, 2}, find("a"))
	assert.Equal(t, []int{1, 6}, find("filter[a]"))
	assert.Equal(t, []int{3, 4}, find("b c"))
	assert.Equal(t, []int{5}, find("%a"))
	assert.Equal(t, []int{7}, find("%zz"))
	assert.Nil(t, find("filter"))
	assert.Nil(t, find("filter[a]x"))
	assert.Nil(t, find(""))
	value, ok := q.Get("b c")
	assert.True(t, ok)
	assert.Equal(t, "4", string(value))
	_, ok = q.Get("x")
	assert.False(t, ok)
}

func TestCookies(t *testing.T) {
	t.Parallel()
	tests := []struct{ raw, want string }{
		{"", ""},
		{"a=1", "a=1"},
		{"a=1; b=2", "a=1|b=2"},
		{"a=1;b=2 ;\tc=3\t", "a=1|b=2|c=3"},
		{`a="1"; b="; c=3`, `a=1|b="|c=3`},
		{"a; =1; b=", "b="},
		{"a=x=y; a=z", "a=x=y|a=z"},
		{"; ;;", ""},
		{"a%20b=1+2%20", "a%20b=1+2%20"},
	}
	for _, tt := range tests {
		var c Cookies
		require.NoError(t, c.Add([]byte(tt.raw), 0))
		assert.Equal(t, tt.want, text(&c.Pairs), tt.raw)
	}
	var c Cookies
	require.NoError(t, c.Add([]byte("a=1"), 2))
	require.NoError(t, c.Add([]byte("b=2"), 2))
	assert.EqualError(t, c.Add([]byte("c=3"), 2), "more than 2 cookies")
	c.Reset()
	assert.Zero(t, c.Len())
}

// Parsing must not read beyond its input, wherever that ends.
func TestEveryPrefix(t *testing.T) {
	t.Parallel()
	raw := `a=1&b%5Bc%5D=%41+x&&=&d[e]="f;g"; h=%2`
	for n := range len(raw) {
		head := []byte(raw)[:n:n]
		var q Query
		require.NoError(t, q.Parse(head, 0))
		for i := range q.Len() {
			q.At(i).Is("b[c]")
			_, _ = Decode(nil, q.At(i).Value, InQuery)
		}
		var c Cookies
		require.NoError(t, c.Add(head, 0))
		ContentType(head)
		Accepts(head, []string{"a/b"})
		for _, s := range styles {
			var r Report
			r.Lookup(s.place, &q.Pairs).As(testShapes, "{b: {c: [string]}, *}")
			for it := SplitItems(s.place, head); ; {
				if _, ok := it.Next(); !ok {
					break
				}
			}
			for m := SplitMembers(s.place, head); ; {
				if _, _, ok := m.Next(); !ok {
					break
				}
			}
		}
	}
}

// otherwise is what net/url reads in another way, by the names that docs/reference/robustness.md has for it: pairs are those of the query here, and
// values those of net/url.
var otherwise = []struct{ name, query, pairs, values string }{
	{"; in a query", "a=1;b=2&c=3", "a=1;b=2|c=3", "c=3"},
	{"a pair of a query with a percent sign that encodes nothing", "a=%zz&b=2", "a=%zz|b=2", "b=2"},
}

// morePairs is what this package refuses and net/url takes, likewise.
var morePairs = fmt.Sprintf("more than %d pairs in a query", DefaultPairs)

// TestOtherwiseThanURL: they still differ in all of that, and robustness.md has a row for each, and no other one.
func TestOtherwiseThanURL(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../../docs/reference/robustness.md")
	require.NoError(t, err)
	many := strings.Repeat("a&", DefaultPairs+1)
	assert.Error(t, new(Query).Parse([]byte(many), 0))
	_, err = url.ParseQuery(many)
	assert.NoError(t, err)
	names, told := []string{morePairs}, []string(nil)
	for _, tt := range otherwise {
		var q Query
		require.NoError(t, q.Parse([]byte(tt.query), 0))
		assert.Equal(t, tt.pairs, text(&q.Pairs), tt.name)
		values, err := url.ParseQuery(tt.query)
		assert.Error(t, err, tt.name)
		assert.Equal(t, tt.values, values.Encode(), tt.name)
		names = append(names, tt.name)
	}
	for _, m := range regexp.MustCompile(`(?m)^\| (.+) \| .+ \| net/url .+ \|$`).FindAllStringSubmatch(string(page), -1) {
		told = append(told, strings.ReplaceAll(m[1], "`", ""))
	}
	assert.ElementsMatch(t, names, told)
}

// FuzzQuery holds the scanner against net/url: they read the same pairs, in the same order of those with one key, but for what otherwise
// and morePairs have.
func FuzzQuery(f *testing.F) {
	for _, seed := range []string{"a=1&b=2&a=3", "a%5Bb%5D=x+y&&=", "%zz=1&a=%4", "a=1;b=2", "a==b&c", "&=&"} {
		f.Add(seed)
	}
	for _, tt := range otherwise {
		f.Add(tt.query)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		var q Query
		err := q.Parse([]byte(raw), 50)
		parts := slices.DeleteFunc(strings.Split(raw, "&"), func(part string) bool { return part == "" })
		require.Equal(t, len(parts) > 50, err != nil)
		if err != nil || strings.Count(raw, "&") >= 10_000 { // net/url counts empty pairs, too, and has that for a limit
			return
		}
		want, err := url.ParseQuery(strings.ReplaceAll(raw, ";", "%3B"))
		got, fails := url.Values{}, false
		for i := range q.Len() {
			k, err1 := Decode(nil, q.At(i).Key, InQuery)
			v, err2 := Decode(nil, q.At(i).Value, InQuery)
			if err1 != nil || err2 != nil {
				fails = true
				continue
			}
			got.Add(string(k), string(v))
			require.True(t, q.At(i).Is(string(k)), "%q", k)
		}
		require.Equal(t, want, got)
		require.Equal(t, err != nil, fails, "%v", err)
		for key, values := range want {
			var found []string
			for i := q.Find(key, 0); i >= 0; i = q.Find(key, i+1) {
				k, err := Decode(nil, q.At(i).Key, InQuery)
				if err != nil {
					continue // it is its own name, as it stands
				}
				require.Equal(t, key, string(k))
				if v, err := Decode(nil, q.At(i).Value, InQuery); err == nil {
					found = append(found, string(v))
				}
			}
			require.Equal(t, values, found, "%q", key)
		}
	})
}

func TestDecode(t *testing.T) {
	t.Parallel()
	tests := []struct {
		in        In
		raw, want string
		fails     bool
	}{
		{InPath, "a%20b+c", "a b+c", false},
		{InQuery, "a%20b+c", "a b c", false},
		{InCookie, "a%20b+c", "a b+c", false},
		{InHeader, "a%20b+c", "a%20b+c", false},
		{InPath, "%e2%82%AC", "€", false},
		{InPath, "%2", "", true},
		{InPath, "%", "", true},
		{InQuery, "%zz", "", true},
		{InQuery, "%2x", "", true},
		{InCookie, "100%", "100%", false},
		{InCookie, "%zz%41", "%zzA", false},
		{InHeader, "%zz", "%zz", false},
		{InPath, "%00", "\x00", false},
	}
	for _, tt := range tests {
		got, err := Decode([]byte("> "), []byte(tt.raw), tt.in)
		if tt.fails {
			assert.ErrorIs(t, err, ErrEscape, tt.raw)
			continue
		}
		assert.NoError(t, err)
		assert.Equal(t, "> "+tt.want, string(got))
	}
}
