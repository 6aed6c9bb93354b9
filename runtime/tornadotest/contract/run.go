package contract

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/tornadogen/tornadogen/internal/drive"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

// run is what the tests of all operations have in common.
type run struct {
	*settings
	judges      *drive.Judges
	base, shown string // of URLs, as they are called and as they are printed
	client      *http.Client
	has         []*tornado.Operation // those that are served and not driven yet; nil for all
	later       time.Duration        // how long a deferred answer is waited for; 0 for laterPatience
	listens     time.Duration        // how long what goes on is listened to; 0 for the constant
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
	case r.elsewhere(op) != nil:
		return "its path is none of the standard: the API has " + r.elsewhere(op).Path
	case op.Skip != "":
		return op.Skip
	case r.has != nil && !slices.ContainsFunc(r.has, func(o *tornado.Operation) bool { return serves(o, op) }):
		return "the API does not have it"
	}
	needs := r.judges.Security(op)
	if len(needs) == 0 || len(r.prepare) > 0 || r.requirement(needs) != nil {
		return ""
	}
	return fmt.Sprintf("it needs credentials: WithCredential(%q, ...)", strings.Join(needs[0], `", ...), WithCredential("`))
}

// elsewhere is the operation op of the API, by its operationId, where the API reads its path as another one, as it does with notations of
// frameworks; nil for none.
func (r *run) elsewhere(op *drive.Operation) *tornado.Operation {
	at := slices.IndexFunc(r.has, func(o *tornado.Operation) bool { return o.Method == op.Method && o.ID == op.ID && o.Path != op.Route })
	if at < 0 {
		return nil
	}
	return r.has[at]
}

// done takes an operation that was driven, or told of, out of those that are left.
func (r *run) done(op *drive.Operation) {
	other := r.elsewhere(op)
	r.has = slices.DeleteFunc(r.has, func(o *tornado.Operation) bool { return o == other || serves(o, op) })
}

// serves reports whether o is the operation op of the document.
func serves(o *tornado.Operation, op *drive.Operation) bool {
	return o.Method == op.Method && o.Path == op.Route && (o.ID == op.ID || op.ID == op.Method+" "+op.Path)
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

// seen is what the requests of an operation have met.
type seen struct {
	statuses map[int]int
	unread   bool // bodies that go on, of which nothing is judged
	streams  int  // bodies of items that came
	items    int  // that were judged
	cut      int  // of these bodies that did not end while they were listened to
	opened   bool // WebSockets
	messages int  // that came over them
	parts    int  // answers that were asked for again in part
	late     bool // an answer did not come while it was waited for
	splits   map[string]bool
	sent     int
}

// operation drives one operation, and says what of it was not driven.
func (r *run) operation(t rapid.TB, op *drive.Operation) (left []string) {
	t.Helper()
	met := r.check(t, op, true)
	left = append(left, r.said(op, &met)...)
	if needs := r.judges.Security(op); len(needs) > 0 && met.sent > 0 {
		r.stranger(t, op)
	}
	if bad := r.check(t, op, false); bad.sent == 0 && op.Takes() {
		left = append(left, "invalid requests: none was found on which both judges agree")
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
		if last = ""; !failed && (met.sent >= r.checks || met.late) {
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
	a, t, err := r.send(x, true, r.listening(met.cut))
	switch {
	case err != nil && x.valid && x.op.Deferred && errors.Is(err, context.DeadlineExceeded):
		met.late = true
		return ""
	case err != nil:
		return "no answer: " + err.Error()
	}
	met.statuses[a.Status]++
	met.heard(a)
	switch {
	case x.valid && t != nil:
		return r.judgeTalk(x, t, met)
	case x.valid:
		if fault := r.judgeAmong(x, a, met); fault != "" {
			return fault
		}
		return r.parts(x, a, met)
	}
	switch {
	case len(x.op.Rivals) > 0 && (a.Status < 400 || a.Status == http.StatusNotImplemented):
		return "" // what is invalid for one operation of a path may be valid for another one
	case a.Status == http.StatusNotImplemented && r.judges.Streams(x.op):
		return "" // nobody has read the files yet
	case a.Status < 400 || a.Status == http.StatusNotImplemented:
		return fmt.Sprintf("an invalid request was accepted, with %d: %s", a.Status, x.why)
	case a.Status >= 500:
		return fmt.Sprintf("an invalid request was answered %d and not refused: %s", a.Status, x.why)
	}
	return r.judgeRefusal(x, a, met)
}

// heard notes what was heard of a body that goes on.
func (met *seen) heard(a *drive.Answer) {
	media, _, _ := mime.ParseMediaType(a.Header.Get("Content-Type")) // "" for none
	switch {
	case a.Status == http.StatusSwitchingProtocols:
		met.cut++ // it was listened to, as streams are
	case drive.HasItems(media):
		items, _ := drive.Items(media, a.Body, a.Whole) // what is wrong is told by the judges
		met.streams++
		met.items += len(items)
		if !a.Whole {
			met.cut++
		}
	case !a.Whole:
		met.unread = true
	}
}

// judgeAmong is judgeValid by the operations that have the path of the request, as it may be for any of those that it is valid for.
func (r *run) judgeAmong(x *sent, a *drive.Answer, met *seen) (fault string) {
	if fault = r.judgeValid(x, a, met); fault == "" {
		return ""
	}
	for _, rival := range x.op.Rivals {
		other := *x
		other.op = rival
		if r.judgeValid(&other, a, met) == "" {
			return ""
		}
	}
	return fault
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
		a, _, err := r.send(x, false, r.listening(longListens))
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
