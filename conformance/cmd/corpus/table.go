package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// row is what became of a document.
type row struct {
	document
	counts
	metrics
	bytes      int64
	generated  bool
	compiles   bool
	cpu        time.Duration // of generate
	wall       time.Duration
	memory     int64 // of generate, at most, in bytes
	compileCPU time.Duration
	// untyped are the schemas that became tornado.JSON though the document asks for something else, untypedNamed those of them with a name.
	untyped, untypedNamed int
	unserved              []string       // operations that a finding says are the client's alone
	isolated              int            // and those that it says are left out
	classes               map[string]int // findings by class
	first                 string         // diagnostic
	problem               string         // why it is not complete, "" where it is
}

// The classes of findings that take the handler of an operation out of the package, and the operation itself, one each.
const (
	unserving = "same-route"
	isolating = "bad-method"
)

// take fills in what generate gave.
func (r *row) take(g *generated) {
	r.generated = g.child.ok()
	r.cpu, r.wall, r.memory, r.metrics = g.child.cpu, g.child.wall, g.child.memory, g.metrics
	r.classes = map[string]int{}
	for _, f := range g.findings {
		r.classes[f.Class]++
		if f.untypes() {
			r.untyped++
			r.untypedNamed += one(f.ofNamed())
		}
		switch f.Class {
		case unserving:
			r.unserved = append(r.unserved, strings.TrimPrefix(f.Pointer, "#/paths/"))
		case isolating:
			r.isolated++
		}
		if r.first == "" || f.Severity == "error" && !strings.HasPrefix(r.first, "error") {
			r.first = f.String()
		}
	}
	if !r.generated {
		r.problem = cmp.Or(r.first, g.child.fault())
		if g.child.cut != "" {
			r.problem = g.child.cut
		}
	}
}

// missing is how many operations of the document neither the package nor a finding accounts for. One without a handler is there where the
// client calls it.
func (r *row) missing() int {
	if r.Fault != "" || !r.generated {
		return 0
	}
	return r.Operations - min(r.metrics.operations+len(r.unserved), r.metrics.calls) - r.isolated
}

// complete reports whether the document is through all steps with all of its operations.
func (r *row) complete(built bool) bool {
	return r.Fault == "" && r.generated && (r.compiles || !built) && r.missing() == 0
}

// column is one column of the table.
type column struct {
	name string
	cell func(r *row) string
	wide bool // left out of the Markdown
}

func columns() []column {
	number := func(f func(r *row) int) func(r *row) string {
		return func(r *row) string { return strconv.Itoa(f(r)) }
	}
	return []column{
		{"document", func(r *row) string { return r.id }, false},
		{"version", func(r *row) string { return r.Version }, false},
		{"operations", number(func(r *row) int { return r.Operations }), false},
		{"webhooks", number(func(r *row) int { return r.Webhooks }), true},
		{"callbacks", number(func(r *row) int { return r.Callbacks }), true},
		{"generated", func(r *row) string { return yes(r.generated) }, false},
		{"compiles", func(r *row) string { return yes(r.compiles) }, false},
		{"cpu_s", func(r *row) string { return seconds(r.cpu) }, false},
		{"MB", func(r *row) string { return decimal(float64(r.bytes) / 1e6) }, false},
		{"peak_MiB", func(r *row) string { return strconv.FormatInt(r.memory>>20, 10) }, false},
		{"lines", number(func(r *row) int { return r.lines }), false},
		{"lines_op", number(func(r *row) int { return r.lines / max(r.metrics.operations, 1) }), false},
		{"longest_line", number(func(r *row) int { return r.longest }), false},
		{"schemas", number(func(r *row) int { return r.Schemas }), false},
		{"named_schemas", number(func(r *row) int { return r.Named }), true},
		{"untyped", number(func(r *row) int { return r.untyped }), false},
		{"untyped_named", number(func(r *row) int { return r.untypedNamed }), true},
		{"unserved", number(func(r *row) int { return len(r.unserved) }), false},
		{"isolated", number(func(r *row) int { return r.isolated }), false},
		{"missing", number((*row).missing), false},
		{"compile_cpu_s", func(r *row) string { return seconds(r.compileCPU) }, true},
		{"unserved_operations", func(r *row) string { return strings.Join(r.unserved, " ") }, true},
		{"warnings", func(r *row) string { return tally(r.classes) }, true},
		{"problem", func(r *row) string { return short(r.problem, 300) }, false},
		{"first_diagnostic", func(r *row) string { return short(r.first, 300) }, true},
	}
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func seconds(d time.Duration) string { return decimal(d.Seconds()) }

func decimal(f float64) string { return strconv.FormatFloat(f, 'f', 2, 64) }

// tally writes counts by name, the largest first.
func tally(counted map[string]int) string {
	var names []string
	for name := range counted {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(counted[b], counted[a]), cmp.Compare(a, b)) })
	for i, name := range names {
		names[i] = fmt.Sprintf("%s:%d", name, counted[name])
	}
	return strings.Join(names, " ")
}

// writeTables writes the rows of dev and the verdicts of bad, as TSV and as Markdown with the totals.
func writeTables(cfg *config, rows []row, verdicts []verdict, totals string) error {
	var tsv, md strings.Builder
	md.WriteString("# Corpus\n\n```\n" + totals + "```\n\n")
	var names, wide []string
	for _, c := range columns() {
		names = append(names, c.name)
		if !c.wide {
			wide = append(wide, c.name)
		}
	}
	tsv.WriteString(strings.Join(names, "\t") + "\n")
	md.WriteString("| " + strings.Join(wide, " | ") + " |\n" + strings.Repeat("| --- ", len(wide)) + "|\n")
	for i := range rows {
		var cells, shown []string
		for _, c := range columns() {
			cell := strings.NewReplacer("\t", " ", "\n", " ").Replace(c.cell(&rows[i]))
			cells = append(cells, cell)
			if !c.wide {
				shown = append(shown, strings.ReplaceAll(cell, "|", `\|`))
			}
		}
		tsv.WriteString(strings.Join(cells, "\t") + "\n")
		md.WriteString("| " + strings.Join(shown, " | ") + " |\n")
	}
	bad := "document\texpect\tverdict\toutcome\tcpu_s\tpeak_MiB\twhy\n"
	for _, v := range verdicts {
		bad += strings.Join([]string{v.id, v.expect, v.word(), short(v.outcome, 300), seconds(v.cpu), strconv.FormatInt(v.memory>>20, 10), v.why}, "\t") + "\n"
	}
	for name, text := range map[string]string{"table.tsv": tsv.String(), "table.md": md.String(), "bad.tsv": bad} {
		if err := os.WriteFile(filepath.Join(cfg.out, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
