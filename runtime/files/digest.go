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

// digest is that of a file's content: 16 bytes of SHA-256, in the alphabet for URLs.
func (f *Files) digest(name string) (string, error) {
	info, err := fs.Stat(f.fsys, name)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("files: %s is no file", name)
	}
	d := &f.digests
	d.mu.Lock()
	known, ok := d.known[name]
	d.mu.Unlock()
	if ok && known.size == info.Size() && known.changed.Equal(info.ModTime()) {
		return known.text, nil
	}
	file, err := f.fsys.Open(name)
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }() // which was read alone
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return "", err
	}
	text := base64.RawURLEncoding.EncodeToString(hash.Sum(nil)[:16])
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.known == nil || len(d.known) >= maxDigests {
		d.known = make(map[string]digest)
	}
	d.known[name] = digest{text, info.Size(), info.ModTime()}
	return text, nil
}
