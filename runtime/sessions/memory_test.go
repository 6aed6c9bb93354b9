package sessions

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/setclock"
)

// TestClockIsSet: a session lives for its time, whatever becomes of the clock.
func TestClockIsSet(t *testing.T) {
	m := NewMemory()
	at := time.Now()
	m.now = func() time.Time { return at }
	require.NoError(t, m.Create(context.Background(), "key", []byte("data"), time.Hour))
	for _, d := range []time.Duration{24 * time.Hour, -48 * time.Hour} {
		at = setclock.By(t, at, d)
		data, err := m.Load(context.Background(), "key")
		require.NoError(t, err)
		assert.Equal(t, "data", string(data), d)
	}
	at = at.Add(time.Hour)
	data, err := m.Load(context.Background(), "key")
	require.NoError(t, err)
	assert.Nil(t, data)
}
