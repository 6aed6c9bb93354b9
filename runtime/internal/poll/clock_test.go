package poll

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/tornadogen/tornadogen/runtime/internal/setclock"
)

// TestClockIsSet: the clock of a poller, on which all timers of the loops stand, goes on when that on the wall is set.
func TestClockIsSet(t *testing.T) {
	for _, d := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
		c := clock{setclock.By(t, time.Now(), d)} // it was set by -d since
		now := c.Now()
		assert.GreaterOrEqual(t, now, time.Duration(0))
		assert.Less(t, now, time.Hour)
	}
}
