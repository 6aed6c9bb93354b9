package contract

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/tornadogen/tornadogen/internal/drive"
)

// patience is how long an answer may take.
const patience = 30 * time.Second

// problem is the media type of RFC 9457.
const problem = "application/problem+json"

// run is what the tests of all operations have in common.
type run struct {
	*settings
	judges      *drive.Judges
	base, shown string // of URLs, as they are called and as they are printed
	client      *http.Client
	has         map[string]bool // operations that are served, by method and path; nil for all
}

// unknown says which options name what the document does not have.
func (r *run) unknown(ops []*drive.Operation) (faults []string) {
	ids, params := map[string]bool{}, map[string]bool{}
	for _, op := range ops {
		ids[op.ID] = true
		for _, name := range op.Parameters() {
			params[name], params[op.ID+"."+name] = true, true
		}
	}
	schemes := r.judges.Schemes()
	for scheme := range r.credentials {
		if schemes[scheme] == nil {
			faults = append(faults, fmt.Sprintf("WithCredential: the document has no security scheme %q", scheme))
		}
	}
	for name := range r.values {
		if !params[name] {
			faults = append(faults, fmt.Sprintf("WithValues: no operation has the parameter %q", name))
		}
	}
	for _, id := range slices.Concat(slices.Collect(maps.Keys(r.bodies)), slices.Collect(maps.Keys(r.without))) {
		if !ids[id] {
			faults = append(faults, fmt.Sprintf("an option names the operation %q, which the document does not have", id))
		}
	}
	slices.Sort(faults)
	return faults
}

// reason says why an operation is not driven, "" where it is.
func (r *run) reason(op *drive.Operation) string {
	switch {
	case r.without[op.ID]:
		return "WithoutOperations leaves it out"
	case r.has != nil && !r.has[op.Method+" "+op.Path]:
		return "the API does not have it"
	case op.Socket:
		return "it opens a WebSocket"
	case op.Skip != "":
		return op.Skip
	}
	needs := r.judges.Security(op)
	if len(needs) == 0 || len(r.prepare) > 0 || r.requirement(needs) != nil {
		return ""
	}
	return fmt.Sprintf("it needs credentials: WithCredential(%q, ...)", strings.Join(needs[0], `", ...), WithCredential("`))
}

// requirement is the first of several for which there are all credentials.
func (r *run) requirement(all [][]string) []string {
	for _, schemes := range all {
		if !slices.ContainsFunc(schemes, func(name string) bool { _, ok := r.credentials[name]; return !ok }) {
			return append([]string{}, schemes...)
		}
	}
	return nil
}

// sent is a request that both judges agree on.
type sent struct {
	in    *drive.Input
	wire  *drive.Wire
	valid bool
	why   string // it is not
	run   *run
	op    *drive.Operation
}

// GoString is what rapid prints of it.
func (x *sent) GoString() string { return x.run.curl(x) }

// choices are drawn by rapid, so that it can make them smaller.
type choices struct{ t *rapid.T }

func (c choices) IntN(n int) int   { return rapid.IntRange(0, n-1).Draw(c.t, "choice") }
func (c choices) Float64() float64 { return rapid.Float64Range(0, 1).Draw(c.t, "choice") }

// given are the values that options name for an operation.
type given struct {
	*settings
	id string
}

func (g given) Param(name string) []any {
	if values := g.values[g.id+"."+name]; values != nil {
		return values
	}
	return g.values[name]
}

func (g given) Body() []any { return g.bodies[g.id] }

// attempts are how often another request is drawn where the judges do not agree on one.
const attempts = 8

// requests draws valid or invalid requests of an operation; nil where none was found.
func (r *run) requests(op *drive.Operation, valid bool) *rapid.Generator[*sent] {
	return rapid.Custom(func(t *rapid.T) *sent {
		c := choices{t}
		for range attempts {
			in, ok := r.judges.Instance(op, c.IntN(2) == 1, c, given{r.settings, op.ID})
			if ok && !valid {
				in, ok = r.judges.Mutate(op, in, c)
			}
			if !ok {
				continue
			}
			wire, err := op.Wire(in)
			if err != nil {
				continue
			}
			accepted, agreed, why := r.judges.Verdict(context.Background(), op, in, wire)
			if agreed && accepted == valid {
				return &sent{in: in, wire: wire, valid: valid, why: why, run: r, op: op}
			}
		}
		return nil
	})
}

// seen is what the requests of an operation have met.
type seen struct {
	statuses map[int]int
	unread   bool // bodies that go on
	splits   map[string]bool
	sent     int
}

// operation drives one operation, and says what of it was not driven.
func (r *run) operation(t rapid.TB, op *drive.Operation) (left []string) {
	t.Helper()
	var met seen
	if op.Deferred {
		left = append(left, "valid requests, whose answers may come later than a test waits")
	} else {
		met = r.check(t, op, true)
		left = append(left, r.said(op, &met)...)
		if needs := r.judges.Security(op); len(needs) > 0 && met.sent > 0 {
			r.stranger(t, op)
		}
	}
	if bad := r.check(t, op, false); bad.sent == 0 && op.Takes() {
		left = append(left, "invalid requests: none was found on which both judges agree")
	}
	return left
}

// said is what the valid requests did not show.
func (r *run) said(op *drive.Operation, met *seen) (left []string) {
	good := false
	var only []string
	for _, status := range slices.Sorted(maps.Keys(met.statuses)) {
		good = good || status < 400
		only = append(only, fmt.Sprint(status))
	}
	_, unwritten := met.statuses[http.StatusNotImplemented]
	switch {
	case met.sent == 0:
		left = append(left, "valid requests: none was found on which both judges agree; WithValues and WithBodies name some")
	case unwritten && len(only) == 1:
		left = append(left, "its answers: it answers 501, and is not written yet")
	case !good:
		left = append(left, "its success: valid requests were answered "+strings.Join(only, ", ")+" alone; WithValues names what is there")
	}
	if met.unread {
		left = append(left, "the body of a stream; its status and header were checked")
	}
	for _, split := range slices.Sorted(maps.Keys(met.splits)) {
		left = append(left, "what the judges do not agree on: "+split)
	}
	return left
}

// check sends an operation requests of one kind until there were enough of them.
func (r *run) check(t rapid.TB, op *drive.Operation, valid bool) seen {
	t.Helper()
	met := seen{statuses: map[int]int{}, splits: map[string]bool{}}
	draw := r.requests(op, valid)
	failed := false // from then on rapid makes the request smaller
	last := ""
	defer func() {
		if failed && last == "" { // it cannot be repeated, so that rapid says nothing of it
			t.Logf("the answer depends on what was sent before: give the test an API of its own, or values by WithValues")
		}
	}()
	rapid.Check(t, func(t *rapid.T) {
		if last = ""; !failed && met.sent >= r.checks {
			return
		}
		x := draw.Draw(t, "request")
		if x == nil {
			return
		}
		met.sent++
		if fault := r.ask(x, &met); fault != "" {
			failed, last = true, fault
			t.Fatalf("%s: %s\n\t%s", op.ID, fault, r.curl(x))
		}
	})
	return met
}

// ask sends a request, and says what is wrong with the answer.
func (r *run) ask(x *sent, met *seen) (fault string) {
	a, err := r.send(x, true)
	if err != nil {
		return "no answer: " + err.Error()
	}
	met.statuses[a.Status]++
	met.unread = met.unread || !a.Whole
	if x.valid {
		return r.judgeValid(x, a, met)
	}
	switch {
	case a.Status < 400 || a.Status == http.StatusNotImplemented:
		return fmt.Sprintf("an invalid request was accepted, with %d: %s", a.Status, x.why)
	case a.Status >= 500:
		return fmt.Sprintf("an invalid request was answered %d and not refused: %s", a.Status, x.why)
	}
	return r.judgeRefusal(x, a, met)
}

func (r *run) judgeValid(x *sent, a *drive.Answer, met *seen) string {
	declared, byDefault := r.judges.Declares(x.op, a.Status)
	switch {
	case (!declared || byDefault) && a.Status == http.StatusNotImplemented:
		return "" // it is not written yet, which is told
	case a.Status >= 500 && (!declared || byDefault):
		return fmt.Sprintf("a valid request was answered %d%s", a.Status, excerpt(a))
	case !declared && a.Status >= 400:
		return fmt.Sprintf("a valid request was refused with %d; the document has %s%s", a.Status, r.judges.Statuses(x.op), excerpt(a))
	}
	fault, split := r.judges.Judge(context.Background(), x.op, x.in, x.wire, a)
	if split != "" {
		met.splits[split] = true
	}
	return fault
}

// judgeRefusal holds a refusal against the document. The runtime refuses with a problem of RFC 9457 whatever the document declares
// for the status; it is held against the document where that names its media type.
func (r *run) judgeRefusal(x *sent, a *drive.Answer, met *seen) string {
	media, _, _ := mime.ParseMediaType(a.Header.Get("Content-Type")) // "" for none
	if media == problem && !r.judges.DeclaresMedia(x.op, a.Status, problem) {
		return ""
	}
	if declared, _ := r.judges.Declares(x.op, a.Status); declared {
		fault, split := r.judges.Judge(context.Background(), x.op, x.in, x.wire, a)
		if split != "" {
			met.splits[split] = true
		}
		return fault
	}
	if media != problem && x.op.Method != http.MethodHead {
		return fmt.Sprintf("the refusal %d is not documented, and it is %q and not %s", a.Status, media, problem)
	}
	return ""
}

// stranger calls an operation that asks for credentials without any.
func (r *run) stranger(t rapid.TB, op *drive.Operation) {
	t.Helper()
	draw := r.requests(op, true)
	failed, asked := false, 0
	rapid.Check(t, func(t *rapid.T) {
		if !failed && asked >= r.checks {
			return
		}
		x := draw.Draw(t, "request")
		if x == nil {
			return
		}
		asked++
		failed = true // until it is found to be well
		a, err := r.send(x, false)
		met := seen{splits: map[string]bool{}}
		switch {
		case err != nil:
			t.Fatalf("%s: no answer: %v\n\t%s", op.ID, err, r.curlOf(x, false))
		case a.Status == http.StatusNotImplemented: // nobody asks yet
		case a.Status != http.StatusUnauthorized && a.Status != http.StatusForbidden:
			t.Fatalf("%s: without credentials it answers %d and not 401 or 403\n\t%s", op.ID, a.Status, r.curlOf(x, false))
		default:
			if fault := r.judgeRefusal(x, a, &met); fault != "" {
				t.Fatalf("%s: without credentials: %s\n\t%s", op.ID, fault, r.curlOf(x, false))
			}
		}
		failed = false
	})
}

func excerpt(a *drive.Answer) string {
	const most = 300
	text := strings.TrimSpace(string(a.Body))
	if text == "" {
		return ""
	}
	if len(text) > most {
		text = text[:most] + "..."
	}
	return ": " + text
}

// send sends a request, with credentials or without, and reads the answer, of a stream the head alone.
func (r *run) send(x *sent, known bool) (*drive.Answer, error) {
	ctx, cancel := context.WithTimeoutCause(context.Background(), patience, errors.New("it took too long"))
	defer cancel()
	req, err := r.request(ctx, x, r.base, known)
	if err != nil {
		return nil, err
	}
	res, err := r.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }() // was read, or is not wanted
	a := &drive.Answer{Status: res.StatusCode, Header: res.Header}
	if goesOn(res.Header) {
		return a, nil
	}
	a.Whole = true
	a.Body, err = io.ReadAll(res.Body)
	return a, err
}

// goesOn tells media types whose bodies may never end.
func goesOn(h http.Header) bool {
	media, _, _ := mime.ParseMediaType(h.Get("Content-Type")) // "" for none
	return slices.Contains([]string{"text/event-stream", "application/jsonl", "application/x-ndjson", "application/json-seq", "application/geo+json-seq", "multipart/mixed"}, media)
}

func (r *run) request(ctx context.Context, x *sent, base string, known bool) (*http.Request, error) {
	req, err := x.wire.Request(ctx, base)
	if err != nil || !known {
		return req, err
	}
	schemes := r.judges.Schemes()
	for _, name := range r.requirement(r.judges.Security(x.op)) {
		present(req, schemes[name], r.credentials[name])
	}
	for _, change := range r.prepare {
		change(req)
	}
	return req, nil
}

// present puts a credential where its scheme wants it.
func present(req *http.Request, scheme map[string]any, credential string) {
	name, _ := scheme["name"].(string)
	kind, _ := scheme["scheme"].(string)
	switch {
	case scheme["in"] == "header":
		req.Header.Set(name, credential)
	case scheme["in"] == "cookie":
		req.AddCookie(&http.Cookie{Name: name, Value: credential})
	case scheme["in"] == "query":
		query := req.URL.Query()
		query.Set(name, credential)
		req.URL.RawQuery = query.Encode()
	case strings.EqualFold(kind, "basic"):
		req.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(credential)))
	default:
		req.Header.Set("Authorization", "Bearer "+credential)
	}
}
