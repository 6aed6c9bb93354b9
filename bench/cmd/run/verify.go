package main

import (
	"cmp"
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

	"github.com/tornadogen/tornadogen/runtime/bench/internal/order"
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
	return fetchTyped(ctx, method, base, path, body, jsonType)
}

func fetchTyped(ctx context.Context, method, base, path, body, contentType string) (status int, answer []byte, err error) {
	req, err := http.NewRequestWithContext(ctx, method, base+path, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	if body != "" {
		req.Header.Set("Content-Type", contentType)
	}
	res, err := httpClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = res.Body.Close() }() // ReadAll has told what could go wrong
	answer, err = io.ReadAll(io.LimitReader(res.Body, 1<<20))
	return res.StatusCode, answer, err
}

// verify checks that the server called name does what its document says before it is measured, and the same as all others.
func (r *runner) verify(ctx context.Context, name string) error {
	if isLimit(name) {
		return r.verifyLimit(ctx, name)
	}
	s, err := r.start(ctx, name)
	if err != nil {
		return err
	}
	defer s.stop()
	if name == "connections" {
		return verifyConnections(ctx, s.base)
	}
	return verify(ctx, s.base)
}

// check is something that every server is asked before it is measured.
type check struct {
	method, path string
	contentType  string // of body
	body         string
	want         string // JSON, whatever the order of members; "": only the status counts
	low, high    int    // of the status
}

// checks gives what a server of openapi.yaml is asked: every operation of it that is measured, with what is sent then, and what
// the document does not allow.
func checks() []check {
	all := []check{
		{method: "GET", path: "/pets/7", want: text(pet.Sample(7)), low: 200, high: 200},
		{method: "GET", path: "/pets?limit=100", want: text(pet.Samples(100)), low: 200, high: 200},
		{method: "POST", path: "/pets", body: text(pet.Sample(7)), want: text(pet.Sample(7)), low: 201, high: 201},
		{method: "POST", path: "/pets", body: `{"id":`, low: 400, high: 400},
		{method: "GET", path: "/pets/0", low: 400, high: 422},
		{method: "GET", path: "/pets/x", low: 400, high: 422},
		{method: "GET", path: "/pets?limit=101", low: 400, high: 422},
		{method: "GET", path: "/pets", low: 400, high: 422},
		{method: "GET", path: "/toys/7", low: 404, high: 404},
		{
			method: "PUT", path: "/files", contentType: "application/octet-stream", body: strings.Repeat("x", 1<<20), want: `{"size":1048576}`,
			low: 200, high: 200,
		},
	}
	for _, size := range []int{50, 1 << 10, 64 << 10} {
		body := text(order.Sample(size))
		all = append(all, check{method: "POST", path: "/orders", body: body, want: body, low: 201, high: 201})
	}
	refused := func(path string, v any) {
		all = append(all, check{method: "POST", path: path, body: text(v), low: 400, high: 422})
	}
	for _, spoil := range []func(*pet.Pet){
		func(p *pet.Pet) { p.Name = "" },
		func(p *pet.Pet) { p.Status = "lost" },
		func(p *pet.Pet) { p.Tags[1] = strings.Repeat("x", 33) },
		func(p *pet.Pet) { p.Category.ID = 0 },
	} {
		p := pet.Sample(7)
		spoil(&p)
		refused("/pets", p)
	}
	for _, spoil := range []func(*order.Order){
		func(o *order.Order) { o.Lines = []order.Line{} },
		func(o *order.Order) { o.Lines[3].Count = 1001 },
		func(o *order.Order) { o.Lines[0].Options[1].Name = "" },
		func(o *order.Order) { o.Buyer.Address.Country = "XX" },
	} {
		o := order.Sample(1 << 10)
		spoil(&o)
		refused("/orders", o)
	}
	return all
}

func text(v any) string { return string(mustJSON(v)) }

// mustJSON gives v, which is one of the samples, as JSON.
func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

// verify checks that the server at base does the work that is measured: that it answers the samples, sends back what it
// was sent, and refuses what openapi.yaml does not allow.
func verify(ctx context.Context, base string) error {
	defer httpClient.CloseIdleConnections()
	for _, c := range checks() {
		status, answer, err := fetchTyped(ctx, c.method, base, c.path, c.body, cmp.Or(c.contentType, jsonType))
		if err != nil {
			return err
		}
		if status < c.low || status > c.high {
			return fmt.Errorf("%s %s %.100s: status %d, want %d to %d: %s", c.method, c.path, c.body, status, c.low, c.high, answer)
		}
		if c.want == "" {
			continue
		}
		var got, want any
		if err := json.Unmarshal(answer, &got); err != nil {
			return fmt.Errorf("%s %s: %w: %s", c.method, c.path, err, answer)
		}
		if err := json.Unmarshal([]byte(c.want), &want); err != nil {
			return err
		}
		if !reflect.DeepEqual(got, want) {
			return fmt.Errorf("%s %s: got %s, want %s", c.method, c.path, answer, c.want)
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
