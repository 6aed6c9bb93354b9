package jsonwire_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/validate"
)

// branch is a type that holds a list of itself.
type branch struct {
	Name string
	Twig []branch
}

var branchKeys = jsonwire.NewKeys("name", "twigs")

func (v *branch) DecodeJSON(d *jsonwire.Decoder) {
	for i := d.Object(branchKeys); i != jsonwire.EndObject; i = d.Next(branchKeys, i) {
		switch i {
		case 0:
			v.Name = d.String(nil)
		case 1:
			v.Twig = jsonwire.Items[branch](d)
		}
	}
}

func TestItemsOfATypeThatHoldsItself(t *testing.T) {
	var d jsonwire.Decoder
	for range 3 { // memory is used again, and nothing of what was read before is seen in it
		d.Reset([]byte(`[{"name":"a","twigs":[{"name":"b"},{"name":"c","twigs":[{}]}]},{"twigs":[]},{}]`))
		got := jsonwire.Items[branch](&d)
		d.End()
		require.False(t, d.Failed())
		want := []branch{{Name: "a", Twig: []branch{{Name: "b"}, {Name: "c", Twig: []branch{{}}}}}, {Twig: []branch{}}, {}}
		assert.Equal(t, want, got)
		assert.Equal(t, len(got), cap(got))
	}
}

func TestListsAreTheUsers(t *testing.T) {
	var d jsonwire.Decoder
	read := func(text string) ([]string, []int64, []float64) {
		d.Reset([]byte(text))
		var strings []string
		var integers []int64
		var floats []float64
		for more := d.Array(); more; more = d.NextItem() {
			switch {
			case strings == nil:
				strings = d.Strings(nil)
			case integers == nil:
				integers = d.Int64s(nil)
			default:
				floats = d.Float64s(nil)
			}
		}
		d.End()
		require.False(t, d.Failed(), text)
		return strings, integers, floats
	}
	strings, integers, floats := read(`[["a","b"],[1,2,3],[0.5]]`)
	read(`[["x","y","z"],[7,8,9],[7.5,8.5]]`)
	assert.Equal(t, []string{"a", "b"}, strings)
	assert.Equal(t, []int64{1, 2, 3}, integers)
	assert.Equal(t, []float64{0.5}, floats)
	strings, integers, floats = read(`[[],[ ],[]]`)
	assert.NotNil(t, strings)
	assert.NotNil(t, integers)
	assert.NotNil(t, floats)
}

func TestLargeListsAreRead(t *testing.T) {
	const many = 100_000
	var d jsonwire.Decoder
	for _, text := range []string{"[" + strings.Repeat(`{"name":"a"},`, many-1) + `{"name":"b"}]`, `[{"name":"b"}]`} {
		d.Reset([]byte(text))
		got := jsonwire.Items[branch](&d)
		require.False(t, d.Failed())
		assert.Equal(t, "b", got[len(got)-1].Name)
	}
	d.Reset([]byte("[" + strings.Repeat("1,", many-1) + "2]"))
	assert.Len(t, d.Int64s(nil), many)
}

func TestListsNoteEachFault(t *testing.T) {
	var d jsonwire.Decoder
	d.Reset([]byte(`["a",1,"bb"]`))
	assert.Len(t, d.Strings(&validate.StringRule{MaxLength: 1}), 3)
	assert.Len(t, d.Violations(), 2)
	d.Reset([]byte(`{"a":[]}`))
	assert.Empty(t, d.Int64s(nil))
	assert.Len(t, d.Violations(), 1)
	d.Reset([]byte(`[1.5,2`))
	d.Float64s(nil)
	assert.NotNil(t, d.SyntaxError())
}

func TestListsAreAllocatedOnce(t *testing.T) {
	var d jsonwire.Decoder
	body := []byte(`[{"name":""},{"name":""},{"name":""},{"name":""},{"name":""},{"name":""},{"name":""}]`)
	allocations := testing.AllocsPerRun(100, func() {
		d.Reset(body)
		jsonwire.Items[branch](&d)
	})
	assert.InDelta(t, 1, allocations, 0)
	body = []byte(`[1,2,3,4,5,6,7,8,9,10,11,12]`)
	allocations = testing.AllocsPerRun(100, func() {
		d.Reset(body)
		d.Int64s(nil)
	})
	assert.InDelta(t, 1, allocations, 0)
}
