package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/tornadogen/tornadogen/runtime/bench/internal/extra"
	"github.com/tornadogen/tornadogen/runtime/bench/internal/order"
	"github.com/tornadogen/tornadogen/runtime/bench/internal/pet"
)

// request is what a workload asks again and again, and what it asks of the server for that.
type request struct {
	name         string // of the file that holds it
	method, path string
	contentType  string // of body
	body         []byte
	closing      bool                     // it says that the connection is for it alone
	pipelined    int                      // how many are sent at once; 0: one
	connections  int                      // 0: as many as the flags say
	longer       int                      // how many times as long as others it is measured; 0: once
	status       int                      // of the answer
	env          []func(r *runner) string // of the server
}

const jsonType = "application/json"

var (
	getPet      = request{name: "get", method: http.MethodGet, path: petPath, status: http.StatusOK}
	getAndClose = request{name: "get-close", method: http.MethodGet, path: petPath, closing: true, status: http.StatusOK} // as load churn asks
	createPet   = request{name: "post", method: http.MethodPost, path: "/pets", contentType: jsonType, body: mustJSON(pet.Sample(1)), status: http.StatusCreated}
	listPets    = request{name: "list", method: http.MethodGet, path: "/pets?limit=100", status: http.StatusOK}
	smallOrder  = createOrder("order-50b", 50)
	mediumOrder = createOrder("order-1k", 1<<10)
	largeOrder  = createOrder("order-64k", 64<<10)
	putFile     = request{
		name: "upload", method: http.MethodPut, path: "/files", contentType: "application/octet-stream",
		body: bytes.Repeat([]byte("tornadogen\n"), 20<<20/11+1)[:20<<20], connections: 2, status: http.StatusOK,
		env: []func(*runner) string{func(*runner) string { return extra.StreamVariable + "=1" }},
	}
)

func createOrder(name string, size int) request {
	return request{
		name: name, method: http.MethodPost, path: "/orders", contentType: jsonType, body: order.JSON(order.Sample(size)), status: http.StatusCreated,
	}
}

// pipelining is req, n at once.
func pipelining(req request, n int) request {
	req.pipelined = n
	return req
}

// over is req over n connections.
func over(n int, req request) request {
	req.connections = n
	return req
}

// overMany is req over n connections for three times as long: opening them is a part of what is measured, and is to be a small one.
func overMany(n int, req request) request {
	req.connections, req.longer = n, 3
	return req
}

// securely is req over TLS.
func securely(req request) request {
	req.env = append(req.env[:len(req.env):len(req.env)], withTLS)
	return req
}

// computing is req to handlers that compute for a while.
func computing(req request) request {
	req.env = append(req.env[:len(req.env):len(req.env)], func(r *runner) string { return fmt.Sprintf("%s=%d", extra.WorkVariable, r.work) })
	return req
}

// text gives req as it is sent. The name of the host is no address, so that the size is the same in each round.
func (req request) text() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: bench\r\n", req.method, req.path)
	if req.body != nil {
		fmt.Fprintf(&b, "Content-Type: %s\r\nContent-Length: %d\r\n", req.contentType, len(req.body))
	}
	if req.closing {
		b.WriteString("Connection: close\r\n")
	}
	b.WriteString("\r\n")
	b.Write(req.body)
	return b.Bytes()
}

// write writes req, as often as it is pipelined, below dir for wrk, and gives the path.
func (req request) write(dir string) (string, error) {
	path := filepath.Join(dir, fmt.Sprintf("%s-%d.request", req.name, req.pipelined))
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	return path, os.WriteFile(path, bytes.Repeat(req.text(), max(req.pipelined, 1)), 0o600)
}

// asking measures a server that is asked req by wrk.
func asking(req request) func(context.Context, *runner, string) (sample, error) {
	return func(ctx context.Context, r *runner, name string) (sample, error) {
		s, err := r.startFor(ctx, name, req)
		if err != nil {
			return nil, err
		}
		defer s.stop()
		longer := max(req.longer, 1)
		if err := r.warm(ctx, s, req, r.warmup*time.Duration(longer)); err != nil {
			return nil, err
		}
		var result wrkResult
		spent, err := s.spent(func() (err error) {
			result, err = r.wrk(ctx, s, req, r.duration*time.Duration(longer))
			return err
		})
		if err != nil {
			return nil, err
		}
		figures := sample{rate: result.rate(), cpu: microseconds(spent) / float64(result.requests), p50: result.p50}
		if result.p99 >= result.p50 { // wrk prints 0 where it has lost count, with many pipelined requests
			figures[p99] = result.p99
		}
		return figures, nil
	}
}
