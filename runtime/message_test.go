package tornado

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestMessageIsEncodedOnceForEachKind asks for the forms of a message as streams and sockets do.
func TestMessageIsEncodedOnceForEachKind(t *testing.T) {
	m := &Message[int]{ID: "7", Data: 1}
	calls := 0
	for range 3 {
		for _, kind := range []string{"event", "item"} {
			form, err := formOf(m, kind, func() (string, error) { calls++; return kind, nil })
			require.NoError(t, err)
			require.Equal(t, kind, form)
		}
		_, err := formOf(m, "broken", func() ([]byte, error) { calls++; return nil, errors.New("no") })
		require.Error(t, err)
	}
	require.Equal(t, 3, calls)
}
