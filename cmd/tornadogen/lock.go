package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
)

// lockName is the file beside tornadogen.yaml with the hashes of what was read from the network.
const lockName = "tornadogen.lock"

const lockHeader = `# The documents that references lead to on the network, as tornadogen generate has read them. Check this file in.
`

// lock is the file of hashes: a line an address, "https://example.com/pet.yaml sha256:...".
type lock struct {
	hashes map[string]string // by address
	lines  map[string]int
	old    string // the file as it was read
}

var lockLine = regexp.MustCompile(`^(https?://\S+) (sha256:[0-9a-f]{64})$`)

// readLock reads the lock of the current folder; one that is absent has no hashes.
func readLock() (*lock, error) {
	l := &lock{hashes: map[string]string{}, lines: map[string]int{}}
	data, err := os.ReadFile(lockName)
	if errors.Is(err, fs.ErrNotExist) {
		return l, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: cannot be read: %w; correct that, or remove it", lockName, cause(err))
	}
	l.old = string(data)
	number := 0
	for line := range strings.Lines(l.old) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		m := lockLine.FindStringSubmatch(line)
		if m == nil {
			return nil, fmt.Errorf("%s:%d: is no address with its hash; restore the file, or remove it to trust what is there now", lockName, number)
		}
		if first, again := l.lines[m[1]]; again {
			return nil, fmt.Errorf("%s:%d: the address stands in line %d already; remove one of them", lockName, number, first)
		}
		l.hashes[m[1]], l.lines[m[1]] = m[2], number
	}
	return l, nil
}

// hashOf is the hash of a document as the lock has it.
func hashOf(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// write writes the lock where it changed; one without hashes is not written.
func (l *lock) write() error {
	var b strings.Builder
	b.WriteString(lockHeader)
	for _, address := range slices.Sorted(maps.Keys(l.hashes)) {
		b.WriteString(address + " " + l.hashes[address] + "\n")
	}
	if b.String() == l.old || len(l.hashes) == 0 {
		return nil
	}
	if err := replaceFile(lockName, []byte(b.String()), 0o644); err != nil {
		return fmt.Errorf("%s: cannot be written: %w; check its permissions", lockName, cause(err))
	}
	return nil
}
