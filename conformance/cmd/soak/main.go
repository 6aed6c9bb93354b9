// Command soak lets many clients of every kind loose on a server in a process of its own, twice, and exits with 1 unless it is afterwards as it
// was before. Both processes need a descriptor for each connection.
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
	flag.IntVar(&run.Connections, "connections", 15_000, "connections that are open at the same time")
	flag.DurationVar(&run.Time, "time", 30*time.Second, "how long, half of it in each of two rounds")
	flag.DurationVar(&run.Pause, "pause", 2*time.Second, "between two things that a client does, on average")
	flag.Parse()
	if err := play(&run); err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

func play(run *soak.Run) error {
	child, err := target.Spawn()
	if err != nil {
		return err
	}
	report, err := run.Play(child.Addresses)
	if err == nil {
		fmt.Print(report)
		if len(report.Faults) > 0 {
			err = errors.New("the server is not as it was before")
		}
	}
	return errors.Join(err, child.Stop())
}
