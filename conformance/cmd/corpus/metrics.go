package main

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// metrics is what a generated package measures.
type metrics struct {
	lines      int            // of Go source
	longest    int            // characters of the longest line, a tab counted as one
	longestAt  string         // the file of it
	operations int            // that the package serves
	calls      int            // operations that its client calls
	files      map[string]int // lines of each file
}

// measure reads the Go files of a package.
func measure(folder string) (metrics, error) {
	m := metrics{files: map[string]int{}}
	paths, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return m, err
	}
	for _, path := range paths {
		if err := m.file(path); err != nil {
			return m, err
		}
	}
	return m, nil
}

// begins begin the methods of the client.
var begins = []byte("\tcall := c.c.Call(ctx, &")

// registers begin the lines of New that bind an operation to its handler.
var registers = []byte("\ttornado.Register")

func (m *metrics) file(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // was read only
	name := filepath.Base(path)
	lines := bufio.NewScanner(f)
	lines.Buffer(make([]byte, 64<<10), 16<<20)
	inNew := false
	for lines.Scan() {
		line := lines.Bytes()
		m.files[name]++
		if n := utf8.RuneCount(line); n > m.longest {
			m.longest, m.longestAt = n, name
		}
		switch {
		case bytes.HasPrefix(line, []byte("func New(")):
			inNew = true
		case bytes.HasPrefix(line, []byte("}")):
			inNew = false
		case name == "client_gen.go" && bytes.HasPrefix(line, begins):
			m.calls++
		case inNew && bytes.HasPrefix(line, registers):
			m.operations++
		}
	}
	m.lines += m.files[name]
	return lines.Err()
}

// short cuts a text for a cell of a table.
func short(s string, n int) string {
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n]) + "..."
}
