// Package debugpage serves a live page about a server: for each loop its connections, requests, events, waits, workers and queued bytes, for
// each operation its rate, latencies and errors, and the slowest handlers that run, with their stacks.
//
// It belongs on the listener of the administration, which is kept away from the public: paths and stacks tell how a service is made.
//
//	tornado.NewServer(tornado.WithAdmin("127.0.0.1:9090"), debugpage.At("/debug/tornado")).Handle(api)
package debugpage

import (
	"embed"
	"html/template"
	"net/http"
	"strings"
	"time"

	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/internal/webpage"
)

const (
	interval    = time.Second // between two samples
	mostViewers = 32          // at a time; 503 beyond
)

// At serves the page at prefix, "/debug/tornado" say, on the listener of tornado.WithAdmin. While somebody looks at it the server is read
// once a second, for all who look; while nobody does, nothing is read. From the first look on the requests are measured, which costs a third of
// a microsecond to one each (tornado.Server.Measure).
func At(prefix string) tornado.Option {
	return func(s *tornado.Server) { tornado.WithAdminMount(prefix, newPage(prefix, s, interval))(s) }
}

// Handler is the page for APIs that net/http serves, which have no loops. It answers to prefix and all below, on a listener that is kept
// away from the public:
//
//	mux.Handle("/debug/tornado/", debugpage.Handler("/debug/tornado", api))
//
// Whoever looks holds a request for as long as that. It ends with the drain where a tornado.Server has the handler, and with its context:
// http.Server.Shutdown waits for it unless the server of the administration ends its contexts.
//
//	base, end := context.WithCancel(context.Background())
//	admin := &http.Server{Addr: "127.0.0.1:9090", Handler: mux, BaseContext: func(net.Listener) context.Context { return base }}
//	admin.RegisterOnShutdown(end)
func Handler(prefix string, apis ...*tornado.API) http.Handler {
	return tornado.RefuseRebinding(newPage(prefix, handlers(apis), interval))
}

// source is what the page needs of a tornado.Server. Its methods are safe from any goroutine.
type source interface {
	APIs() []*tornado.API
	Measure()
	Stats() tornado.Stats
	Running(n int, stacks bool) []tornado.Running
}

//go:embed assets
var assets embed.FS

var (
	index = template.Must(template.ParseFS(assets, "assets/page.html"))
	files = []string{"page.css", "page.js", "chart.js"}
)

// policy is the Content-Security-Policy: nothing but this page's own files.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; " +
	"form-action 'none'; frame-ancestors 'none'"

// page answers with the page, its files and its events.
type page struct {
	webpage.Page

	source  source
	sampler *sampler
}

func newPage(prefix string, s source, every time.Duration) *page {
	return &page{
		Page:   webpage.Page{Prefix: tornado.CleanPrefix(prefix), Index: index, Assets: assets, Files: files},
		source: s, sampler: newSampler(s, every),
	}
}

// ServeHTTP implements http.Handler.
func (p *page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	head := w.Header()
	head.Set("Content-Security-Policy", policy)
	head.Set("Cache-Control", "no-store")
	name, ok := p.Begin(w, r)
	switch {
	case !ok:
	case webpage.IsIndex(name):
		p.ServeIndex(w, name, map[string]any{"Title": titleOf(p.source)})
	case name == "/events":
		p.sampler.serve(w, r)
	case p.Has(name):
		p.ServeFile(w, r, name)
	default:
		http.NotFound(w, r)
	}
}

// titleOf names the APIs of a server.
func titleOf(s source) string {
	var titles []string
	for _, a := range s.APIs() {
		if title := a.Info().Title; title != "" {
			titles = append(titles, title)
		}
	}
	if len(titles) == 0 {
		return "tornado"
	}
	return strings.Join(titles, ", ")
}
