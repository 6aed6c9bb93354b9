// Command soak lets many clients of every kind loose on a server in a process of its own, twice, and exits with 1 unless it is afterwards as it
// was before, and so many connections were open at the same time. Both processes need a descriptor for each connection.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/tornadogen/tornadogen/conformance/internal/soak"
	"github.com/tornadogen/tornadogen/conformance/internal/target"
)

func main() {
	target.MainIfChild()
	run := soak.Run{Slack: soak.Strict(), Growth: soak.StrictGrowth()}
	connections := flag.Int("connections", 15_000, "connections that are open at the same time, of a sixth more clients: some are between two")
	flag.DurationVar(&run.Time, "time", 30*time.Second, "how long, half of it in each of two rounds")
	flag.DurationVar(&run.Pause, "pause", 2*time.Second, "between two things that a client does, on average")
	flag.Parse()
	run.Clients = *connections + *connections/6
	if err := play(&run, *connections); err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

func play(run *soak.Run, connections int) error {
	child, err := target.Spawn()
	if err != nil {
		return err
	}
	report, err := run.Play(child.Addresses)
	if err == nil {
		fmt.Print(report)
		switch {
		case len(report.Faults) > 0:
			err = errors.New("the server is not as it was before")
		case report.Open < int64(connections):
			err = fmt.Errorf("%d connections were open at the same time, and not %d", report.Open, connections)
		}
	}
	return errors.Join(err, child.Stop())
}
