// Command abuse plays every attack against a server in a process of its own, and writes what a good client has noticed of it. It exits with
// 1 if the server did not do what it shall.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/tornadogen/tornadogen/conformance/internal/abuse"
	"github.com/tornadogen/tornadogen/conformance/internal/target"
)

// The table stands between these on the page.
const (
	opening = "<!-- what make abuse writes -->\n"
	closing = "<!-- until here -->\n"
)

func main() {
	target.MainIfChild(abuse.Timeouts)
	d := flag.Duration("time", 3*time.Second, "how long each attack goes on")
	most := flag.Int("clients", 15_000, "how many clients an attack may have")
	only := flag.String("only", "", "play the attacks whose name contains this")
	page := flag.String("page", "../docs/reference/robustness.md", "the page that gets the table")
	flag.Parse()
	if err := run(*d, *most, *only, *page); err != nil {
		fmt.Fprintln(os.Stderr, "abuse:", err)
		os.Exit(1)
	}
}

func run(d time.Duration, most int, only, page string) error {
	var rows []abuse.Row
	var faults []error
	for _, a := range abuse.Attacks() {
		if !strings.Contains(a.Name, only) {
			continue
		}
		child, err := target.Spawn() // a new one, so that no attack is that of before
		if err != nil {
			return err
		}
		usual, err := abuse.Usual(child, d)
		if err != nil {
			return err
		}
		row := abuse.Run(a, child, d, most, usual)
		rows = append(rows, row)
		fmt.Printf("%-50s %6d rounds  p99 %-10s usual %-10s %4d MiB %s\n", a.Name, row.Rounds, row.P99, row.Before, row.Peak>>20, strings.Join(row.Faults, "; "))
		for _, f := range row.Faults {
			faults = append(faults, errors.New(a.Name+": "+f))
		}
		if err := child.Stop(); err != nil {
			return err
		}
	}
	if only == "" {
		if err := write(page, abuse.Table(rows)); err != nil {
			return err
		}
	}
	return errors.Join(faults...)
}

func write(page, table string) error {
	text, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	before, rest, ok1 := bytes.Cut(text, []byte(opening))
	_, after, ok2 := bytes.Cut(rest, []byte(closing))
	if !ok1 || !ok2 {
		return fmt.Errorf("%s has no place for the table", page)
	}
	return os.WriteFile(page, bytes.Join([][]byte{before, []byte(opening), []byte(table), []byte(closing), after}, nil), 0o644)
}
