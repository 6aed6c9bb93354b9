package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"
)

// driven is what became of a document that was served and sent requests.
type driven struct {
	document
	skipped  string // why it was not driven, "" where it was
	ops      int    // operations that were asked
	valid    int    // requests that both judges accept
	invalid  int    // requests that both refuse
	unjudged int    // requests on which they differ, or for which one has no opinion
	differs  []difference
}

// difference is an answer that both judges contradict.
type difference struct {
	document, operation string
	accepted            bool   // what the judges say
	status              int    // what was answered
	reason              string // what the answer says, or what the judges say against the request
	request             string
}

func (d difference) String() string {
	word := "refused, but valid"
	if !d.accepted {
		word = "accepted, but invalid"
	}
	return fmt.Sprintf("%s\t%s\t%s (%d)\t%s\t%s", d.document, d.operation, word, d.status, short(d.reason, 300), short(d.request, 400))
}

// attempts are how many instances are tried to find those that both judges accept, and how many mutations of each are sent.
const (
	attempts  = 6
	mutations = 6
)

// drive serves the generated package of a document and sends it valid and invalid requests.
func (s *shop) drive(ctx context.Context, d document) driven {
	defer s.progress.step()
	r := driven{document: d}
	tree, err := readTree(d.path)
	if err != nil {
		r.skipped = err.Error()
		return r
	}
	judges, err := newJudges(d.path, tree)
	if err != nil {
		r.skipped = err.Error()
		return r
	}
	address, stop, err := s.serve(ctx, d)
	if err != nil {
		r.skipped = err.Error()
		return r
	}
	defer stop()
	c := &caller{
		judges: judges, base: address, result: &r,
		client: &http.Client{Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		random: rand.New(rand.NewPCG(1, uint64(len(d.id)))), // the same requests each time
	}
	for _, op := range judges.operations() {
		if ctx.Err() != nil {
			break
		}
		c.operation(ctx, op)
	}
	return r
}

// caller sends the requests of one document.
type caller struct {
	*judges
	base   string
	client *http.Client
	random *rand.Rand
	result *driven
}

// operation sends an operation what it should accept and what it should refuse.
func (c *caller) operation(ctx context.Context, op *operation) {
	asked := false
	for try := range attempts {
		in, ok := c.instance(op, try)
		if !ok {
			c.result.unjudged++
			continue
		}
		asked = c.ask(ctx, op, in) || asked
		for range mutations {
			if bad, ok := c.mutate(op, in); ok {
				asked = c.ask(ctx, op, bad) || asked
			}
		}
	}
	if asked {
		c.result.ops++
	}
}

// ask sends one request if the judges agree on it, and notes an answer that contradicts them.
func (c *caller) ask(ctx context.Context, op *operation, in *input) bool {
	wire, err := op.wire(in)
	if err != nil {
		c.result.unjudged++
		return false
	}
	accepted, agreed, why := c.verdict(ctx, op, in, wire)
	if !agreed {
		c.result.unjudged++
		return false
	}
	status, answer, err := c.send(ctx, wire)
	if err != nil {
		status, answer = 0, err.Error()
	}
	refused := status == http.StatusBadRequest || status == http.StatusUnsupportedMediaType || status == http.StatusUnprocessableEntity
	served := status == http.StatusNotImplemented
	if accepted {
		c.result.valid++
	} else {
		c.result.invalid++
	}
	if accepted && served || !accepted && refused {
		return true
	}
	if why == "" {
		why = answer
	}
	c.result.differs = append(c.result.differs, difference{c.result.id, op.method + " " + op.path, accepted, status, why, wire.String()})
	return true
}

func (c *caller) send(ctx context.Context, wire *wire) (status int, answer string, err error) {
	req, err := wire.request(ctx, c.base+c.basePath)
	if err != nil {
		return 0, "", err
	}
	res, err := c.client.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = res.Body.Close() }() // was read
	body, err := io.ReadAll(res.Body)
	var told struct {
		Title, Detail string
		Errors        []struct{ In, Pointer, Keyword, Message string }
	}
	if json.Unmarshal(body, &told) == nil && len(told.Errors) > 0 {
		e := told.Errors[0]
		return res.StatusCode, e.In + " " + e.Pointer + " " + e.Keyword + ": " + e.Message, err
	}
	return res.StatusCode, told.Title + " " + told.Detail, err
}

// wire is a request as it is sent.
type wire struct {
	method, path, query string
	header              http.Header
	contentType         string
	body                []byte // nil for none
}

func (w *wire) String() string {
	text := w.method + " " + w.path
	if w.query != "" {
		text += "?" + w.query
	}
	for name, values := range w.header {
		text += " " + name + ": " + strings.Join(values, ",")
	}
	return text + " " + string(w.body)
}

func (w *wire) request(ctx context.Context, base string) (*http.Request, error) {
	url := base + w.path
	if w.query != "" {
		url += "?" + w.query
	}
	var body io.Reader
	if w.body != nil {
		body = bytes.NewReader(w.body)
	}
	req, err := http.NewRequestWithContext(ctx, w.method, url, body)
	if err != nil {
		return nil, err
	}
	req.Header["User-Agent"] = nil // what the client adds by itself
	for name, values := range w.header {
		req.Header[name] = values
	}
	if w.body != nil {
		req.Header.Set("Content-Type", w.contentType)
	}
	return req, nil
}

var errNoWay = errors.New("this command does not write such a value")
