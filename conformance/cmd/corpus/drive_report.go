package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// explained is a committed reason why the judges are contradicted: the parts that a difference must contain.
type explained struct {
	document, operation, reason string // "*" for any; of reason a part
	why                         string
	used                        bool
}

// readExplained reads the list of explained differences: document, operation, part of the reason, why; separated by tabs.
func readExplained(path string) ([]*explained, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var all []*explained
	for line := range strings.Lines(string(data)) {
		line = strings.TrimRight(line, "\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		cells := strings.Split(line, "\t")
		if len(cells) != 4 {
			return nil, fmt.Errorf("%s: %q has not four cells", path, line)
		}
		all = append(all, &explained{document: cells[0], operation: cells[1], reason: cells[2], why: cells[3]})
	}
	return all, nil
}

func (e *explained) covers(d difference) bool {
	fits := func(want, have string) bool { return want == "*" || strings.Contains(have, want) }
	return fits(e.document, d.document) && fits(e.operation, d.operation) && fits(e.reason, d.String())
}

// reportDriven prints the sums, and each difference that is not explained. It fails when there is one, and when an explanation of
// a whole run explains nothing.
func reportDriven(cfg *config, all []driven, list []*explained, w io.Writer) error {
	var b, table strings.Builder
	var sum driven
	documents, open, known := 0, 0, 0
	table.WriteString("document\toperations\tvalid\tinvalid\tunjudged\tdifferences\tskipped\n")
	for _, r := range all {
		fmt.Fprintf(&table, "%s\t%d\t%d\t%d\t%d\t%d\t%s\n", r.id, r.ops, r.valid, r.invalid, r.unjudged, len(r.differs), short(r.skipped, 200))
		documents += one(r.skipped == "")
		sum.ops, sum.valid, sum.invalid, sum.unjudged = sum.ops+r.ops, sum.valid+r.valid, sum.invalid+r.invalid, sum.unjudged+r.unjudged
		slices.SortFunc(r.differs, func(x, y difference) int {
			return cmp.Or(cmp.Compare(x.operation, y.operation), cmp.Compare(x.reason, y.reason))
		})
		for _, d := range r.differs {
			i := slices.IndexFunc(list, func(e *explained) bool { return e.covers(d) })
			if i >= 0 {
				list[i].used = true
				known++
				continue
			}
			open++
			fmt.Fprintln(&b, d)
		}
	}
	fmt.Fprintf(&b, "documents %d of %d driven, operations %d; requests: %d valid, %d invalid, %d not judged\n", documents, len(all), sum.ops, sum.valid, sum.invalid, sum.unjudged)
	fmt.Fprintf(&b, "differences: %d, explained: %d\n", open+known, known)
	unused := 0
	for _, e := range list {
		if !e.used && cfg.only == "" && cfg.sample == defaultDriven {
			unused++
			fmt.Fprintf(&b, "explains nothing any more: %s\t%s\t%s\n", e.document, e.operation, e.reason)
		}
	}
	if err := os.WriteFile(filepath.Join(cfg.out, "driven.tsv"), []byte(table.String()), 0o644); err != nil {
		return err
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return err
	}
	if open+unused > 0 {
		return errors.New("the judges are contradicted, or an explanation is stale")
	}
	return nil
}
