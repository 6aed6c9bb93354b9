// Package webpage serves a page that is embedded in the binary, with the files beside it, to browsers that are to take nothing from elsewhere.
package webpage

import (
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"
)

// Page is a page with its files. Immutable.
type Page struct {
	Prefix string             // of the path that it has: no trailing slash, "" is the root
	Index  *template.Template // of the page; its fields are those that ServeIndex is given, and Below
	Assets fs.FS              // with a folder "assets"
	Files  []string           // of that folder, which are served beside the page
}

// Begin sets what all answers have, and returns what of the path follows the prefix: "" and "/" are the page itself. Where it reports false it
// has answered: nothing but GET and HEAD reads a page.
func (p *Page) Begin(w http.ResponseWriter, r *http.Request) (name string, ok bool) {
	head := w.Header()
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Referrer-Policy", "no-referrer")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		head.Set("Allow", "GET, HEAD")
		http.Error(w, "the page is read by GET", http.StatusMethodNotAllowed)
		return "", false
	}
	return strings.TrimPrefix(r.URL.Path, p.Prefix), true
}

// IsIndex reports whether a name of Begin is that of the page itself.
func IsIndex(name string) bool { return name == "" || name == "/" }

// ServeIndex writes the page, which was asked for by that name. values gets Below: what leads from the page to its files, also where a proxy
// serves all of this below another path.
func (p *Page) ServeIndex(w http.ResponseWriter, name string, values map[string]any) {
	if values["Below"] = ""; name == "" {
		values["Below"] = path.Base(p.Prefix) + "/"
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = p.Index.Execute(w, values) // a client that is gone needs no answer
}

// Has reports whether a name of Begin is that of a file beside the page.
func (p *Page) Has(name string) bool {
	return strings.HasPrefix(name, "/") && slices.Contains(p.Files, name[1:])
}

// ServeFile answers with a file that the page has.
func (p *Page) ServeFile(w http.ResponseWriter, r *http.Request, name string) {
	http.ServeFileFS(w, r, p.Assets, "assets"+name)
}
