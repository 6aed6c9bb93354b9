package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// column is one column of the table of a workload: the median of a metric, or what is made of it.
type column struct {
	title      string
	metric     metric
	scale      float64 // what the metric is multiplied with; 0 is 1
	decimals   int
	relativeTo string // the server by whose figure of the same round each figure is divided
	spread     bool   // how far the middle half of the rounds is apart, in percent of the median
}

const missing = "–"

// cell gives the text of c for the server called name.
func (c column) cell(servers map[string][]sample, name string) string {
	all := series(servers, name, c.metric, c.relativeTo)
	value, ok := median(all)
	switch {
	case !ok:
		return missing
	case c.spread:
		return spread(all)
	case c.scale != 0:
		value *= c.scale
	}
	return strconv.FormatFloat(value, 'f', c.decimals, 64)
}

// render gives the report in Markdown whose tables can be read as they are.
func render(cfg *config, m *machine, all results, args []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n", cfg.set.title)
	fmt.Fprintf(&b, "- command: `%s`\n", strings.Join(append([]string{"go run ./cmd/run"}, args...), " "))
	fmt.Fprintf(&b, "- machine: %s\n", m.Machine)
	fmt.Fprintf(&b, "- %s, wrk %s\n", m.Go, m.wrk)
	for _, peer := range m.peers {
		fmt.Fprintf(&b, "- %s\n", peer)
	}
	fmt.Fprintf(&b, "- the server on core %d with GOMAXPROCS=1, the load on core %d with %d connections; medians of %d rounds of %s, or of as many as the workload needs\n",
		cfg.serverCore, cfg.loadCore, cfg.connections, cfg.rounds, cfg.duration)
	for _, w := range cfg.set.workloads {
		if servers, measured := all[w.name]; measured {
			fmt.Fprintf(&b, "\n## %s\n\n%s\n\n", w.title, w.note)
			if cfg.plots != "" {
				fmt.Fprintf(&b, "![%s](%s/%s.svg)\n\n", w.title, filepath.ToSlash(cfg.plots), w.name)
			}
			b.WriteString(workloadTable(cfg, w, servers))
		}
	}
	if rows := targetRows(cfg.set.targets, all); len(rows) > 0 {
		b.WriteString("\n## Targets\n\n")
		b.WriteString(table(append([][]string{{"target", "limit", "here", ""}}, rows...)))
	}
	return b.String()
}

func workloadTable(cfg *config, w workload, servers map[string][]sample) string {
	rows := [][]string{{"server"}}
	columns := w.columns
	if columns == nil {
		columns = matrixColumns
	}
	for _, c := range columns {
		rows[0] = append(rows[0], c.title)
	}
	for _, name := range allServers {
		if !slices.Contains(cfg.servers, name) || !slices.Contains(w.servers, name) {
			continue
		}
		row := []string{name}
		for _, c := range columns {
			row = append(row, c.cell(servers, name))
		}
		rows = append(rows, row)
	}
	return table(rows)
}

// table gives rows, the first of which is the head, as a Markdown table with aligned columns: text to the left in the
// first column and numbers to the right in the others.
func table(rows [][]string) string {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell), 3)
		}
	}
	var b strings.Builder
	for n, row := range rows {
		for i, cell := range row {
			padding := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if i == 0 {
				b.WriteString("| " + cell + padding + " |")
			} else {
				b.WriteString(" " + padding + cell + " |")
			}
		}
		b.WriteString("\n")
		if n > 0 {
			continue
		}
		for i, width := range widths {
			if i == 0 {
				b.WriteString("| " + strings.Repeat("-", width) + " |")
			} else {
				b.WriteString(" " + strings.Repeat("-", width-1) + ": |")
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}
