package tlsconn

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/tornadogen/tornadogen/runtime/internal/setclock"
)

// TestFollowsFilesWhenClockIsSet: certificates are looked at once in lookEvery, also when the clock was set back meanwhile.
func TestFollowsFilesWhenClockIsSet(t *testing.T) {
	s := &Source{begun: time.Now()}
	at := s.begun
	looks := func() bool {
		before := s.nextAt.Load()
		s.follow(at)
		return s.nextAt.Load() != before
	}
	assert.True(t, looks())
	for _, d := range []time.Duration{-24 * time.Hour, 48 * time.Hour} {
		at = setclock.By(t, at, d)
		assert.False(t, looks(), d)
		at = at.Add(lookEvery)
		assert.True(t, looks(), d)
	}
}
