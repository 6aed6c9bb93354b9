package ws

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	gobwas "github.com/gobwas/ws"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// byGobwas tells the events that another implementation finds in a stream, and how that ended: io.EOF between two frames,
// io.ErrUnexpectedEOF inside of one, or what is wrong. text is what there is of a text message that has not ended.
func byGobwas(b []byte, state gobwas.State) (events []string, text []byte, end error) {
	r := bytes.NewReader(b)
	var message []byte
	var kind gobwas.OpCode
	defer func() {
		if kind == gobwas.OpText {
			text = message
		}
	}()
	for {
		h, err := gobwas.ReadHeader(r)
		if err != nil {
			return events, nil, err
		}
		if err := gobwas.CheckHeader(h, state); err != nil {
			return events, nil, err
		}
		cut := int64(r.Len()) < h.Length
		payload := make([]byte, min(int64(r.Len()), h.Length))
		_, _ = r.Read(payload) // as long as was looked
		if h.Masked {
			gobwas.Cipher(payload, h.Mask, 0)
		}
		if cut && h.OpCode.IsControl() {
			return events, nil, io.ErrUnexpectedEOF
		}
		switch h.OpCode {
		case gobwas.OpPing:
			events = append(events, fmt.Sprintf("ping %q", payload))
			continue
		case gobwas.OpPong:
			events = append(events, fmt.Sprintf("pong %q", payload))
			continue
		case gobwas.OpClose:
			code, reason := gobwas.StatusCode(CodeNoStatus), ""
			if len(payload) > 0 {
				code, reason = gobwas.ParseCloseFrameData(payload)
				if err := gobwas.CheckCloseFrameData(code, reason); err != nil {
					return events, nil, err
				}
			}
			return append(events, fmt.Sprintf("close %d %q", code, reason)), nil, nil
		case gobwas.OpText, gobwas.OpBinary:
			kind, message = h.OpCode, nil
		}
		message = append(message, payload...)
		if cut {
			return events, nil, io.ErrUnexpectedEOF
		}
		if !h.Fin {
			state = state.Set(gobwas.StateFragmented)
			continue
		}
		state = state.Clear(gobwas.StateFragmented)
		if kind == gobwas.OpText && !utf8.Valid(message) {
			return events, nil, gobwas.ErrProtocolInvalidUTF8
		}
		events = append(events, fmt.Sprintf("%s %q", map[gobwas.OpCode]string{gobwas.OpText: "text", gobwas.OpBinary: "binary"}[kind], message))
		kind, message = 0, nil
	}
}

// cut reports whether a stream came to its end with nothing wrong in it so far.
func cut(end error) bool { return errors.Is(end, io.EOF) || errors.Is(end, io.ErrUnexpectedEOF) }

// stricterThanGobwas are the faults that gobwas/ws does not look for, each with what has to be so: events and text are those that it found.
var stricterThanGobwas = map[*ProtocolError]func(events []string, text []byte) bool{
	errLength:      always, // a length is to be minimal, RFC 6455 section 5.2
	errLengthSize:  always,
	errControlSize: always, // it reads the length first, which may be small, and not minimal
	errCloseCode:   func(events []string, _ []byte) bool { return otherCode(events, false) },
	// It looks at whole messages alone, and control frames may come before the end of one.
	errText: func(_ []string, text []byte) bool { return !beginsUTF8(text) },
}

func always([]string, []byte) bool { return true }

// beginsUTF8 reports whether more bytes can make UTF-8 of b.
func beginsUTF8(b []byte) bool {
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			return !utf8.FullRune(b)
		}
		b = b[n:]
	}
	return true
}

// otherCodes are the close codes of which one takes what the other refuses, by the names that docs/reference/robustness.md has for them.
var otherCodes = []struct {
	name     string
	from, to int
	taken    bool // by this package
}{
	{"close codes 1012 to 1014", 1012, 1014, true},              // IANA has registered them since RFC 6455
	{"close codes 5000 and above", 5000, math.MaxUint16, false}, // there are none, RFC 6455 section 7.4.2
}

// otherCode reports whether the last of events has one of otherCodes, which this package takes or not.
func otherCode(events []string, taken bool) bool {
	var code int
	n, _ := fmt.Sscanf(events[len(events)-1], "close %d", &code)
	for _, other := range otherCodes {
		if n == 1 && other.taken == taken && other.from <= code && code <= other.to {
			return true
		}
	}
	return false
}

// TestCloseCodesAsInGobwas holds each code against gobwas/ws: they differ in all of otherCodes, each of which robustness.md has, and in no other.
func TestCloseCodesAsInGobwas(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../../docs/reference/robustness.md")
	require.NoError(t, err)
	named := map[int]string{}
	var names, told []string
	for _, other := range otherCodes {
		names = append(names, other.name)
		for code := other.from; code <= other.to; code++ {
			named[code] = other.name
		}
	}
	for code := range math.MaxUint16 + 1 {
		differ := MaySend(code) != (gobwas.CheckCloseFrameData(gobwas.StatusCode(code), "") == nil)
		assert.Equal(t, named[code] != "", differ, "%d", code)
	}
	for _, m := range regexp.MustCompile(`(?m)^\| (close codes .+?) \|`).FindAllStringSubmatch(string(page), -1) {
		told = append(told, m[1])
	}
	assert.ElementsMatch(t, names, told)
}

// compareGobwas holds the parser against gobwas/ws: it never takes what that refuses, and reads the same of what both take.
func compareGobwas(t *testing.T, b []byte, client bool) {
	t.Helper()
	state := gobwas.StateServerSide
	if client {
		state = gobwas.StateClientSide
	}
	want, text, end := byGobwas(b, state)
	var p Parser
	var events []string
	var fault *ProtocolError
	for rest := bytes.Clone(b); len(rest) > 0 && fault == nil; {
		n, ev, err := p.Feed(rest, Rules{Client: client})
		rest = rest[n:]
		if err != nil {
			require.ErrorAs(t, err, &fault)
			break
		}
		if ev.Op != 0 {
			events = append(events, told(ev, nil))
		}
		if ev.Op == OpClose {
			break
		}
	}
	if fault != nil {
		require.LessOrEqual(t, len(events), len(want), "%x", b)
		require.Equal(t, strings.Join(events, "\n"), strings.Join(want[:len(events)], "\n"), "%x", b)
		early := cut(end) // it is seen before the frame, or the message, is whole
		if end == nil || early && len(events) < len(want) {
			excuse := stricterThanGobwas[fault]
			assert.True(t, excuse != nil && excuse(want, text), "only we refuse %x: %s", b, fault)
		}
		return
	}
	if n := len(events); errors.Is(end, gobwas.ErrProtocolStatusCodeUnknown) && n == len(want)+1 && otherCode(events, true) {
		return
	}
	require.True(t, end == nil || cut(end), "only we take %x: %v", b, end)
	require.Equal(t, strings.Join(want, "\n"), strings.Join(events, "\n"), "%x", b)
}

// FuzzGobwas holds any stream against another implementation.
func FuzzGobwas(f *testing.F) {
	for _, c := range frames {
		f.Add(notation(c.raw), false)
		f.Add(notation(c.raw), true)
	}
	f.Fuzz(compareGobwas)
}

// TestAgreesWithGobwas makes streams of frames that are nearly right.
func TestAgreesWithGobwas(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	texts := []string{"", "a", "κόσμε", "\xed\xa0\x80", "\xf4\x90", "\x03\xe8", "\x03\xe8bye", "\x03\xed", "\x0b\xb8", "\x10\x00x", "\x03\xf4", "\x13\x88"}
	for range 50_000 {
		var b []byte
		for range 1 + r.IntN(4) {
			frame := append(NewFrame(nil), texts[r.IntN(len(texts))]...)
			sent := frame.Seal([]Opcode{0, 1, 2, 8, 9, 10, 0, 1}[r.IntN(8)], false, &[4]byte{byte(r.IntN(256)), 1, 2, 3})
			if r.IntN(2) == 0 {
				sent[0] &^= bitFin
			}
			if r.IntN(20) == 0 {
				sent[r.IntN(len(sent))] ^= 1 << r.IntN(8)
			}
			b = append(b, sent...)
		}
		if r.IntN(10) == 0 {
			b = b[:r.IntN(len(b)+1)]
		}
		compareGobwas(t, b, r.IntN(20) == 0)
	}
}
