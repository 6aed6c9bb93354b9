package tornado

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// The bounds of JSON are counted where an item of a stream meets them, too.
func TestBoundsOfItems(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", 1000)
	skip := func(_ *struct{}, d *Decoder) {
		Room[[100]byte](d)
		d.Skip()
	}
	x := &exchange{peer: new(polite)}
	x.match = &registered{api: NewAPI(Info{Title: "Test", Version: "1"}, WithMaxMemory(150))}
	x.in.x, x.in.media = x, "application/jsonl"
	bounds := &x.match.api.bounds
	x.in.stream = x.newStreamBody(strings.NewReader("1\n"+deep+"\n"), 1<<20)
	for range ItemsBody(&x.in, skip) {
	}
	assert.EqualValues(t, 1, bounds[BoundDepth].Load())
	assert.Zero(t, bounds[BoundMemory].Load())
	x.in.stream = x.newStreamBody(strings.NewReader("1\n{}\n"), 1<<20)
	for range ItemsBody(&x.in, func(v *struct{}, d *Decoder) { Room[[51]byte](d); skip(v, d) }) {
	}
	assert.EqualValues(t, 2, bounds[BoundMemory].Load())
}
