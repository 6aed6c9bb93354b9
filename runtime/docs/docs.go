// Package docs serves a page on which people read an API and try it out: Swagger UI, embedded in the binary, without any
// request to another host.
package docs

import (
	"embed"
	"html/template"
	"net/http"
	"path"
	"sync"

	"github.com/swaggest/swgui/v5/static"
	"github.com/vearutop/statigz"

	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/internal/webpage"
)

// At serves the page of the server's first API at prefix, "/docs" say, and the document beside it.
//
//	tornado.Serve(ctx, ":8080", api, docs.At("/docs"))
//
// Requests that are tried out on the page go to the server that the page came from, whatever servers the document names. Credentials
// that are entered stay in the browser, which keeps them for the next visit.
func At(prefix string) tornado.Option {
	return func(s *tornado.Server) { s.Mount(prefix, newPage(prefix, s.APIs)) }
}

// Handler is the page for an API that net/http serves. It answers to prefix and all below.
//
//	mux.Handle("/docs/", docs.Handler("/docs", api))
func Handler(prefix string, api *tornado.API) http.Handler {
	return newPage(prefix, func() []*tornado.API { return []*tornado.API{api} })
}

//go:embed assets
var assets embed.FS

// own are the files of assets that stand beside those of Swagger UI.
var own = []string{"page.css", "page.js", "openapi32.js", "oauth2-redirect.html", "oauth2-redirect.js"}

var index = template.Must(template.ParseFS(assets, "assets/page.html"))

// page is made at the first request, when the server knows its API.
type page struct {
	webpage.Page

	apis func() []*tornado.API

	once   sync.Once
	info   tornado.Info // guarded by once
	actual string       // guarded by once; the base path of the API
	policy string       // guarded by once; Content-Security-Policy
	ui     http.Handler // guarded by once; the files of Swagger UI: to make it hashes them all
}

func newPage(prefix string, apis func() []*tornado.API) *page {
	return &page{Page: webpage.Page{Prefix: tornado.CleanPrefix(prefix), Index: index, Assets: assets, Files: own}, apis: apis}
}

// ServeHTTP answers with the page, its files or the document.
func (p *page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.once.Do(p.build)
	name, ok := p.Begin(w, r)
	if !ok {
		return
	}
	head := w.Header()
	switch {
	case len(p.apis()) == 0:
		http.NotFound(w, r)
	case webpage.IsIndex(name):
		head.Set("Cache-Control", "no-cache")
		head.Set("Content-Security-Policy", p.policy)
		p.ServeIndex(w, name, map[string]string{
			"Title": p.info.Title, "Prefix": p.Prefix, "Document": p.document(), "Documented": p.info.BasePath, "Actual": p.actual,
		})
	case name == "/"+p.document():
		head.Set("Content-Type", p.info.DocumentType())
		_, _ = w.Write(p.info.Document) // a client that is gone needs no answer
	case p.Has(name):
		head.Set("Content-Security-Policy", p.policy)
		p.ServeFile(w, r, name)
	default:
		p.ui.ServeHTTP(w, r)
	}
}

func (p *page) build() {
	if apis := p.apis(); len(apis) > 0 {
		p.info, p.actual = apis[0].Info(), apis[0].BasePath()
	}
	p.policy = policy(p.info.Document)
	p.ui = http.StripPrefix(p.Prefix+"/", statigz.FileServer(static.FS))
}

// document is the name of the document beside the page.
func (p *page) document() string { return "document" + path.Ext(p.info.DocumentName) }
