// Package target is the server that the suites, the soak and the abuse are aimed at: a generated API with an operation of each
// kind, on plain TCP, over TLS, and, apart from it, an echo of whatever is asked.
package target

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"runtime"
	"time"

	"github.com/tornadogen/tornadogen/conformance/internal/targetapi"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/compress"
)

// NonceHeader has the nonce of a request whose handler fails.
const NonceHeader = "X-Nonce"

// handler implements the API. Its answers carry the nonce of the request, so that one which went astray is seen.
type handler struct{ ledger *Ledger }

func (h handler) begin(nonce string) *targetapi.Nonce {
	h.ledger.begin(nonce)
	return &targetapi.Nonce{Nonce: nonce}
}

// beginIfAny is begin where clients that do not count come, too.
func (h handler) beginIfAny(nonce tornado.Opt[string]) {
	if nonce.Value() != "" {
		h.begin(nonce.Value())
	}
}

func (h handler) Ping(_ context.Context, req targetapi.PingRequest) (*targetapi.Nonce, error) {
	return h.begin(req.Nonce), nil
}

func (h handler) Block(_ context.Context, req targetapi.BlockRequest) (*targetapi.Nonce, error) {
	answer := h.begin(req.Nonce)
	time.Sleep(time.Duration(req.Ms) * time.Millisecond)
	return answer, nil
}

func (h handler) BlockBody(ctx context.Context, req targetapi.BlockBodyRequest) (*targetapi.Nonce, error) {
	if body, ok := req.Body.Get(); ok {
		if _, err := io.Copy(io.Discard, body); err != nil {
			return nil, err
		}
	}
	return h.Block(ctx, targetapi.BlockRequest{Nonce: req.Nonce, Ms: req.Ms})
}

func (h handler) Fail(_ context.Context, req targetapi.FailRequest) (*targetapi.Nonce, error) {
	h.begin(req.Nonce)
	if req.Goexit.Value() {
		runtime.Goexit()
	}
	panic("asked for")
}

func (h handler) Later(_ context.Context, req targetapi.LaterRequest, reply targetapi.LaterReply) {
	answer := h.begin(req.Nonce)
	reply.After(time.Duration(req.Ms)*time.Millisecond, func() bool { return reply.OK(answer) })
}

func (h handler) Lines(_ context.Context, req targetapi.LinesRequest, out *tornado.ItemStream[targetapi.Line]) error {
	h.begin(req.Nonce)
	line := targetapi.Line{Nonce: req.Nonce}
	_, counts := NumberOf(req.Nonce)
	for i := range req.Count {
		if counts && i == req.Count-1 {
			line.Made.Set(time.Now().UnixNano())
		}
		if err := out.Send(line); err != nil {
			h.ledger.tear()
			return err
		}
	}
	return nil
}

func (h handler) Events(_ context.Context, req targetapi.EventsRequest, out *tornado.EventStream[string]) error {
	h.begin(req.Nonce)
	if err := out.Send(req.Nonce); err != nil {
		return err
	}
	out.Keep()
	return nil
}

func (h handler) EchoJSON(_ context.Context, req targetapi.EchoJSONRequest) (tornado.JSON, error) {
	h.beginIfAny(req.Nonce)
	return req.Body, nil
}

func (h handler) CountTree(_ context.Context, req targetapi.CountTreeRequest) (*targetapi.Count, error) {
	return &targetapi.Count{Count: nodes(req.Body)}, nil
}

// nodes counts without recursion: the depth is the client's choice.
func nodes(root targetapi.Tree) (n int64) {
	for open := []targetapi.Tree{root}; len(open) > 0; n++ {
		last := open[len(open)-1]
		open = append(open[:len(open)-1], last...)
	}
	return n
}

func (h handler) CountBytes(_ context.Context, req targetapi.CountBytesRequest) (*targetapi.Count, error) {
	n, err := io.Copy(io.Discard, req.Body)
	return &targetapi.Count{Count: n}, err
}

func (h handler) CountFew(_ context.Context, req targetapi.CountFewRequest) (*targetapi.Count, error) {
	n, err := io.Copy(io.Discard, req.Body)
	return &targetapi.Count{Count: n}, err
}

func (h handler) HoldGet(_ context.Context, req targetapi.HoldGetRequest) ([]byte, error) {
	return req.Body.Value().Data, nil
}

func (h handler) Hold(_ context.Context, req targetapi.HoldRequest) ([]byte, error) {
	return req.Body.Value().Data, nil
}

func (h handler) HoldPut(_ context.Context, req targetapi.HoldPutRequest) ([]byte, error) {
	return req.Body.Value().Data, nil
}

func (h handler) CountForm(_ context.Context, req targetapi.CountFormRequest) (*targetapi.Count, error) {
	return &targetapi.Count{Count: int64(len(req.Body.Value().Field) + len(req.BodyForm))}, nil
}

func (h handler) CountMembers(_ context.Context, req targetapi.CountMembersRequest) (*targetapi.Count, error) {
	return &targetapi.Count{Count: int64(len(req.Body))}, nil
}

func (h handler) CountFiles(_ context.Context, req targetapi.CountFilesRequest) (*targetapi.Count, error) {
	n := int64(0)
	for part, err := range req.Body {
		if err != nil {
			return nil, err
		}
		if part.File != nil {
			n++
		}
	}
	return &targetapi.Count{Count: n}, nil
}

func (h handler) Search(_ context.Context, req targetapi.SearchRequest) (*targetapi.Count, error) {
	return &targetapi.Count{Count: int64(len(req.Filter))}, nil
}

func (h handler) Messages(_ context.Context, req targetapi.MessagesRequest, ws *tornado.Socket[tornado.JSON, tornado.JSON]) error {
	h.beginIfAny(req.Nonce)
	ws.OnMessage = ws.Send
	return nil
}

func (h handler) Frames(_ context.Context, _ targetapi.FramesRequest, ws *tornado.Socket[[]byte, []byte]) error {
	ws.OnMessage = ws.Send
	return nil
}

func (h handler) Deflated(_ context.Context, _ targetapi.DeflatedRequest, ws *tornado.Socket[tornado.JSON, tornado.JSON]) error {
	ws.OnMessage = ws.Send
	return nil
}

func (h handler) DeflatedFrames(_ context.Context, _ targetapi.DeflatedFramesRequest, ws *tornado.Socket[[]byte, []byte]) error {
	ws.OnMessage = ws.Send
	return nil
}

func (h handler) Visit(_ context.Context, req targetapi.VisitRequest) (*targetapi.VisitOK, error) {
	visits := req.Visits.Value()
	return &targetapi.VisitOK{
		SetCookie: []string{fmt.Sprintf("visits=%d; Path=/visit", visits+1), "other=1; Path=/"},
		Body:      targetapi.Visit{Visits: visits, Many: req.XMany},
	}, nil
}

func (h handler) Wait(ctx context.Context, req targetapi.WaitRequest) (*targetapi.Nonce, error) {
	answer := h.begin(req.Nonce)
	select {
	case <-ctx.Done():
		h.ledger.leave()
	case <-time.After(30 * time.Second): // who waits for the handler is not held up for ever by a context that does not end
	}
	return answer, nil
}

func (h handler) Status(context.Context, targetapi.StatusRequest) (*targetapi.Status, error) {
	return h.ledger.status()
}

func (h handler) Requests(context.Context, targetapi.RequestsRequest) (*targetapi.Requests, error) {
	return h.ledger.requests(), nil
}

// echo answers every method and path with 200 and the body.
func echo(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	_, _ = w.Write(body) // a client that is gone needs no answer
}

// Target is a server that runs.
type Target struct {
	Addresses
	Ledger  *Ledger
	stop    context.CancelFunc
	ended   chan error
	servers int
}

// API makes the API that the target serves, with a ledger of its own.
func API() (*tornado.API, *Ledger) {
	ledger := newLedger()
	coded := compress.New(compress.WithCodings()) // it reads what is coded, and codes nothing
	return targetapi.New(handler{ledger}, tornado.WithAPILogger(slog.New(slog.DiscardHandler)), coded, tornado.WithFilter(name)), ledger
}

// name has the answer to a request whose handler fails tell of its nonce.
func name(t *tornado.Transit) {
	t.OnRouted(func() {
		if op := t.Operation(); op != nil && op.ID == "fail" {
			query, _ := url.ParseQuery(tornado.Raw(t.Context()).Query()) // what is none is refused
			_ = t.AddHeader(NonceHeader, query.Get("nonce"))
		}
	})
}

// Start serves on addresses of 127.0.0.1 that are free.
func Start(opts ...tornado.Option) (*Target, error) {
	api, ledger := API()
	ctx, stop := context.WithCancel(context.Background())
	t := &Target{Ledger: ledger, stop: stop, ended: make(chan error, 3)}
	quiet := slog.New(slog.DiscardHandler)
	opts = append([]tornado.Option{tornado.WithLogger(quiet), tornado.WithAccessLog(slog.New(ledger))}, opts...)
	config, err := selfSigned()
	if err != nil {
		return nil, err
	}
	plain, err := t.listen(&t.Plain, nil)
	secret, err2 := t.listen(&t.TLS, &tornado.TLS{Config: config})
	h2c, err3 := t.listen(&t.H2C, nil)
	echoing, err4 := t.listen(&t.Echo, nil)
	if err := errors.Join(err, err2, err3, err4); err != nil {
		return nil, err
	}
	serve := func(s *tornado.Server, listeners ...*tornado.Listener) {
		t.servers++
		go func() { t.ended <- s.Serve(ctx, listeners...) }()
		<-s.Bound()
	}
	server := tornado.NewServer(opts...).Handle(api)
	ledger.server.Store(server)
	serve(server, plain, secret)
	h2cAPI, _ := API()
	serve(tornado.NewServer(tornado.WithLogger(quiet), tornado.WithH2C()).Handle(h2cAPI), h2c)
	serve(tornado.NewServer(tornado.WithLogger(quiet)).Mount("/", http.HandlerFunc(echo)), echoing)
	return t, nil
}

func (t *Target) listen(addr *string, security *tornado.TLS) (*tornado.Listener, error) {
	l, err := tornado.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	*addr = l.Addr().String()
	if security != nil {
		err = l.UseTLS(*security)
	}
	return l, err
}

// Stop drains and returns what Serve did.
func (t *Target) Stop() error {
	t.stop()
	var err error
	for range t.servers {
		err = errors.Join(err, <-t.ended)
	}
	if err != nil {
		return fmt.Errorf("the target: %w", err)
	}
	return nil
}
