package ws

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// told is an event in words, or the error that ended the stream.
func told(ev Event, err error) string {
	var fault *ProtocolError
	switch {
	case errors.As(err, &fault):
		return strconv.Itoa(fault.Code)
	case ev.Op == OpClose:
		return fmt.Sprintf("close %d %q", ev.Code, ev.Reason)
	}
	name := map[Opcode]string{OpText: "text", OpBinary: "binary", OpPing: "ping", OpPong: "pong"}[ev.Op]
	if ev.Compressed {
		name += "*"
	}
	return fmt.Sprintf("%s %q", name, ev.Data)
}

// feed parses pieces and tells the events. What is unmasked in place is a copy.
func feed(rules Rules, pieces ...[]byte) (events []string, idle bool) {
	var p Parser
	for _, piece := range pieces {
		for b := bytes.Clone(piece); len(b) > 0; {
			n, ev, err := p.Feed(b, rules)
			b = b[n:]
			if err != nil {
				return append(events, told(ev, err)), false
			}
			if ev.Op != 0 {
				events = append(events, told(ev, nil))
			}
			if ev.Op == OpClose {
				return events, true
			}
		}
	}
	return events, p.Idle()
}

// raw is the bytes of a notation: hex, and texts in quotes.
func raw(t *testing.T, notation string) (b []byte) {
	t.Helper()
	for i, part := range strings.Split(notation, "'") {
		if i%2 == 1 {
			b = append(b, part...)
			continue
		}
		bytes, err := hex.DecodeString(strings.ReplaceAll(part, " ", ""))
		require.NoError(t, err, notation)
		b = append(b, bytes...)
	}
	return b
}

// frames are what a client receives, so without masks, with the events that they are. "…" is a frame that is not complete.
var frames = []struct {
	name, raw string
	want      []string
}{
	{"text", "8105 'Hello'", []string{`text "Hello"`}},              // RFC 6455 section 5.7
	{"fragments", "0103 'Hel' 8002 'lo'", []string{`text "Hello"`}}, // the same
	{"empty text", "8100", []string{`text ""`}},
	{"empty fragments", "0100 0000 8000", []string{`text ""`}},
	{"empty first fragment", "0100 8001 'a'", []string{`text "a"`}},
	{"binary", "8202 00ff", []string{`binary "\x00\xff"`}},
	{"two", "8101 'a' 8101 'b'", []string{`text "a"`, `text "b"`}},
	{"ping", "8905 'Hello'", []string{`ping "Hello"`}},
	{"pong that nobody asked for", "8a00", []string{`pong ""`}},
	{"ping between fragments", "0101 'a' 8901 'p' 8001 'b'", []string{`ping "p"`, `text "ab"`}},
	{"longest ping", "897d '" + strings.Repeat("x", 125) + "'", []string{`ping "` + strings.Repeat("x", 125) + `"`}},
	{"ping too long", "897e 007e", []string{"1002"}},
	{"ping in fragments", "0900", []string{"1002"}},
	{"16 bits of length", "827e 007e '" + strings.Repeat("y", 126) + "'", []string{`binary "` + strings.Repeat("y", 126) + `"`}},
	{"length that is not minimal", "827e 007d", []string{"1002"}},
	{"64 bits that are not minimal", "827f 0000 0000 0000 ffff", []string{"1002"}},
	{"length with the highest bit", "827f 8000 0000 0000 0000", []string{"1002"}},
	{"length over the limit", "827f 0000 0000 0001 0000", []string{"1009"}},
	{"fragments over the limit", "027e 03e8 '" + strings.Repeat("z", 1000) + "' 8019", []string{"1009"}},
	{"second reserved bit", "a100", []string{"1002"}},
	{"third reserved bit", "9100", []string{"1002"}},
	{"compressed and not agreed on", "c100", []string{"1002"}},
	{"reserved opcode", "8300", []string{"1002"}},
	{"reserved control opcode", "8b00", []string{"1002"}},
	{"continuation of nothing", "8000", []string{"1002"}},
	{"message inside of a message", "0101 'a' 8101 'b'", []string{"1002"}},
	{"masked by a server", "8185 37fa213d", []string{"1002"}},
	{"close without a code", "8800", []string{`close 1005 ""`}},
	{"close", "8804 03e8 'ok'", []string{`close 1000 "ok"`}},
	{"close of an application", "8802 0fa0", []string{`close 4000 ""`}},
	{"close of one byte", "8801 03", []string{"1002"}},
	{"close 1005", "8802 03ed", []string{"1002"}},
	{"close 1006", "8802 03ee", []string{"1002"}},
	{"close 1004", "8802 03ec", []string{"1002"}},
	{"close 1016", "8802 03f8", []string{"1002"}},
	{"close 999", "8802 03e7", []string{"1002"}},
	{"close 2999", "8802 0bb7", []string{"1002"}},
	{"close 5000", "8802 1388", []string{"1002"}},
	{"close with a reason that is no text", "8803 03e8 ff", []string{"1007"}},
	{"text of several bytes", "8106 'κόσ'", []string{`text "κόσ"`}},
	{"character in two fragments", "0101 ce 8001 ba", []string{`text "κ"`}},
	{"character cut off", "8101 ce", []string{"1007"}},
	{"character cut off in the last fragment", "0101 ce 8000", []string{"1007"}},
	{"surrogate", "8103 eda080", []string{"1007"}},
	{"beyond unicode", "8104 f4908080", []string{"1007"}},
	{"overlong", "8102 c080", []string{"1007"}},
	{"impossible byte in a first fragment", "0102 'a' ff 8001 'b'", []string{"1007"}},
	{"binary is no text", "8202 c080", []string{`binary "\xc0\x80"`}},
	{"not complete", "8105 'Hel'", nil},
	{"half a head", "827e 00", nil},
}

func TestFrames(t *testing.T) {
	rules := Rules{Client: true, MaxMessage: 1024}
	for _, f := range frames {
		t.Run(f.name, func(t *testing.T) {
			b := raw(t, f.raw)
			got, idle := feed(rules, b)
			assert.Equal(t, f.want, got)
			assert.Equal(t, len(f.want) > 0 && !strings.HasPrefix(f.want[len(f.want)-1], "1"), idle, "idle")
			for i := range b {
				got, _ := feed(rules, b[:i], b[i:])
				assert.Equal(t, f.want, got, "cut at %d", i)
			}
			bytewise := make([][]byte, len(b))
			for i := range b {
				bytewise[i] = b[i : i+1]
			}
			got, _ = feed(rules, bytewise...)
			assert.Equal(t, f.want, got, "byte by byte")
		})
	}
}

// TestMasked sends each of the frames as a client does.
func TestMasked(t *testing.T) {
	mask := [4]byte{0x37, 0xfa, 0x21, 0x3d}
	assert.Equal(t, raw(t, "8185 37fa213d 7f9f4d5158"), append(NewFrame(nil), "Hello"...).Seal(OpText, false, &mask)) // RFC 6455 section 5.7
	for _, size := range []int{0, 1, 7, 8, 9, 125, 126, 127, 0xffff, 0x10000, 0x10001} {
		payload := bytes.Repeat([]byte{'a', 'b', 'c'}, size/3+1)[:size]
		sent := append(NewFrame(nil), payload...).Seal(OpBinary, false, &mask)
		want := []string{told(Event{Op: OpBinary, Data: payload}, nil)}
		for _, cut := range []int{0, 1, 2, 3, 5, 8, len(sent) / 2, len(sent) - 1} {
			cut = min(cut, len(sent))
			got, idle := feed(Rules{}, sent[:cut], sent[cut:])
			require.Equal(t, want, got)
			require.True(t, idle)
		}
		got, _ := feed(Rules{Client: true}, sent)
		assert.Equal(t, []string{"1002"}, got)
	}
	got, _ := feed(Rules{}, raw(t, "8105 'Hello'"))
	assert.Equal(t, []string{"1002"}, got, "not masked by a client")
}

// TestFailsFast looks for the first byte after which a text can become valid no more.
func TestFailsFast(t *testing.T) {
	for _, f := range []string{"8103 ed a0", "8104 f4 90", "8164 'abc' ff", "0101 c0"} {
		got, _ := feed(Rules{Client: true}, raw(t, f))
		assert.Equal(t, []string{"1007"}, got, f)
	}
}

// TestMemory sees to it that a length which is announced costs nothing before the bytes are there.
func TestMemory(t *testing.T) {
	var p Parser
	_, _, err := p.Feed(raw(t, "827f 0000 0000 4000 0000 'a'"), Rules{Client: true})
	require.NoError(t, err)
	assert.Less(t, cap(p.data), 100)
	assert.False(t, p.Idle())
	p.Reset(0)
	assert.True(t, p.Idle())
	n, ev, err := p.Feed(raw(t, "8101 'b'"), Rules{Client: true})
	require.NoError(t, err)
	assert.Equal(t, 3, n)
	assert.Equal(t, `text "b"`, told(ev, nil))
}

func TestAppendClose(t *testing.T) {
	for _, code := range []int{CodeNoStatus, CodeAbnormal, 0, 999, 1004, 1015, 5000} {
		assert.Empty(t, AppendClose(nil, code, "x"), code)
	}
	long := strings.Repeat("é", 100)
	for _, reason := range []string{"", "bye", long, "a" + long, "a\xffb", "\ufffd"} {
		b := AppendClose(nil, 4000, reason)
		require.LessOrEqual(t, len(b), MaxControl)
		code, got, err := readClose(b)
		require.NoError(t, err)
		assert.Equal(t, 4000, code)
		assert.True(t, strings.HasPrefix(reason, got))
		assert.GreaterOrEqual(t, len(got), min(len(reason)-2, 122))
	}
}

// notation is raw for seeds: what is no hex is left out.
func notation(text string) (b []byte) {
	for i, part := range strings.Split(text, "'") {
		if i%2 == 1 {
			b = append(b, part...)
		} else if h, err := hex.DecodeString(strings.ReplaceAll(part, " ", "")); err == nil {
			b = append(b, h...)
		}
	}
	return b
}

// FuzzParser cuts a stream anywhere and expects the same of it.
func FuzzParser(f *testing.F) {
	for _, c := range frames {
		f.Add(notation(c.raw), uint64(1), true)
	}
	f.Add([]byte("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58\xc1\x80\x01\x02\x03\x04"), uint64(2), false)
	f.Fuzz(func(t *testing.T, b []byte, seed uint64, client bool) {
		rules := Rules{Client: client, Deflate: seed%2 == 0, MaxMessage: 300}
		want, _ := feed(rules, b)
		r := rand.New(rand.NewPCG(seed, 0))
		var pieces [][]byte
		for rest := b; len(rest) > 0; {
			n := 1 + r.IntN(len(rest))
			pieces, rest = append(pieces, rest[:n]), rest[n:]
		}
		got, _ := feed(rules, pieces...)
		assert.Equal(t, want, got)
	})
}

// polite counts how often others were let go first.
type polite struct{ gave int }

func (p *polite) GiveWay() { p.gave++ }

// TestLongMessagesGiveWay: a message of many fragments is not moved in one go each time that it needs more room.
func TestLongMessagesGiveWay(t *testing.T) {
	const n = 1 << 10
	var p Parser
	w := &polite{}
	for i := range n {
		fragment := append([]byte{0, 126, 4, 0}, make([]byte, 1<<10)...)
		if i == 0 {
			fragment[0] = byte(OpBinary)
		}
		_, ev, err := p.Feed(fragment, Rules{Client: true, Worker: w})
		require.NoError(t, err)
		require.Zero(t, ev.Op)
	}
	require.GreaterOrEqual(t, w.gave, n<<10/(64<<10)/2) // 512 KiB are moved the last time
}
