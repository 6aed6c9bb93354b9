// Package docs serves a page on which people read an API and try it out: Swagger UI, embedded in the binary, without any
// request to another host.
package docs

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"strings"
	"sync"

	"github.com/swaggest/swgui"
	"github.com/swaggest/swgui/v5emb"

	tornado "github.com/tornadogen/tornadogen/runtime"
)

// At serves the page of the server's first API at prefix, "/docs" say, and the document beside it.
//
//	tornado.Serve(ctx, ":8080", api, docs.At("/docs"))
func At(prefix string) tornado.Option {
	return func(s *tornado.Server) { s.Mount(prefix, &page{server: s, prefix: strings.TrimRight(prefix, "/")}) }
}

// page is made at the first request, when the server knows its API.
type page struct {
	server *tornado.Server
	prefix string

	once     sync.Once
	ui       http.Handler // guarded by once; nil when the server has no API
	document string       // guarded by once; the path of the document
	info     tornado.Info // guarded by once
}

// ServeHTTP answers with the page, its files or the document.
func (p *page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.once.Do(p.build)
	switch {
	case p.ui == nil:
		http.NotFound(w, r)
	case r.URL.Path == p.document:
		w.Header().Set("Content-Type", p.info.DocumentType())
		_, _ = w.Write(p.info.Document) // a client that is gone needs no answer
	default:
		p.ui.ServeHTTP(w, r)
	}
}

func (p *page) build() {
	apis := p.server.APIs()
	if len(apis) == 0 {
		return
	}
	p.info = apis[0].Info()
	p.document = p.prefix + "/document" + path.Ext(p.info.DocumentName)
	p.ui = v5emb.NewHandlerWithConfig(swgui.Config{
		Title: p.info.Title, SwaggerJSON: p.document, BasePath: p.prefix,
		SettingsUI: map[string]string{
			"tryItOutEnabled": "true", "persistAuthorization": "true",
			"requestInterceptor": toThisServer(p.info.BasePath, apis[0].BasePath()),
		},
	})
}

// toThisServer is a function of the page that sends a request to the server that the page came from, whatever servers the
// document names: a trial must never reach the production that it describes, least of all with credentials. documented and
// actual are the base paths of the document and of the API.
func toThisServer(documented, actual string) string {
	return fmt.Sprintf(`function(request) {
				const url = new URL(request.url, location.href), documented = %s, actual = %s;
				if (!request.loadSpec) {
					url.protocol = location.protocol;
					url.host = location.host;
					if (url.pathname.startsWith(documented + "/")) {
						url.pathname = actual + url.pathname.slice(documented.length);
					}
				}
				request.url = url.href;
				return request;
			}`, literal(documented), literal(actual))
}

// literal writes text as a string of JavaScript that may stand in a script of a page and in a template.
func literal(text string) string {
	quoted, err := json.Marshal(text)
	if err != nil {
		return `""` // text always can be written
	}
	return strings.ReplaceAll(string(quoted), "{", `\u007b`)
}
