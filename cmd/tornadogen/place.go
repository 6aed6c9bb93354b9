package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/tornadogen/tornadogen/templates"
)

// vacant reports a folder that init may not fill: one that is not empty, or no folder at all.
func vacant(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		if info, statErr := os.Stat(dir); statErr == nil && !info.IsDir() {
			return fmt.Errorf("%s: is no folder; name one that is empty or does not exist yet", dir)
		}
		return fmt.Errorf("%s: cannot be read: %w; name another folder", dir, cause(err))
	case len(entries) > 0:
		return fmt.Errorf("%s: is not empty, %s stands in it; name a folder that is empty or does not exist yet", dir, entries[0].Name())
	}
	return nil
}

// place writes files into dir, which is empty or absent. They are written to a folder beside the place first, so that dir
// has all of them or, on an error, none.
func place(dir string, files []templates.File) (err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return err
	}
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return fill(dir, files)
	}
	// The first folder that is missing is what is moved to its place, with all that it will hold.
	top := dir
	for {
		if _, err := os.Stat(filepath.Dir(top)); err == nil {
			break
		}
		top = filepath.Dir(top)
	}
	below, err := filepath.Rel(top, dir)
	if err != nil {
		return err
	}
	stage, err := os.MkdirTemp(filepath.Dir(top), ".tornadogen-init-")
	if err != nil {
		return fmt.Errorf("%s: cannot be made: %w; name another folder", dir, cause(err))
	}
	defer func() { err = errors.Join(err, os.RemoveAll(stage)) }()
	staged := filepath.Join(stage, "new")
	if err := writeTree(filepath.Join(staged, below), files); err != nil {
		return err
	}
	if err := os.Rename(staged, top); err != nil {
		return fmt.Errorf("%s: cannot be made: %w; name another folder", dir, cause(err))
	}
	return nil
}

// fill writes files into a folder that is there and empty, and stays itself: it may be the current one, or a mount.
func fill(dir string, files []templates.File) (err error) {
	stage, err := os.MkdirTemp(dir, ".tornadogen-init-")
	if err != nil {
		return fmt.Errorf("%s: cannot be written to: %w; name another folder", dir, cause(err))
	}
	defer func() { err = errors.Join(err, os.RemoveAll(stage)) }()
	if err := writeTree(stage, files); err != nil {
		return err
	}
	entries, err := os.ReadDir(stage)
	if err != nil {
		return err
	}
	for i, e := range entries {
		to := filepath.Join(dir, e.Name())
		_, err := os.Lstat(to)
		if err == nil {
			err = fmt.Errorf("%s has appeared in it: %w", e.Name(), fs.ErrExist)
		} else if errors.Is(err, fs.ErrNotExist) {
			err = os.Rename(filepath.Join(stage, e.Name()), to)
		}
		if err != nil {
			for _, moved := range entries[:i] {
				err = errors.Join(err, os.RemoveAll(filepath.Join(dir, moved.Name())))
			}
			return fmt.Errorf("%s: cannot be written to: %w; name another folder", dir, err)
		}
	}
	return nil
}

// writeTree writes files below dir.
func writeTree(dir string, files []templates.File) error {
	var made []string
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		if folder := filepath.Dir(path); !slices.Contains(made, folder) {
			if err := os.MkdirAll(folder, 0o777); err != nil {
				return fmt.Errorf("%s: cannot be made: %w; name another folder", folder, cause(err))
			}
			made = append(made, folder)
		}
		if err := os.WriteFile(path, f.Data, 0o666); err != nil {
			return fmt.Errorf("%s: cannot be written: %w; name another folder", path, cause(err))
		}
	}
	return nil
}
