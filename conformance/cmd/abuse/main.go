// Command abuse plays every attack against a server in a process of its own, and writes what a good client has noticed of it. It exits with
// 1 if the server did not do what it shall, if a good client waited more than three times as long as usual, or if the server held too much memory.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"
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
	abuse.MainIfGood()
	target.MainIfChild(abuse.Timeouts(0), abuse.Limits)
	p := abuse.Plan{Rounds: 3}
	flag.IntVar(&p.Rounds, "rounds", p.Rounds, "how often the good client is watched, without and with each attack")
	flag.DurationVar(&p.Usual, "usual", 1500*time.Millisecond, "how long it is watched without")
	flag.DurationVar(&p.Attack, "time", 3*time.Second, "how long it is watched with")
	flag.IntVar(&p.Most, "clients", 15_000, "how many clients an attack may have")
	only := flag.String("only", "", "play the attacks whose name contains this")
	page := flag.String("page", "../docs/reference/robustness.md", "the page that gets the table")
	flag.Parse()
	if err := run(p, *only, *page); err != nil {
		fmt.Fprintln(os.Stderr, "abuse:", err)
		os.Exit(1)
	}
}

// apart keeps this process, and the good client that it starts, off one processor, and returns how a target is started there: what bad clients
// need themselves is not taken from the server. Where there is one processor alone, they share it.
func apart() (spawn func() (*target.Child, error), err error) {
	all := target.Processors()
	if len(all) < 2 {
		fmt.Println("clients and server share the processors: the figures tell of both")
		return target.Spawn, nil
	}
	rest := all[:len(all)-1]
	runtime.GOMAXPROCS(len(rest))
	if err := target.Pin(os.Getpid(), rest...); err != nil {
		return nil, err
	}
	return func() (*target.Child, error) { return target.SpawnOn(all[len(all)-1]) }, nil
}

func run(p abuse.Plan, only, page string) error {
	spawn, err := apart()
	if err != nil {
		return err
	}
	alone, err := abuse.Alone(spawn, p.Usual)
	if err != nil {
		return err
	}
	fmt.Print(abuse.Waits(alone))
	var rows []*abuse.Row
	var faults []error
	for _, a := range abuse.Attacks() {
		if !strings.Contains(a.Name, only) {
			continue
		}
		row, err := abuse.Run(a, spawn, p)
		if err != nil {
			return err
		}
		rows = append(rows, row)
		wrong := append(row.Faults, row.Judge()...)
		fmt.Printf("%-50s %6d rounds  %3.0f %% %4d MiB %s\n", a.Name, row.Rounds, 100*row.Processor, row.Peak>>20, strings.Join(wrong, "; "))
		fmt.Printf("    %s of a processor a round, %s a request of an honest client\n", row.Round, row.Honest)
		for way, w := range row.Waits {
			fmt.Printf("    %-30s p99 %-10s usual %-10s %.1f times, %d answers\n", way, w.P99, w.Usual, w.Times(), w.Good)
		}
		for _, f := range wrong {
			faults = append(faults, errors.New(a.Name+": "+f))
		}
	}
	if only != "" {
		fmt.Print(abuse.Table(rows))
	} else {
		if err := write(page, abuse.Table(rows)+"\n"+abuse.Waits(alone)); err != nil {
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
