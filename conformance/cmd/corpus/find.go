package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// document is one real document.
type document struct {
	id     string
	path   string // of the root file
	folder string // that its files lie in
	index  int    // operations by the table, -1 where it does not tell
}

// hostile is one document of bad, and what is to become of it.
type hostile struct {
	id     string
	path   string
	expect string // reject, accept, bounded
	why    string
}

// findDocuments lists the documents of dev by name.
func findDocuments(cfg *config) ([]document, error) {
	if cfg.noDev {
		return nil, nil
	}
	dev := filepath.Join(cfg.corpus, "dev")
	entries, err := os.ReadDir(dev)
	if err != nil {
		return nil, fmt.Errorf("read the corpus, which is laid out as folders dev/ID and bad: %w", err)
	}
	table, err := readIndex(cfg)
	if err != nil {
		return nil, err
	}
	var all []document
	for _, e := range entries {
		if !e.IsDir() || !cfg.selects(e.Name()) {
			continue
		}
		d := document{id: e.Name(), folder: filepath.Join(dev, e.Name()), index: -1}
		if row, ok := table[d.id]; ok && row["root"] != "" {
			d.path = filepath.Join(dev, filepath.FromSlash(row["root"]))
			if n, err := strconv.Atoi(row["ops"]); err == nil {
				d.index = n
			}
		} else if d.path, err = guessRoot(d.folder); err != nil {
			return nil, err
		}
		if cfg.largest == 0 || size(d) <= cfg.largest {
			all = append(all, d)
		}
	}
	return spread(all, cfg.sample), nil
}

// findHostile lists the documents of bad in the order of their manifest. A corpus without bad has none.
func findHostile(cfg *config) ([]hostile, error) {
	if cfg.noBad {
		return nil, nil
	}
	dir := filepath.Join(cfg.corpus, "bad")
	rows, err := readTSV(filepath.Join(dir, "MANIFEST.tsv"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []hostile
	for _, row := range rows {
		h := hostile{row["file"], filepath.Join(dir, filepath.FromSlash(row["file"])), row["expect"], row["why"]}
		if !cfg.selects(h.id) {
			continue
		}
		if !slices.Contains([]string{"reject", "accept", "bounded"}, h.expect) {
			return nil, fmt.Errorf("MANIFEST.tsv: %s: expect is %q, not reject, accept or bounded", h.id, h.expect)
		}
		all = append(all, h)
	}
	return spread(all, cfg.sample), nil
}

// selects reports whether -only has the name.
func (c *config) selects(name string) bool {
	if c.only == "" {
		return true
	}
	return slices.ContainsFunc(strings.Split(c.only, ","), func(part string) bool { return strings.Contains(name, part) })
}

// spread takes n of all at equal distances, all for 0.
func spread[T any](all []T, n int) []T {
	if n == 0 || n >= len(all) {
		return all
	}
	some := make([]T, n)
	for i := range some {
		some[i] = all[i*len(all)/n]
	}
	return some
}

// readIndex maps ids to rows of the index; it is empty where there is none.
func readIndex(cfg *config) (map[string]map[string]string, error) {
	path := cfg.index
	if path == "" {
		path = filepath.Join(cfg.corpus, "INDEX.tsv")
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
	}
	rows, err := readTSV(path)
	if err != nil {
		return nil, err
	}
	table := map[string]map[string]string{}
	for _, row := range rows {
		table[row["id"]] = row
	}
	return table, nil
}

// readTSV reads a table; each row maps the names of its columns to its cells.
func readTSV(path string) ([]map[string]string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var rows []map[string]string
	var head []string
	for line := range strings.Lines(string(data)) {
		cells := strings.Split(strings.TrimRight(line, "\r\n"), "\t")
		if head == nil {
			head = cells
			continue
		}
		row := map[string]string{}
		for i, cell := range cells[:min(len(cells), len(head))] {
			row[head[i]] = cell
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// rootMark is what the first file of a document has, and no other.
var rootMark = regexp.MustCompile(`(?m)^\s{0,4}["']?(openapi|swagger)["']?\s*:`)

// guessRoot finds the root of a document among its files: one that states a version of OpenAPI; of several the one least
// deep, then the one that is named as roots are, then the largest.
func guessRoot(folder string) (string, error) {
	type candidate struct {
		path  string
		depth int
		named int
		size  int64
	}
	var all []candidate
	err := filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() || !slices.Contains([]string{".json", ".yaml", ".yml"}, filepath.Ext(path)) {
			return err
		}
		info, err := e.Info()
		if err != nil || !marked(path) {
			return err
		}
		named := 1
		if name := strings.TrimSuffix(e.Name(), filepath.Ext(path)); name == "openapi" || name == "swagger" {
			named = 0
		}
		all = append(all, candidate{path, strings.Count(path, string(filepath.Separator)), named, info.Size()})
		return nil
	})
	if err != nil {
		return "", err
	}
	if len(all) == 0 {
		return "", fmt.Errorf("%s: no file in it states a version of OpenAPI; name its root in the index", folder)
	}
	best := slices.MinFunc(all, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.depth, b.depth), cmp.Compare(a.named, b.named), cmp.Compare(b.size, a.size), cmp.Compare(a.path, b.path))
	})
	return best.path, nil
}

// marked reports whether a file states a version of OpenAPI near its beginning, or, in JSON without line feeds, anywhere there.
func marked(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }() // was read only
	head := make([]byte, 64<<10)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return false
	}
	head = head[:n]
	return rootMark.Match(head) || bytes.HasPrefix(head, []byte(`{"openapi"`)) || bytes.HasPrefix(head, []byte(`{"swagger"`))
}
