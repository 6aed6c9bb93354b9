package link_of_a_ring_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	api "github.com/tornadogen/tornadogen/golden/link_of_a_ring/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

func chain(names ...string) *api.Node {
	n := &api.Node{Name: names[0]}
	if len(names) > 1 {
		n.Next = tornado.Some(chain(names[1:]...))
	}
	return n
}

func TestLinks(t *testing.T) {
	of := chain("a", "b", "c")
	next, ok := api.AddNodeLinkNext(of)
	assert.True(t, ok)
	assert.Equal(t, *chain("b", "c"), next.Body)
	before, ok := api.AddNodeLinkBefore(of)
	assert.True(t, ok)
	assert.Equal(t, *chain("first", "b", "c"), before.Body)
	around, ok := api.AddNodeLinkAround(of)
	assert.True(t, ok)
	assert.Equal(t, *chain("first", "second", "b"), around.Body)

	_, ok = api.AddNodeLinkNext(chain("a"))
	assert.False(t, ok)
	last, ok := api.AddNodeLinkBefore(chain("a"))
	assert.True(t, ok)
	assert.Equal(t, *chain("first"), last.Body)
}
