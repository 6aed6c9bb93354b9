package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"

	"golang.org/x/sys/windows"
)

// lockFolder waits until no other run writes to a folder, and keeps others from it until unlock, or the end of the process. A folder
// cannot be locked here: a file of the temporary folder stands for it.
func lockFolder(dir string) (unlock func(), err error) {
	path, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(path))
	f, err := os.OpenFile(filepath.Join(os.TempDir(), "tornadogen-"+hex.EncodeToString(sum[:8])), os.O_CREATE|os.O_RDWR, 0o666)
	if err != nil {
		return nil, err
	}
	if err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK, 0, 1, 0, new(windows.Overlapped)); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() { _ = f.Close() }, nil // the lock goes with it
}
