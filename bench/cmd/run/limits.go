package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/tornadogen/tornadogen/runtime/bench/internal/extra"
)

// limitServers answer fixed bytes and know no HTTP.
var limitServers = []string{"constant", "epoll-c"}

func isLimit(name string) bool { return slices.Contains(limitServers, name) }

// startFor starts the server called name for a workload that asks req. One that answers fixed bytes is told the size of req and
// what the runtime answers to it.
func (r *runner) startFor(ctx context.Context, name string, req request, env ...string) (*server, error) {
	for _, variable := range req.env {
		env = append(env, variable(r))
	}
	if !isLimit(name) {
		return r.start(ctx, name, env...)
	}
	answer := filepath.Join(r.dir, req.name+".answer")
	if _, err := os.Stat(answer); err != nil {
		if err := r.record(ctx, req, answer); err != nil {
			return nil, fmt.Errorf("answer to %s: %w", req.name, err)
		}
	}
	return r.start(ctx, name, append(env, fmt.Sprintf("%s=%d", extra.RequestVariable, len(req.text())), extra.AnswerVariable+"="+answer)...)
}

// record writes what the server tornado answers to req to a file, head and body.
func (r *runner) record(ctx context.Context, req request, file string) error {
	s, err := r.start(ctx, "tornado")
	if err != nil {
		return err
	}
	defer s.stop()
	answer, err := exchange(s.address, req)
	if err != nil {
		return err
	}
	return os.WriteFile(file, answer, 0o600)
}

// exchange sends req to address and gives the answer, head and body, as it came.
func exchange(address string, req request) ([]byte, error) {
	conn, err := net.DialTimeout("tcp", address, 10*time.Second)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }() // what was to come has come
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		return nil, err
	}
	if _, err := conn.Write(req.text()); err != nil {
		return nil, err
	}
	var raw bytes.Buffer
	res, err := http.ReadResponse(bufio.NewReader(io.TeeReader(conn, &raw)), nil)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }() // Copy has told what could go wrong
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		return nil, err
	}
	if res.StatusCode != req.status {
		return nil, fmt.Errorf("status %d, want %d: %s", res.StatusCode, req.status, raw.String())
	}
	return raw.Bytes(), nil
}

// verifyLimit checks that the server called name answers req, as often as it is sent, and what it is to answer.
func (r *runner) verifyLimit(ctx context.Context, name string) error {
	for _, req := range []request{getPet, getAndClose, mediumOrder, largeOrder} {
		s, err := r.startFor(ctx, name, req)
		if err != nil {
			return err
		}
		err = sameAnswer(s.address, req, filepath.Join(r.dir, req.name+".answer"))
		s.stop()
		if err != nil {
			return fmt.Errorf("%s: %w", req.name, err)
		}
	}
	return nil
}

func sameAnswer(address string, req request, file string) error {
	got, err := exchange(address, req)
	if err != nil {
		return err
	}
	want, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if !bytes.Equal(got, want) {
		return fmt.Errorf("got %q, want %q", got, want)
	}
	return nil
}
