package sse

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestAppend pins the text of events.
func TestAppend(t *testing.T) {
	for _, c := range []struct {
		event Event
		want  string
	}{
		{Event{Data: []byte("x")}, "data: x\n\n"},
		{Event{Data: []byte{}}, "data: \n\n"},
		{Event{ID: "7", Name: "sold", Data: []byte(`{"a":1}`), Retry: 1500 * time.Millisecond}, "event: sold\nid: 7\nretry: 1500\ndata: {\"a\":1}\n\n"},
		{Event{Data: []byte("a\nb\r\nc\rd\n")}, "data: a\ndata: b\ndata: c\ndata: d\ndata: \n\n"},
		{Event{HasID: true, Data: []byte("x")}, "id: \ndata: x\n\n"},
		{Event{Retry: time.Second}, "retry: 1000\n\n"},
	} {
		require.Equal(t, c.want, string(AppendEvent(nil, &c.event)))
	}
	require.Equal(t, ":\n\n", string(AppendComment(nil, "")))
	require.Equal(t, ": a\n: b\n\n", string(AppendComment(nil, "a\r\nb")))
}

// TestCheck: what would be read as another event, or another field, is refused.
func TestCheck(t *testing.T) {
	for _, id := range []string{"a\nb", "a\rb", "a\x00b"} {
		require.ErrorIs(t, (&Event{ID: id}).Check(), ErrID)
	}
	require.ErrorIs(t, (&Event{Name: "a\ndata: x"}).Check(), ErrName)
	require.NoError(t, (&Event{ID: "ä 1", Name: "b: c", Data: []byte("\n\n")}).Check())
}

// streams are texts, and what a client sees of them: name, id and data of each event (HTML section 9.2.6).
var streams = []struct {
	name, text string
	want       []string
	lastID     string
	retry      time.Duration
}{
	{name: "one", text: "data: x\n\n", want: []string{"||x"}},
	{name: "all line ends", text: "data: a\r\n\r\ndata: b\r\rdata: c\n\n", want: []string{"||a", "||b", "||c"}},
	{name: "mixed line ends", text: "data: a\ndata: b\r\n\r\n\ndata: c\r\n\n", want: []string{"||a\nb", "||c"}},
	{name: "byte order mark", text: "\xef\xbb\xbfdata: x\n\n", want: []string{"||x"}},
	{name: "two byte order marks", text: "\xef\xbb\xbf\xef\xbb\xbfdata: x\n\ndata: y\n\n", want: []string{"||y"}},
	{name: "mark in the middle", text: "\n\xef\xbb\xbfdata: x\n\n", want: nil},
	{name: "no space", text: "data:x\n\n", want: []string{"||x"}},
	{name: "two spaces", text: "data:  x\n\n", want: []string{"|| x"}},
	{name: "no colon", text: "data\n\ndata\ndata\n\ndata:", want: []string{"||", "||\n"}},
	{name: "comments", text: ": hello\n\n:\n\ndata: x\n: in between\n\n", want: []string{"||x"}},
	{name: "fields", text: "event: add\nid: 3\ndata: x\n\ndata: y\n\n", want: []string{"add|3|x", "|3|y"}, lastID: "3"},
	{name: "id without data", text: "id: 9\n\n", lastID: "9"},
	{name: "id is forgotten", text: "id: 9\ndata: x\n\nid\ndata: y\n\n", want: []string{"|9|x", "||y"}},
	{name: "id with NUL", text: "id: 1\ndata: x\n\nid: a\x00b\ndata: y\n\n", want: []string{"|1|x", "|1|y"}, lastID: "1"},
	{name: "id of an event that is cut off", text: "id: 1\ndata: x\n\nid: 2\ndata: y\n", want: []string{"|1|x"}, lastID: "1"},
	{name: "event without data", text: "event: a\n\ndata: x\n\n", want: []string{"||x"}},
	{name: "retry", text: "retry: 2500\n\nretry: 1s\n\nretry: -1\n\nretry:\n\n", retry: 2500 * time.Millisecond},
	{name: "huge retry", text: "retry: 99999999999999999999999\n\n", retry: 922337203685 * time.Millisecond},
	{name: "unknown field", text: "foo: bar\ndata: x\ndatax: y\nDATA: z\n\n", want: []string{"||x"}},
	{name: "not UTF-8", text: "event: \xff\ndata: a\xffb\n\n", want: []string{"\ufffd||a\ufffdb"}},
	{name: "cut off", text: "data: x\n\ndata: y", want: []string{"||x"}},
}

// TestLongLinesLeaveNoMemory: the memory of a long line serves no other one, which may not come for long.
func TestLongLinesLeaveNoMemory(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	for _, text := range []string{"data: " + long + "\n\n", "data: y\n\n:" + long + "\n"} {
		var p Parser
		for b := []byte(text); len(b) > 0; {
			n, _, err := p.Feed(b)
			require.NoError(t, err)
			b = b[n:]
		}
		require.LessOrEqual(t, cap(p.line), keptLength)
	}
	p := Parser{line: make([]byte, 1<<20)}
	p.Reset()
	require.Zero(t, cap(p.line))
}

// TestParserSplit reads each stream whole, a byte at a time, and cut at every place: the events are the same.
func TestParserSplit(t *testing.T) {
	for _, c := range streams {
		t.Run(c.name, func(t *testing.T) {
			pieces := [][]string{{c.text}, strings.Split(c.text, "")}
			for i := range len(c.text) {
				pieces = append(pieces, []string{c.text[:i], c.text[i:]})
			}
			bytewise := make([]string, len(c.text))
			for i := range len(c.text) {
				bytewise[i] = c.text[i : i+1]
			}
			for _, parts := range append(pieces, bytewise) {
				var p Parser
				require.Equal(t, c.want, feedAll(t, &p, parts), "%q", parts)
				require.Equal(t, c.lastID, p.LastID())
				require.Equal(t, c.retry, p.Retry())
			}
		})
	}
}

func feedAll(t *testing.T, p *Parser, parts []string) (events []string) {
	t.Helper()
	for _, part := range parts {
		for b := []byte(part); len(b) > 0; {
			n, ev, err := p.Feed(b)
			require.NoError(t, err)
			if ev == nil {
				require.Len(t, b, n)
			} else {
				events = append(events, ev.Name+"|"+ev.ID+"|"+string(ev.Data))
			}
			b = b[n:]
		}
	}
	return events
}

// TestParserLimit: neither a line without end nor data without end grow without bound.
func TestParserLimit(t *testing.T) {
	for _, text := range []string{"data: " + strings.Repeat("x", 200), strings.Repeat("data: 0123456789\n", 20)} {
		p := Parser{Limit: 100}
		var err error
		for b := []byte(text); len(b) > 0 && err == nil; {
			var n int
			n, _, err = p.Feed(b)
			b = b[n:]
		}
		require.ErrorIs(t, err, ErrTooLong)
	}
}

// TestReset: a client that comes back keeps the id and drops what was not complete.
func TestReset(t *testing.T) {
	var p Parser
	require.Equal(t, []string{"|5|x"}, feedAll(t, &p, []string{"id: 5\nretry: 10\ndata: x\n\nid: 6\nevent: a\ndata: y"}))
	p.Reset()
	require.Equal(t, []string{"|5|z"}, feedAll(t, &p, []string{"data: z\n\n"}))
	require.Equal(t, 10*time.Millisecond, p.Retry())
	p.SetLastID("8")
	require.Equal(t, []string{"|8|z"}, feedAll(t, &p, []string{"data: z\n\n"}))
}

// FuzzRoundTrip: what is written is read as it was.
func FuzzRoundTrip(f *testing.F) {
	f.Add("7", "sold", "a\nb", uint16(3))
	f.Add("", "", "", uint16(0))
	f.Fuzz(func(t *testing.T, id, name, data string, retry uint16) {
		ev := Event{ID: id, HasID: true, Name: name, Data: []byte(data), Retry: time.Duration(retry) * time.Millisecond}
		if ev.Check() != nil {
			return
		}
		text := AppendComment(AppendEvent(nil, &ev), data)
		var p Parser
		n, got, err := p.Feed(text)
		require.NoError(t, err)
		require.NotNil(t, got)
		valid := func(s string) string { return strings.ToValidUTF8(s, "\ufffd") }
		require.Equal(t, valid(id), got.ID)
		require.Equal(t, valid(name), got.Name)
		require.Equal(t, valid(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(data)), string(got.Data))
		require.Equal(t, ev.Retry, p.Retry())
		_, got, err = p.Feed(text[n:])
		require.NoError(t, err)
		require.Nil(t, got, "a comment was read as an event")
	})
}
