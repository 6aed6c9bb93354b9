// Package docs serves a page on which people read an API and try it out: Swagger UI, embedded in the binary, without any
// request to another host.
package docs

import (
	"embed"
	"html/template"
	"net/http"
	"path"
	"slices"
	"strconv"
	"sync"

	"github.com/swaggest/swgui/v5/static"
	"github.com/vearutop/statigz"

	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/internal/webpage"
)

// At serves the page of the server's APIs at prefix, "/docs" say, and their documents beside it. The first API is at prefix itself; of several
// the page offers all, by their titles.
//
//	tornado.Serve(ctx, ":8080", api, docs.At("/docs"))
//
// Requests that are tried out on the page go to the server that the page came from, whatever servers the document names. Credentials
// that are entered stay in the browser, which keeps them for the next visit.
func At(prefix string) tornado.Option {
	return func(s *tornado.Server) { s.Mount(prefix, newPage(prefix, s.APIs)) }
}

// Handler is the page for APIs that net/http serves. It answers to prefix and all below.
//
//	mux.Handle("/docs/", docs.Handler("/docs", api))
func Handler(prefix string, apis ...*tornado.API) http.Handler {
	return newPage(prefix, func() []*tornado.API { return apis })
}

//go:embed assets
var assets embed.FS

// own are the files of assets that stand beside those of Swagger UI.
var own = []string{"page.css", "page.js", "openapi32.js", "oauth2-redirect.html", "oauth2-redirect.js"}

var index = template.Must(template.ParseFS(assets, "assets/page.html"))

// page is made at the first request, when the server knows its APIs.
type page struct {
	webpage.Page

	apis func() []*tornado.API

	once  sync.Once
	shown []shown      // guarded by once; one an API
	ui    http.Handler // guarded by once; the files of Swagger UI: to make it hashes them all
}

// shown is an API as the page shows it. Immutable.
type shown struct {
	info     tornado.Info
	actual   string // its base path
	policy   string // Content-Security-Policy
	document string // the name of its document beside the page
}

// tab leads to an API on a page that has several.
type tab struct {
	Title, Version, Query string
	Current               bool
}

func newPage(prefix string, apis func() []*tornado.API) *page {
	return &page{Page: webpage.Page{Prefix: tornado.CleanPrefix(prefix), Index: index, Assets: assets, Files: own}, apis: apis}
}

// ServeHTTP answers with the page, its files or a document.
func (p *page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.once.Do(p.build)
	name, ok := p.Begin(w, r)
	if !ok {
		return
	}
	head := w.Header()
	document := slices.IndexFunc(p.shown, func(of shown) bool { return name == "/"+of.document })
	switch {
	case len(p.shown) == 0:
		http.NotFound(w, r)
	case webpage.IsIndex(name):
		p.serveIndex(w, r, name)
	case document >= 0:
		head.Set("Content-Type", p.shown[document].info.DocumentType())
		_, _ = w.Write(p.shown[document].info.Document) // a client that is gone needs no answer
	case p.Has(name):
		head.Set("Content-Security-Policy", p.shown[0].policy)
		p.ServeFile(w, r, name)
	default:
		p.ui.ServeHTTP(w, r)
	}
}

// serveIndex writes the page of the API that the query names by its number: "?api=2" is the second.
func (p *page) serveIndex(w http.ResponseWriter, r *http.Request, name string) {
	current := 0
	if number := r.URL.Query().Get("api"); number != "" {
		current = slices.IndexFunc(p.tabs(0), func(of tab) bool { return of.Query == "?api="+number })
		if current < 0 {
			http.NotFound(w, r)
			return
		}
	}
	of := p.shown[current]
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("Content-Security-Policy", of.policy)
	p.ServeIndex(w, name, map[string]any{
		"Title": of.info.Title, "Prefix": p.Prefix, "Document": of.document, "Documented": of.info.BasePath, "Actual": of.actual, "Tabs": p.tabs(current),
	})
}

// tabs lead to all APIs.
func (p *page) tabs(current int) (all []tab) {
	for i, of := range p.shown {
		all = append(all, tab{Title: of.info.Title, Version: of.info.Version, Query: "?api=" + strconv.Itoa(i+1), Current: i == current})
	}
	return all
}

func (p *page) build() {
	for i, api := range p.apis() {
		of := shown{info: api.Info(), actual: api.BasePath(), policy: policy(api.Info().Document), document: "document"}
		if i > 0 {
			of.document += "-" + strconv.Itoa(i+1)
		}
		of.document += path.Ext(of.info.DocumentName)
		p.shown = append(p.shown, of)
	}
	p.ui = http.StripPrefix(p.Prefix+"/", statigz.FileServer(static.FS))
}
