package jsonwire_test

import (
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
)

// lender lends up to a number of bytes.
type lender struct{ left, lent, asked int }

func (l *lender) lend(n int) bool {
	if l.asked++; n > l.left {
		return false
	}
	l.left, l.lent = l.left-n, l.lent+n
	return true
}

// row is a list of strings, of which there may be many.
type row struct{ list []string }

func (r *row) DecodeJSON(d *jsonwire.Decoder) { r.list = d.Strings(nil) }

func listOf(item string, n int) []byte {
	return []byte("[" + strings.Repeat(item+",", n-1) + item + "]")
}

// What a text and its values take is asked for, and no less than that; but for what most texts take.
func TestMemoryIsLent(t *testing.T) {
	items := func(d *jsonwire.Decoder) int { return len(jsonwire.Items[branch](d)) }
	for name, c := range map[string]struct {
		item string
		size uintptr // of what becomes of it
		read func(d *jsonwire.Decoder) int
	}{
		"items":    {"{}", unsafe.Sizeof(branch{}), items},
		"pointers": {`{"next":{}}`, 2 * unsafe.Sizeof(links{}), func(d *jsonwire.Decoder) int { return len(jsonwire.Items[links](d)) }},
		"rows":     {`[""]`, unsafe.Sizeof(row{}) + unsafe.Sizeof(""), func(d *jsonwire.Decoder) int { return len(jsonwire.Items[row](d)) }},
		"strings":  {`""`, unsafe.Sizeof(""), func(d *jsonwire.Decoder) int { return len(d.Strings(nil)) }},
		"integers": {"1", 8, func(d *jsonwire.Decoder) int { return len(d.Int64s(nil)) }},
		"numbers":  {"1", 8, func(d *jsonwire.Decoder) int { return len(d.Float64s(nil)) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const n = 100_000
			l := lender{left: 1 << 30}
			d := jsonwire.Decoder{Lend: l.lend}
			text := listOf(c.item, n)
			d.Reset(text)
			assert.Equal(t, len(text), l.lent, "for strings")
			require.Equal(t, n, c.read(&d))
			d.End()
			require.False(t, d.Failed())
			assert.GreaterOrEqual(t, l.lent, len(text)+n*int(c.size))
			assert.LessOrEqual(t, l.lent, len(text)+4*n*int(c.size)+(1<<17))
			for _, left := range []int{0, len(text) - 1, len(text), len(text) + 200_000, l.lent - 1} {
				less := lender{left: left}
				d.Lend = less.lend
				d.Reset(text)
				assert.Less(t, c.read(&d), n)
				d.End()
				require.NotNil(t, d.SyntaxError(), left)
				assert.True(t, d.SyntaxError().Unlent())
				assert.False(t, d.SyntaxError().TooLarge())
			}
			few := lender{}
			d.Lend = few.lend
			d.Reset(listOf(c.item, 50))
			assert.Equal(t, 50, c.read(&d))
			assert.False(t, d.Failed())
			assert.Zero(t, few.asked, "of a short text")
		})
	}
}

// What is lent is bounded as before, exactly.
func TestMemoryThatIsLentIsBounded(t *testing.T) {
	const n = 10_000
	for _, size := range []int{n * int(unsafe.Sizeof(branch{})), n*int(unsafe.Sizeof(branch{})) - 1} {
		l := lender{left: 1 << 30}
		d := jsonwire.Decoder{Lend: l.lend}
		d.Options.MaxMemory = size
		d.Reset(listOf("{}", n))
		jsonwire.Items[branch](&d)
		if size%n == 0 {
			assert.False(t, d.Failed())
			continue
		}
		require.NotNil(t, d.SyntaxError())
		assert.True(t, d.SyntaxError().TooLarge())
	}
}

// What was read in vain, as an alternative that does not fit, counts once: its memory serves the next one.
func TestRewoundMemoryStaysLent(t *testing.T) {
	l := lender{left: 1 << 30}
	d := jsonwire.Decoder{Lend: l.lend}
	d.Reset(listOf("{}", 20_000))
	before := 0
	for range 3 {
		m := d.Mark()
		jsonwire.Items[branch](&d)
		if before == 0 {
			before = l.lent
		}
		d.Rewind(m)
	}
	assert.False(t, d.Failed())
	assert.Equal(t, before, l.lent)
}
