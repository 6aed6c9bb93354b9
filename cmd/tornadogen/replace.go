package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// replacePattern begins the names of files that replaceFile has not completed. Who locks their folder may remove them.
const replacePattern = ".tornadogen-new-"

// replaceFile writes a file that is complete before it takes the place of the one that is there. Runs at once wait for one another, and the
// last one's file stays. The caller has not locked the folder.
func replaceFile(name string, data []byte, mode os.FileMode) error {
	dir := filepath.Dir(name)
	if unlock, err := lockFolder(dir); err == nil { // else it cannot be read, as it need not be: then nobody sweeps it, either
		defer unlock()
		if err := sweepUnfinished(dir); err != nil {
			return err
		}
	}
	stage := filepath.Join(dir, replacePattern+rand.Text())
	err := os.WriteFile(stage, data, mode)
	if err == nil {
		err = os.Rename(stage, name)
	}
	if err != nil {
		_ = os.Remove(stage) // what failed is told
	}
	return err
}

// removeUnfinished removes what runs that were killed inside of replaceFile have left in a folder.
func removeUnfinished(dir string) error {
	if left, err := unfinished(dir); err != nil || len(left) == 0 {
		return err
	}
	unlock, err := lockFolder(dir)
	if err != nil {
		return fmt.Errorf("%s: cannot be kept from other runs: %w; check its permissions", dir, cause(err))
	}
	defer unlock()
	return sweepUnfinished(dir)
}

// sweepUnfinished is removeUnfinished while the folder is locked: nobody writes what is there.
func sweepUnfinished(dir string) error {
	left, err := unfinished(dir)
	for _, path := range left {
		if e := os.Remove(path); e != nil && !errors.Is(e, os.ErrNotExist) {
			err = errors.Join(err, fmt.Errorf("%s: cannot be removed: %w; remove it", path, cause(e)))
		}
	}
	return err
}

func unfinished(dir string) ([]string, error) {
	left, err := filepath.Glob(filepath.Join(escapeGlob(dir), replacePattern+"*"))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	return left, nil
}
