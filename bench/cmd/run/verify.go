package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/tornadogen/tornadogen/runtime/bench/internal/pet"
)

// own is the address that the runner comes from. The load comes from others.
var own = net.IPv4(127, 0, 0, 9)

var httpClient = &http.Client{
	Timeout: 30 * time.Second,
	Transport: &http.Transport{
		DialContext:     (&net.Dialer{LocalAddr: &net.TCPAddr{IP: own}}).DialContext,
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, // it is the runner's own certificate
	},
}

// fetch does one request to the server at base, http://ADDRESS; a body is sent as JSON.
func fetch(ctx context.Context, method, base, path, body string) (status int, answer []byte, err error) {
	req, err := http.NewRequestWithContext(ctx, method, base+path, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := httpClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = res.Body.Close() }() // ReadAll has told what could go wrong
	answer, err = io.ReadAll(io.LimitReader(res.Body, 1<<20))
	return res.StatusCode, answer, err
}

// verifiers check that a server does what its document says before it is measured.
var verifiers = map[string]func(ctx context.Context, base string) error{
	"tornado": verify, "tornado-onloop": verify, "nethttp": verify, "fasthttp": verify, "oapicodegen": verify,
	"connections": verifyConnections,
}

// verify checks that the server at base does the work that is measured: that it answers the sample, sends back what it
// was sent, and refuses what openapi.yaml does not allow.
func verify(ctx context.Context, base string) error {
	defer httpClient.CloseIdleConnections()
	sample := pet.Sample(7)
	spoilt := pet.Sample(7)
	spoilt.Name = ""
	lost := pet.Sample(7)
	lost.Status = "lost"
	for _, c := range []struct {
		method, path string
		body         *pet.Pet
		text         string // instead of body
		want         *pet.Pet
		low, high    int // of the status
	}{
		{method: "GET", path: "/pets/7", want: &sample, low: 200, high: 200},
		{method: "POST", path: "/pets", body: &sample, want: &sample, low: 201, high: 201},
		{method: "POST", path: "/pets", body: &spoilt, low: 400, high: 422},
		{method: "POST", path: "/pets", body: &lost, low: 400, high: 422},
		{method: "POST", path: "/pets", text: `{"id":`, low: 400, high: 400},
		{method: "GET", path: "/pets/0", low: 400, high: 422},
		{method: "GET", path: "/pets/x", low: 400, high: 422},
		{method: "GET", path: "/toys/7", low: 404, high: 404},
	} {
		if c.body != nil {
			text, err := json.Marshal(c.body)
			if err != nil {
				return err
			}
			c.text = string(text)
		}
		status, answer, err := fetch(ctx, c.method, base, c.path, c.text)
		if err != nil {
			return err
		}
		if status < c.low || status > c.high {
			return fmt.Errorf("%s %s %s: status %d, want %d to %d", c.method, c.path, c.text, status, c.low, c.high)
		}
		if c.want == nil {
			continue
		}
		var got pet.Pet
		if err := json.Unmarshal(answer, &got); err != nil {
			return fmt.Errorf("%s %s: %w: %s", c.method, c.path, err, answer)
		}
		if !reflect.DeepEqual(got, *c.want) {
			return fmt.Errorf("%s %s: got %s", c.method, c.path, answer)
		}
	}
	return nil
}

// verifyConnections checks that the server at base tells its status. What waits there the load checks.
func verifyConnections(ctx context.Context, base string) error {
	defer httpClient.CloseIdleConnections()
	_, err := (&server{base: base}).status(ctx)
	return err
}
