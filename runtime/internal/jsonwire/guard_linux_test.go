package jsonwire_test

import (
	"os"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
)

// guarded is memory between two pages that cannot be touched: whoever reads or writes a byte more than there is panics.
func guarded(t *testing.T) []byte {
	t.Helper()
	page := os.Getpagesize()
	memory, err := syscall.Mmap(-1, 0, 3*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, syscall.Munmap(memory)) })
	require.NoError(t, syscall.Mprotect(memory[:page], syscall.PROT_NONE))
	require.NoError(t, syscall.Mprotect(memory[2*page:], syscall.PROT_NONE))
	before := debug.SetPanicOnFault(true)
	t.Cleanup(func() { debug.SetPanicOnFault(before) })
	return memory[page : 2*page : 2*page]
}

// atBothEnds gives fn text where nothing may be read before it, and where nothing may be read behind it.
func atBothEnds(t *testing.T, memory []byte, text string, fn func(text []byte)) {
	t.Helper()
	for _, from := range []int{0, len(memory) - len(text)} {
		place := memory[from : from+len(text) : from+len(text)]
		copy(place, text)
		require.NotPanics(t, func() { fn(place) }, "%q at %d", text, from)
	}
}

// texts are those that words of eight and four bytes are read from: of every length, cut off at every byte, and with what stops such a
// word at every place.
func texts() (all []string) {
	for n := range len(petBody) + 1 {
		all = append(all, petBody[:n])
	}
	for n := range 40 {
		plain := strings.Repeat("a", n)
		all = append(all, plain, `"`+plain, `"`+plain+`"`, `["`+plain+`"]`, `{"`+plain+`":1}`, `[`+strings.Repeat(" ", n)+`1]`, `[`+strings.Repeat("1", n)+`]`, `"`+plain+`\`, `"`+plain+`\u00e`)
		for i := range n {
			for _, one := range []string{`"`, `\`, `\n`, "\x00", "é", "\xff", ",", "]"} {
				all = append(all, `"`+plain[:i]+one+plain[i:]+`"`, `["`+plain[:i]+one+plain[i:])
			}
		}
	}
	return all
}

func TestNothingBesideATextIsRead(t *testing.T) {
	memory := guarded(t)
	var d jsonwire.Decoder
	for _, text := range texts() {
		for _, consume := range map[string]func(){
			"skip":  d.Skip,
			"typed": func() { new(pet).DecodeJSON(&d) },
			"peek":  func() { d.Peek("status"); d.PeekKeys(petKeys); d.Skip() },
			"items": func() {
				d.Items()
				for more := d.Array(); more; more = d.NextItem() {
					_ = d.String(nil)
				}
			},
			"map": func() {
				for more := d.Map(); more; more = d.NextEntry() {
					d.Int64(nil)
				}
			},
		} {
			atBothEnds(t, memory, text, func(text []byte) {
				d.Reset(text)
				consume()
				d.End()
			})
		}
		atBothEnds(t, memory, text, func(text []byte) { jsonwire.Canonical(text) })
	}
}

func TestNothingBesideABufferIsWritten(t *testing.T) {
	sources, targets := guarded(t), guarded(t)
	for _, text := range texts() {
		want := string(jsonwire.AppendString(nil, text))
		atBothEnds(t, sources, text, func(source []byte) {
			for _, room := range []int{len(text), len(text) + 1, len(text) + 2, len(want), len(want) + 1} {
				place := targets[len(targets)-room:]
				require.Equal(t, want, string(jsonwire.AppendString(place[:0], jsonwire.Borrowed(source))), "%d bytes", room)
			}
		})
	}
}
