package poll

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestDirectionBits(t *testing.T) {
	const reading, ended, failed = 1, 2, 4
	for what, want := range [8]Bits{
		0:                        Out,
		reading:                  In,
		ended:                    Out, // it can be written to, and that fails
		reading | ended:          In | PeerClosed,
		failed:                   Out, // the filter says something else with it
		reading | failed:         In,
		ended | failed:           In | Out | Hangup,
		reading | ended | failed: In | Out | Hangup | PeerClosed,
	} {
		assert.Equal(t, want, directionBits(what&reading != 0, what&ended != 0, what&failed != 0), "%03b", what)
	}
}

func TestByDescriptor(t *testing.T) {
	var d byDescriptor
	for _, fd := range []int{3, 0, 500, 7, 501, 4000} {
		d.set(fd, uint64(fd)+1)
		d.set(fd, uint64(fd)+2)
	}
	for _, fd := range []int{0, 3, 7, 500, 501, 4000} {
		assert.Equal(t, uint64(fd)+2, d.of(fd))
	}
	assert.Zero(t, d.of(4))
}
