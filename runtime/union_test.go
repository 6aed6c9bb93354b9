package tornado

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// large is a member of a union that takes more memory than its text.
type large struct{ _ [100]int64 }

func (*large) DecodeJSON(d *Decoder) { d.Skip() }

// What the members of a union take is bounded as all else.
func TestMembersOfUnionsAreOfTheMemory(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		size   int
		failed bool
	}{{3 * 800, false}, {3*800 - 1, true}} {
		var d Decoder
		d.Options.MaxMemory = c.size
		d.Reset([]byte(`[{},{},{}]`))
		for more := d.Array(); more; more = d.NextItem() {
			require.NotNil(t, Read[large](&d))
		}
		assert.Equal(t, c.failed, d.Failed(), "%d bytes", c.size)
	}
}
