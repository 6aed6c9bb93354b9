package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"time"

	"github.com/tornadogen/tornadogen/internal/drive"
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
	data, err := os.ReadFile(d.path)
	if err != nil {
		r.skipped = err.Error()
		return r
	}
	judges, err := drive.New(data)
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
		Judges: judges, base: address, result: &r,
		client: &http.Client{Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		random: rand.New(rand.NewPCG(1, uint64(len(d.id)))), // the same requests each time
	}
	for _, op := range judges.Operations() {
		if ctx.Err() != nil {
			break
		}
		if op.Skip == "" && !op.Socket && (op.MediaType == "" || op.MediaType == "application/json") {
			c.operation(ctx, op)
		}
	}
	return r
}

// caller sends the requests of one document.
type caller struct {
	*drive.Judges
	base   string
	client *http.Client
	random *rand.Rand
	result *driven
}

// operation sends an operation what it should accept and what it should refuse.
func (c *caller) operation(ctx context.Context, op *drive.Operation) {
	asked := false
	for try := range attempts {
		in, ok := c.Instance(op, try > 0, c.random, nil)
		if !ok {
			c.result.unjudged++
			continue
		}
		asked = c.ask(ctx, op, in) || asked
		for range mutations {
			if bad, ok := c.Mutate(op, in, c.random); ok {
				asked = c.ask(ctx, op, bad) || asked
			}
		}
	}
	if asked {
		c.result.ops++
	}
}

// ask sends one request if the judges agree on it, and notes an answer that contradicts them.
func (c *caller) ask(ctx context.Context, op *drive.Operation, in *drive.Input) bool {
	wire, err := c.Wire(op, in)
	if err != nil {
		c.result.unjudged++
		return false
	}
	accepted, agreed, why := c.Verdict(ctx, op, in, wire)
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
	if len(op.Rivals) > 0 { // it may be a request for another operation of its path
		c.result.unjudged++
		return true
	}
	if why == "" {
		why = answer
	}
	c.result.differs = append(c.result.differs, difference{c.result.id, op.Method + " " + op.Path, accepted, status, why, wire.String()})
	return true
}

func (c *caller) send(ctx context.Context, wire *drive.Wire) (status int, answer string, err error) {
	req, err := wire.Request(ctx, c.base+c.BasePath)
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
