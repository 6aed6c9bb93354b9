package contract

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/tornadogen/tornadogen/internal/drive"
)

// patience is how long an answer may take.
const patience = 30 * time.Second

// Bodies that go on are listened to for a while, and for less once several of an operation have been: what was heard by then is judged.
const (
	listens     = 250 * time.Millisecond
	longListens = 4       // how many are listened to for that
	lessOften   = 12      // how much shorter the others are
	mostHeard   = 1 << 20 // bytes of one
)

// listening is how long what goes on is listened to, after so many that did not end by then.
func (r *run) listening(cut int) time.Duration {
	long := listens
	if r.listens > 0 {
		long = r.listens
	}
	if cut >= longListens {
		return long / lessOften
	}
	return long
}

// send sends a request, with credentials or without, and reads the answer, of one that goes on, and of a WebSocket, what comes within
// a time.
func (r *run) send(x *sent, known bool, hears time.Duration) (*drive.Answer, *talk, error) {
	wait := patience
	if x.valid && known { // others are refused, which is never deferred
		wait = r.patience(x.op)
	}
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	req, err := r.request(ctx, x, r.base, known)
	if err != nil {
		return nil, nil, err
	}
	res, err := r.client.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = res.Body.Close() }() // was read, or is not wanted
	a := &drive.Answer{Status: res.StatusCode, Header: res.Header}
	media, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type")) // "" for none
	conn, upgraded := res.Body.(io.ReadWriteCloser)
	switch {
	case x.op.Socket && a.Status == http.StatusSwitchingProtocols && upgraded:
		return a, converse(conn, x.messages, hears), nil
	case a.Status == http.StatusSwitchingProtocols || media == "multipart/mixed" || r.judges.StreamsParts(x.op, a.Status, res.Header.Get("Content-Type")):
		return a, nil, nil
	case drive.HasItems(media):
		return a, nil, listen(res.Body, a, hears, cancel)
	}
	a.Whole = true
	a.Body, err = io.ReadAll(res.Body)
	return a, nil, err
}

// listen reads a body that may never end. That it was cut by the server is an error.
func listen(body io.Reader, a *drive.Answer, hears time.Duration, cancel func()) (err error) {
	enough := time.AfterFunc(hears, cancel)
	defer enough.Stop()
	a.Body, err = io.ReadAll(io.LimitReader(body, mostHeard))
	if err != nil && !enough.Stop() { // it was not the server
		return nil
	}
	a.Whole = err == nil && len(a.Body) < mostHeard
	if err != nil {
		return fmt.Errorf("the stream was cut: %w", err)
	}
	return nil
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
