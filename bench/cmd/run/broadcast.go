package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// serverStatus is what the server connections tells of itself.
type serverStatus struct {
	Sockets int `json:"sockets"`
	Streams int `json:"streams"`
	Polls   int `json:"polls"`
	// Live and Collections are of its heap: the bytes that were live when it was last collected, and how often that was.
	Live        int64 `json:"live"`
	Collections int64 `json:"collections"`
}

func (s *server) status(ctx context.Context) (*serverStatus, error) {
	code, answer, err := fetch(ctx, http.MethodGet, s.base, statusPath, "")
	if err == nil && code != http.StatusOK {
		err = fmt.Errorf("GET %s: status %d: %s", statusPath, code, answer)
	}
	if err != nil {
		return nil, err
	}
	var status serverStatus
	return &status, json.Unmarshal(answer, &status)
}

// The audiences of a broadcast. writes are the sockets, over which a bare loop writes beside the runtime.
const (
	toSockets = "sockets"
	toWrites  = "writes"
	toStreams = "streams"
	toPolls   = "polls"
)

// broadcast has s send a message to each of the audience, which load holds, and returns when all were received: the processor
// time that s has used for each, in microseconds.
func (s *server) broadcast(ctx context.Context, load *idleLoad, to string, audience int) (float64, error) {
	spent, err := s.spent(func() error {
		code, answer, err := fetch(ctx, http.MethodPost, s.base, "/broadcasts", fmt.Sprintf(`{"to":%q}`, to))
		if err != nil {
			return err
		}
		if code != http.StatusNoContent {
			return fmt.Errorf("POST /broadcasts: status %d: %s", code, answer)
		}
		load.messages += audience
		return load.received(load.messages)
	})
	return microseconds(spent) / float64(audience), err
}

// broadcastPairs is how often a broadcast and the bare loop take turns in one measurement.
const broadcastPairs = 30

// measureBroadcast has the runtime and a bare loop of write(2) take turns to send the same message over the same sockets.
func measureBroadcast(ctx context.Context, r *runner, name string) (sample, error) {
	s, err := r.start(ctx, name)
	if err != nil {
		return nil, err
	}
	defer s.stop()
	load, err := r.openIdle(ctx, s.address, "websocket", r.audience)
	if err != nil {
		return nil, err
	}
	got, err := takeTurns(ctx, r, s, load)
	if closed := load.close(); err == nil {
		err = closed
	}
	return got, err
}

func takeTurns(ctx context.Context, r *runner, s *server, load *idleLoad) (sample, error) {
	if err := s.awaitAudience(ctx, func(status *serverStatus) int { return status.Sockets }, r.audience); err != nil {
		return nil, err
	}
	turn := func(to string) (float64, error) { return s.broadcast(ctx, load, to, r.audience) }
	for _, to := range []string{toSockets, toWrites} { // what grows once, grows now
		if _, err := turn(to); err != nil {
			return nil, err
		}
	}
	var pairs []sample
	for range broadcastPairs {
		sent, err := turn(toSockets)
		if err != nil {
			return nil, err
		}
		written, err := turn(toWrites)
		if err != nil {
			return nil, err
		}
		pairs = append(pairs, sample{message: sent, bareMessage: written, messageRatio: sent / written})
		if err := sleep(ctx, 20*time.Millisecond); err != nil {
			return nil, err
		}
	}
	got := sample{}
	for m := range pairs[0] {
		got[m], _ = median(series(map[string][]sample{"": pairs}, "", m, ""))
	}
	return got, nil
}
