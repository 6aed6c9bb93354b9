package extra

import (
	"encoding/binary"
	"io"
	"net"
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
	w.Sleep(SleepEvery)
	assert.Less(t, time.Since(start), time.Second)
}

func TestMultiplesSleep(t *testing.T) {
	t.Setenv(SleepVariable, "5ms")
	w, err := Start()
	require.NoError(t, err)
	start := time.Now()
	w.Sleep(3 * SleepEvery)
	assert.GreaterOrEqual(t, time.Since(start), 5*time.Millisecond)
}

func TestStartRefusesWhatItCannotRead(t *testing.T) {
	t.Setenv(SleepVariable, "soon")
	_, err := Start()
	assert.ErrorContains(t, err, SleepVariable)
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
