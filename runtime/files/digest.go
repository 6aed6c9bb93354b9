package files

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"io/fs"
	"sync"
	"time"
)

// digestSize is the length of a digest in a name.
const digestSize = 22

// digests remembers those of files that have not changed.
type digests struct {
	mu    sync.Mutex
	known map[string]digest // guarded by mu
}

type digest struct {
	text    string
	size    int64
	changed time.Time
}

// maxDigests bounds what digests remembers: names that are asked for are a client's choice, though those of files alone are kept.
const maxDigests = 100_000

// digest is that of the content that a name has now: 16 bytes of SHA-256, in the alphabet for URLs.
func (f *Files) digest(name string) (string, error) {
	info, err := fs.Stat(f.fsys, name)
	if err != nil {
		return "", err
	}
	if text, ok := f.digests.of(name, info); ok {
		return text, nil
	}
	if !info.Mode().IsRegular() { // a pipe or a device: opening it might wait
		return "", noFile(name)
	}
	file, err := f.fsys.Open(name)
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }() // which was read alone
	_, text, err := f.digestOpen(name, file)
	return text, err
}

// digestOpen is digest for a file that is open, at its beginning, and what the file says of itself. It may leave the file anywhere.
func (f *Files) digestOpen(name string, file fs.File) (fs.FileInfo, string, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, "", err
	}
	if text, ok := f.digests.of(name, info); ok {
		return info, text, nil
	}
	if !info.Mode().IsRegular() {
		return nil, "", noFile(name)
	}
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return nil, "", err
	}
	text := base64.RawURLEncoding.EncodeToString(hash.Sum(nil)[:16])
	f.digests.keep(name, digest{text, info.Size(), info.ModTime()})
	return info, text, nil
}

func noFile(name string) error { return fmt.Errorf("files: %s is no file", name) }

// of is what is remembered of a file, if it has not changed.
func (d *digests) of(name string, info fs.FileInfo) (text string, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	known, ok := d.known[name]
	return known.text, ok && known.size == info.Size() && known.changed.Equal(info.ModTime())
}

func (d *digests) keep(name string, of digest) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.known == nil || len(d.known) >= maxDigests {
		d.known = make(map[string]digest)
	}
	d.known[name] = of
}
