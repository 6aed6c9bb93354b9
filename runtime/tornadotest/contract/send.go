package contract

import (
	"context"
	"encoding/base64"
	"io"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tornadogen/tornadogen/internal/drive"
)

// patience is how long an answer may take.
const patience = 30 * time.Second

// send sends a request, with credentials or without, and reads the answer, of a stream the head alone.
func (r *run) send(x *sent, known bool) (*drive.Answer, error) {
	wait := patience
	if x.valid && known { // others are refused, which is never deferred
		wait = r.patience(x.op)
	}
	ctx, cancel := context.WithTimeout(context.Background(), wait)
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
	if goesOn(res.Header) || a.Status == http.StatusSwitchingProtocols {
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
	if err != nil {
		return nil, err
	}
	if x.op.Socket {
		maps.Copy(req.Header, opening)
	}
	if !known {
		return req, nil
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
