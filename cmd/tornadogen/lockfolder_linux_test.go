package main

import (
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// A file system without locks is written to without one; any other fault is told.
func TestFolderWithoutLocks(t *testing.T) {
	t.Cleanup(func() { flock = unix.Flock })
	for _, none := range []error{unix.ENOTSUP, unix.ENOLCK, unix.ENOSYS} {
		flock = func(int, int) error { return none }
		unlock, err := lockFolder(t.TempDir())
		require.NoError(t, err)
		unlock()
	}
	flock = func(int, int) error { return unix.EIO }
	_, err := lockFolder(t.TempDir())
	require.ErrorIs(t, err, unix.EIO)
}
