package freeport

import (
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAddress(t *testing.T) {
	address, err := Address()
	require.NoError(t, err)
	l, err := net.Listen("tcp", address)
	require.NoError(t, err)
	defer func() { assert.NoError(t, l.Close()) }()
	port := l.Addr().(*net.TCPAddr).Port
	assert.True(t, first <= port && port < end, port)

	given, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { assert.NoError(t, given.Close()) }()
	assert.GreaterOrEqual(t, given.Addr().(*net.TCPAddr).Port, end, "the system gives such ports by itself")
}
