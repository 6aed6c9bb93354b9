package jsonwire_test

import (
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
)

// links is a type with a pointer and a map of itself.
type links struct {
	next *links
	by   map[string]links
}

var linksKeys = jsonwire.NewKeys("next", "by")

func (v *links) DecodeJSON(d *jsonwire.Decoder) {
	for i := d.Object(linksKeys); i != jsonwire.EndObject; i = d.Next(linksKeys, i) {
		switch i {
		case 0:
			v.next = jsonwire.New[links](d)
		case 1:
			v.by = make(map[string]links)
			for more := d.Map(); more; more = d.NextEntry() {
				k := d.Key()
				jsonwire.RoomEntry[links](d, len(v.by))
				var item links
				item.DecodeJSON(d)
				v.by[k] = item
			}
		}
	}
}

// What lists, pointers and maps take is bounded, exactly, and told as such.
func TestMemoryIsBounded(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		size int
		read func(d *jsonwire.Decoder) int
	}{
		"items":    {"[{},{},{}]", 3 * int(unsafe.Sizeof(branch{})), func(d *jsonwire.Decoder) int { return len(jsonwire.Items[branch](d)) }},
		"pointers": {`{"next":{"next":{}}}`, 3 * int(unsafe.Sizeof(links{})), func(d *jsonwire.Decoder) int { return depth(jsonwire.New[links](d)) }},
		"entries": {`{"by":{"a":{},"b":{}}}`, 48 + 8*(16+16) + int(unsafe.Sizeof(links{})), func(d *jsonwire.Decoder) int {
			return len(jsonwire.New[links](d).by) + 1
		}},
	} {
		var d jsonwire.Decoder
		d.Options.MaxMemory = c.size
		d.Reset([]byte(c.text))
		assert.Equal(t, 3, c.read(&d), name)
		d.End()
		require.False(t, d.Failed(), name)
		d.Options.MaxMemory--
		d.Reset([]byte(c.text))
		c.read(&d)
		require.NotNil(t, d.SyntaxError(), name)
		assert.True(t, d.SyntaxError().TooLarge(), name)
		assert.False(t, d.SyntaxError().TooDeep(), name)
	}
}

func depth(v *links) (n int) {
	for ; v != nil; v = v.next {
		n++
	}
	return n
}

// wide is a type with many members, all of which may be absent.
type wide struct{ _ [32]int64 }

func (*wide) DecodeJSON(d *jsonwire.Decoder) { d.Skip() }

// Without a setting it is 64 MiB, and 16 times the size of a text that is longer than 4 MiB.
func TestMemoryByDefault(t *testing.T) {
	const fits = (64 << 20) / int(unsafe.Sizeof(wide{}))
	read := func(n, space int) *jsonwire.Decoder {
		var d jsonwire.Decoder
		d.Reset([]byte("[" + strings.Repeat("{},", n-1) + "{}" + strings.Repeat(" ", space) + "]"))
		jsonwire.Items[wide](&d)
		return &d
	}
	assert.False(t, read(fits, 0).Failed())
	assert.True(t, read(fits+1, 0).Failed())
	assert.True(t, read(fits+1, 3<<20).Failed(), "of less than 4 MiB")
	assert.False(t, read(fits+1, 4<<20).Failed(), "of more")
}
