package param

import (
	"encoding/json"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/shape"
)

// Each member of an object is a part of its own, however many there are: what is written has no limit but that of who reads it.
func TestPartPairs(t *testing.T) {
	want := map[string]string{"a&b=c]": "1+1=2 & 100%"}
	for i := range 2 * DefaultPairs {
		want[strconv.Itoa(i)] = strconv.Itoa(i)
	}
	text, err := json.Marshal(want)
	require.NoError(t, err)
	got := map[string]string{}
	require.NoError(t, PartPairs("m", shape.NewShapes("M", "{*: string}").Get("M"), text, func(name string, value []byte) {
		got[name] = string(value)
	}))
	require.Len(t, got, len(want))
	for name, value := range want {
		assert.Equal(t, value, got["m["+name+"]"])
	}
}
