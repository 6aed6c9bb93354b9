package tornado

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/budget"
)

// gather reads what io.ReadAll reads, however it comes.
func TestGather(t *testing.T) {
	for _, size := range []int{0, 1, 511, 512, 513, piece - 1, piece, piece + 1, 3*piece + 7} {
		want := make([]byte, size)
		for i := range want {
			want[i] = byte(i % 251)
		}
		for range 2 { // the second time in memory that was used
			ways := 0
			got, err := gather(iotest.HalfReader(bytes.NewReader(want)), new(budget.Share), func() { ways++ })
			require.NoError(t, err)
			assert.True(t, bytes.Equal(want, got), size)
			assert.Equal(t, size >= piece, ways > 1, size)
			if size >= piece {
				assert.GreaterOrEqual(t, ways, size/(4<<10), "others go first between each two pages of a long body")
			}
		}
	}
	wrong := errors.New("wrong")
	_, err := gather(io.MultiReader(bytes.NewReader(make([]byte, 2*piece)), iotest.ErrReader(wrong)), new(budget.Share), func() {})
	require.ErrorIs(t, err, wrong)
	_, err = gather(io.MultiReader(strings.NewReader("abc"), iotest.ErrReader(fmt.Errorf("cut off: %w", io.EOF))), new(budget.Share), func() {})
	require.Error(t, err, "an io.EOF inside of another error is no end")
	got, err := gather(iotest.DataErrReader(bytes.NewReader([]byte("abc"))), new(budget.Share), func() {})
	require.NoError(t, err)
	assert.Equal(t, "abc", string(got))
}
