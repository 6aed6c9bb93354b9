package extra

import (
	"encoding/binary"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNothingSleepsUnasked(t *testing.T) {
	t.Setenv(SleepVariable, "")
	w, err := Start()
	require.NoError(t, err)
	start := time.Now()
	w.Occupy(SleepEvery)
	assert.Less(t, time.Since(start), time.Second)
}

func TestMultiplesSleep(t *testing.T) {
	t.Setenv(SleepVariable, "5ms")
	w, err := Start()
	require.NoError(t, err)
	start := time.Now()
	w.Occupy(3 * SleepEvery)
	assert.GreaterOrEqual(t, time.Since(start), 5*time.Millisecond)
}

func TestCallsCompute(t *testing.T) {
	t.Setenv(WorkVariable, "20000")
	w, err := Start()
	require.NoError(t, err)
	start := time.Now()
	w.Occupy(1)
	assert.GreaterOrEqual(t, time.Since(start), 100*time.Microsecond)
	assert.Equal(t, Rounds(3), Rounds(3))
	assert.NotEqual(t, Rounds(2), Rounds(3))
}

func TestCount(t *testing.T) {
	n, err := Count(strings.NewReader(strings.Repeat("x", 100_000)))
	require.NoError(t, err)
	assert.EqualValues(t, 100_000, n)
}

func TestStartRefusesWhatItCannotRead(t *testing.T) {
	for _, name := range []string{SleepVariable, WorkVariable} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(name, "soon")
			_, err := Start()
			assert.ErrorContains(t, err, name)
		})
	}
}

func TestDatabaseClientTellsHowLongTheLastRoundTripTook(t *testing.T) {
	database, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer database.Close()
	t.Setenv(DatabaseVariable, database.Addr().String())
	_, err = Start()
	require.NoError(t, err)
	conn, err := database.Accept()
	require.NoError(t, err)
	defer conn.Close()

	var message [MessageSize]byte
	_, err = io.ReadFull(conn, message[:])
	require.NoError(t, err)
	assert.Zero(t, binary.BigEndian.Uint64(message[:]), "nothing was measured before the first question")
	_, err = conn.Write(message[:])
	require.NoError(t, err)
	_, err = io.ReadFull(conn, message[:])
	require.NoError(t, err)
	assert.Positive(t, binary.BigEndian.Uint64(message[:]))
}
