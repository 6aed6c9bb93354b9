package main

import (
	"fmt"
	"net/netip"
	"time"
)

// burstResult is what a burst saw.
type burstResult struct {
	Answered int     `json:"answered"`
	Seconds  float64 `json:"seconds"` // from the first request to the last answer
}

// burst opens count connections, writes a request to each before it reads an answer from any, and awaits all answers.
// The caller closes the connections, which are idle.
func burst(server netip.AddrPort, count int) ([]connection, *burstResult, error) {
	connections, err := dial(server, count)
	if err != nil {
		return nil, nil, err
	}
	result, err := askAll(connections, request(server, 1))
	if err != nil {
		closeAll(connections)
		return nil, nil, err
	}
	return connections, result, nil
}

func askAll(connections []connection, request []byte) (*burstResult, error) {
	poll, err := newPoller(connections)
	if err != nil {
		return nil, err
	}
	defer poll.close()
	start := time.Now()
	for i := range connections {
		if err := connections[i].ask(request, start); err != nil {
			return nil, fmt.Errorf("connection %d: %w", i, err)
		}
	}
	buf := make([]byte, maxAnswer)
	answered := 0
	for answered < len(connections) {
		ready, err := poll.wait()
		if err != nil {
			return nil, err
		}
		for _, event := range ready {
			done, err := connections[event.Fd].answered(buf)
			if err != nil {
				return nil, fmt.Errorf("connection %d: %w", event.Fd, err)
			}
			if done {
				answered++
			}
		}
		if time.Since(start) > grace {
			return nil, fmt.Errorf("%d of %d requests were answered", answered, len(connections))
		}
	}
	return &burstResult{Answered: answered, Seconds: time.Since(start).Seconds()}, nil
}
