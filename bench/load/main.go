// Command load is the load of the bench where wrk does not do. It runs on one thread over raw epoll, so that it costs
// less than the servers that it measures, and it ends by itself.
//
//	load closed -address ADDR [-connections N] [-warmup D] [-duration D] [-sleepers]
//	load idle   -address ADDR [-connections N]
//
// closed asks for a pet on each of its connections and asks again as soon as the answer is there; with -sleepers one
// call in twenty is one that the server lets sleep, and the others are counted apart. idle opens its connections, asks
// once on all of them, awaits every answer, and then holds them open until its input ends. Both print one line of JSON.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"os"
	"time"
)

// holdLimit bounds how long idle holds its connections if nobody ends its input.
const holdLimit = time.Minute

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

func run(args []string, in io.Reader, out io.Writer) error {
	if len(args) == 0 {
		return errors.New("usage: load closed|idle -address ADDR [flags]")
	}
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	address := flags.String("address", "", "IPv4 address and port of the server")
	connections := flags.Int("connections", 64, "how many connections to open")
	warmup := flags.Duration("warmup", 0, "closed: how long to load before anything is recorded")
	duration := flags.Duration("duration", time.Second, "closed: how long to record, at most a minute")
	sleepers := flags.Bool("sleepers", false, "closed: let one call in twenty be one that sleeps")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	server, err := netip.ParseAddrPort(*address)
	if err != nil || !server.Addr().Is4() {
		return fmt.Errorf("-address %q: want an IPv4 address and a port", *address)
	}
	switch args[0] {
	case "closed":
		if *duration <= 0 || *duration+*warmup > time.Minute {
			return errors.New("-warmup and -duration: want more than nothing and at most a minute")
		}
		result, err := closedLoop(server, *connections, *warmup, *duration, *sleepers)
		if err != nil {
			return err
		}
		return json.NewEncoder(out).Encode(result)
	case "idle":
		connections, result, err := burst(server, *connections)
		if err != nil {
			return err
		}
		defer closeAll(connections)
		if err := json.NewEncoder(out).Encode(result); err != nil {
			return err
		}
		hold(in)
		return nil
	}
	return fmt.Errorf("unknown command %q", args[0])
}

// hold returns when in ends, or after holdLimit.
func hold(in io.Reader) {
	ended := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, in) // whatever ends the input ends the hold
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(holdLimit):
	}
}
