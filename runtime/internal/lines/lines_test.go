package lines

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var streams = []struct {
	name   string
	format Format
	text   string
	want   []string
}{
	{"lines", Lines, "{\"a\":1}\n2\n\"x\"\n", []string{`{"a":1}`, "2", `"x"`}},
	{"no end", Lines, "1\n2", []string{"1", "2"}},
	{"CR LF and empty lines", Lines, "\n1\r\n\r\n \t\n2 \n", []string{"1", "2"}},
	{"nothing", Lines, "", nil},
	{"sequence", Sequence, "\x1e{\"a\":1}\n\x1e2\n", []string{`{"a":1}`, "2"}},
	{"sequence over lines", Sequence, "\x1e{\n\"a\":\n1}\n\x1e\x1e\n\x1e2", []string{"{\n\"a\":\n1}", "2"}},
	{"empty sequence", Sequence, "", nil},
	{"separator alone", Sequence, " \n\x1e", nil},
}

// TestLongItemsLeaveNoMemory: the memory of a long item serves no other one, which may not come for long.
func TestLongItemsLeaveNoMemory(t *testing.T) {
	for name, long := range map[string]string{"an item": strings.Repeat("1", 1<<20), "an empty line": strings.Repeat(" ", 1<<20)} {
		for _, behind := range []string{"", "2"} {
			var s Splitter
			text := []byte(long + "\n" + behind)
			n, item, err := s.Feed(text)
			require.NoError(t, err)
			require.Equal(t, strings.TrimSpace(long), string(item))
			n2, item, err := s.Feed(text[n:])
			require.NoError(t, err)
			require.Nil(t, item)
			require.Equal(t, len(text), n+n2)
			require.LessOrEqual(t, cap(s.item), keptLength, name)
			item, err = s.Rest()
			require.NoError(t, err)
			require.Equal(t, behind, string(item))
		}
	}
}

// TestSplit reads each stream whole, a byte at a time, and cut at every place: the items are the same.
func TestSplit(t *testing.T) {
	for _, c := range streams {
		t.Run(c.name, func(t *testing.T) {
			all := [][]string{{c.text}, strings.Split(c.text, "")}
			for i := range len(c.text) {
				all = append(all, []string{c.text[:i], c.text[i:]})
			}
			for _, parts := range all {
				s := Splitter{Format: c.format}
				require.Equal(t, c.want, itemsOf(t, &s, parts), "%q", parts)
			}
		})
	}
}

func itemsOf(t *testing.T, s *Splitter, parts []string) (items []string) {
	t.Helper()
	for _, part := range parts {
		for b := []byte(part); len(b) > 0; {
			n, item, err := s.Feed(b)
			require.NoError(t, err)
			if item != nil {
				items = append(items, string(item))
			} else {
				require.Len(t, b, n)
			}
			b = b[n:]
		}
	}
	rest, err := s.Rest()
	require.NoError(t, err)
	if rest != nil {
		items = append(items, string(rest))
	}
	return items
}

// TestRefused: what is over the limit, and a sequence that is none.
func TestRefused(t *testing.T) {
	s := Splitter{Limit: 10}
	_, _, err := s.Feed([]byte("12345678901"))
	require.ErrorIs(t, err, ErrTooLong)
	s = Splitter{Limit: 10}
	_, _, err = s.Feed([]byte("12345678901\n"))
	require.ErrorIs(t, err, ErrTooLong)
	s = Splitter{Format: Sequence}
	_, _, err = s.Feed([]byte(`{"a"`))
	require.ErrorIs(t, err, ErrNoSeparator)
	s = Splitter{Format: Sequence}
	_, _, err = s.Feed([]byte("1\x1e2"))
	require.ErrorIs(t, err, ErrNoSeparator)
}

// TestAppend: an item is one line, whatever its white space is.
func TestAppend(t *testing.T) {
	for format, want := range map[Format]string{Lines: "{\"a\":  1}\n", Sequence: "\x1e{\"a\":  1}\n"} {
		b := format.Begin(nil)
		from := len(b)
		b = format.End(append(b, "{\"a\":\r\n1}"...), from)
		require.Equal(t, want, string(b))
	}
	require.Equal(t, Sequence, FormatOf("application/json-seq"))
	require.Equal(t, Lines, FormatOf("application/x-ndjson"))
}
