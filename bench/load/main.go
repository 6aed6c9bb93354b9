// Command load is the load of the bench where wrk does not do. It runs over raw epoll, on one thread, so that it costs less
// than the servers that it measures, and it ends by itself.
//
//	load closed -address ADDR [-connections N] [-warmup D] [-duration D] [-sleepers]
//	load churn  -address ADDR [-connections N] [-duration D]
//	load idle   -address ADDR [-connections N] [-kind http|websocket|poll|events|tls] [-target PATH] [-rounds N]
//
// closed asks for a pet on each of its connections and asks again as soon as the answer is there; with -sleepers one
// call in twenty is one that the server lets sleep, and the others are counted apart. churn asks once on each connection,
// waits until the server has answered and closed it, and opens another. idle opens its connections, asks once on all of
// them (with TLS, over crypto/tls: N times), awaits every answer, and then holds them open until its input ends. Each
// prints one line of JSON; idle prints another whenever as many messages have come as it has connections.
package main

import (
	"cmp"
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
const holdLimit = 3 * time.Minute

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

func run(args []string, in io.Reader, out io.Writer) error {
	if len(args) == 0 {
		return errors.New("usage: load closed|churn|idle -address ADDR [flags]")
	}
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	address := flags.String("address", "", "IPv4 address and port of the server")
	connections := flags.Int("connections", 64, "how many connections to open")
	warmup := flags.Duration("warmup", 0, "closed: how long to load before anything is recorded")
	duration := flags.Duration("duration", time.Second, "closed, churn: how long to load, at most a minute")
	sleepers := flags.Bool("sleepers", false, "closed: let one call in twenty be one that sleeps")
	kindName := flags.String("kind", "http", "idle: what the connections are idle in")
	target := flags.String("target", "", "churn, idle: what to ask for; the default is that of the kind")
	rounds := flags.Int("rounds", 1, "idle -kind tls: how often to ask on each connection")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	server, err := netip.ParseAddrPort(*address)
	switch {
	case err != nil || !server.Addr().Is4():
		return fmt.Errorf("-address %q: want an IPv4 address and a port", *address)
	case *duration <= 0 || *duration+*warmup > time.Minute:
		return errors.New("-warmup and -duration: want more than nothing and at most a minute")
	}
	switch args[0] {
	case "closed":
		result, err := closedLoop(server, *connections, *warmup, *duration, *sleepers)
		return report(out, result, err)
	case "churn":
		result, err := churn(server, cmp.Or(*target, kinds[0].target), *connections, *duration)
		return report(out, result, err)
	case "idle":
		if *kindName == "tls" {
			return idleSecure(server, cmp.Or(*target, kinds[0].target), *connections, *rounds, out, ended(in))
		}
		k, err := kindNamed(*kindName, *target)
		if err != nil {
			return err
		}
		return idleConnections(server, *connections, k, out, ended(in))
	}
	return fmt.Errorf("unknown command %q", args[0])
}

// report prints result as a line of JSON, unless there is an error.
func report(out io.Writer, result any, err error) error {
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(result)
}

// ended is closed when in ends, or after holdLimit.
func ended(in io.Reader) <-chan struct{} {
	ended := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, in) // whatever ends the input ends the hold
		close(ended)
	}()
	stop := make(chan struct{})
	go func() {
		defer close(stop)
		select {
		case <-ended:
		case <-time.After(holdLimit):
		}
	}()
	return stop
}
