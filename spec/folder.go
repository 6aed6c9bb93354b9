package spec

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// folder opens the files of one document. It never leaves its directory, follows no symbolic link out of it, opens regular
// files only, and knows no network.
type folder struct {
	dir  string // absolute, links resolved; "": no other file may be read
	root *os.Root
}

// Why a file is not read.
var (
	errOutside    = errors.New("lies outside of the folder")
	errMissing    = errors.New("does not exist")
	errFolder     = errors.New("is a folder")
	errNotRegular = errors.New("is not a regular file")
	errTooLarge   = errors.New("is too large")
)

func openFolder(dir string) (*folder, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &folder{dir: dir, root: root}, nil
}

func (d *folder) close() {
	if d.root != nil {
		_ = d.root.Close() // read only: nothing is lost
	}
}

// locate resolves the links of an absolute path and holds it against the folder; it opens nothing. What is not there is errMissing
// wherever it is not: nobody could read it, while what lies outside may be read with another folder.
func (d *folder) locate(path string) (real, rel string, err error) {
	if d.dir == "" {
		return "", "", errMissing
	}
	real, err = filepath.EvalSymlinks(path)
	if err != nil {
		if errors.Is(err, fs.ErrPermission) {
			return "", "", errOutside
		}
		return "", "", errMissing
	}
	rel, err = filepath.Rel(d.dir, real)
	if err != nil || !filepath.IsLocal(rel) {
		return "", "", errOutside
	}
	return real, rel, nil
}

// leaves reports whether an absolute path leads out of the folder by its words, whatever is there.
func (d *folder) leaves(path string) bool {
	rel, err := filepath.Rel(d.dir, path)
	return d.dir != "" && (err != nil || !filepath.IsLocal(rel))
}

// read returns at most limit bytes of a file that locate has found. Errors are errFolder, errNotRegular, errTooLarge or those of the system.
func (d *folder) read(rel string, limit int64) ([]byte, error) {
	info, err := d.root.Stat(rel)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, errFolder
	}
	if !info.Mode().IsRegular() {
		return nil, errNotRegular
	}
	// Between the two looks the file may have become a pipe: O_NONBLOCK keeps the opening from waiting for a writer.
	f, err := d.root.OpenFile(rel, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	return readRegular(f, limit)
}

// readDocument reads the file that the user named, which may lie anywhere.
func readDocument(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: %w; only regular files are opened", path, errNotRegular)
	}
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	data, err := readRegular(f, limit)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return data, nil
}

func readRegular(f *os.File, limit int64) ([]byte, error) {
	defer f.Close() //nolint:errcheck // read only: nothing is lost
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errNotRegular
	}
	if info.Size() > limit {
		return nil, errTooLarge
	}
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, errTooLarge
	}
	return data, nil
}
