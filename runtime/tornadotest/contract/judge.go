package contract

import (
	"context"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/tornadogen/tornadogen/internal/drive"
)

// problem is the media type of RFC 9457.
const problem = "application/problem+json"

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
	case met.late:
		left = append(left, fmt.Sprintf("its answers: one did not come within %v, and may come any time", r.patience(op)))
	case unwritten && len(only) == 1:
		left = append(left, "its answers: it answers 501, and is not written yet")
	case !good:
		left = append(left, "its success: valid requests were answered "+strings.Join(only, ", ")+" alone; WithValues names what is there")
	}
	if met.streams > 0 && met.items == 0 && met.cut > 0 {
		left = append(left, fmt.Sprintf("the items of its stream: none came within %v; its status and header were checked", r.listening(0)))
	}
	if met.unread {
		left = append(left, "the body of a stream; its status and header were checked")
	}
	if met.opened && met.messages == 0 && r.judges.Sends(op) {
		left = append(left, fmt.Sprintf("the messages of its WebSocket: none came within %v; it was opened", r.listening(0)))
	}
	for _, split := range slices.Sorted(maps.Keys(met.splits)) {
		left = append(left, "what the judges do not agree on: "+split)
	}
	return left
}

func (r *run) judgeValid(x *sent, a *drive.Answer, met *seen) string {
	declared, byDefault := r.judges.Declares(x.op, a.Status)
	switch {
	case a.Status == http.StatusNotImplemented && !r.judges.DeclaresByNumber(x.op, a.Status):
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
