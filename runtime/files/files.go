// Package files serves static files, with ranges and conditions (RFC 9110 sections 13 and 14), and under names that carry a digest of
// what is in them, so that browsers may keep them for good.
package files

import (
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"net/url"
	"os"
	"path"
	"strconv"
	"strings"

	tornado "github.com/tornadogen/tornadogen/runtime"
)

// Files serves the files of a folder below a prefix. It is an http.Handler. Folders are not listed. All methods are safe for concurrent
// use.
type Files struct {
	fsys     fs.FS
	prefix   string // without a trailing slash
	index    string
	fallback string
	control  string
	coded    bool
	hidden   bool
	digests  digests
}

// Option changes a Files. Each says what holds without it.
type Option func(*Files)

// WithIndex names the file that stands for its folder. The default is index.html; "" is none.
func WithIndex(name string) Option { return func(f *Files) { f.index = name } }

// WithFallback answers with a file, index.html say, where there is none of the name, unless that has an extension: for applications that
// route in the browser. The default is 404.
func WithFallback(name string) Option { return func(f *Files) { f.fallback = name } }

// WithCacheControl sets Cache-Control of files that are not asked for by a versioned name. The default is "no-cache": a browser keeps them,
// and asks each time whether they are the same.
func WithCacheControl(value string) Option { return func(f *Files) { f.control = value } }

// WithPrecompressed answers with the file's sibling app.js.br, .zst or .gz, where there is one, to a client that takes it. The default is
// to serve files as they are.
func WithPrecompressed() Option { return func(f *Files) { f.coded = true } }

// WithHidden serves files and folders, too, whose names begin with a dot. The default is 404 for them, but for .well-known.
func WithHidden() Option { return func(f *Files) { f.hidden = true } }

// Dir serves the folder of that name below prefix, "/static" say. The folder must be there. Nothing outside of it is ever read, whatever
// its links say. It is held open for as long as the Files is in use: when it is renamed, or another one takes its name, the one that was
// opened is still served.
func Dir(prefix, folder string, opts ...Option) (*Files, error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, fmt.Errorf("files: %w; name a folder that is there, as seen from where the service is started", err)
	}
	return New(prefix, root.FS(), opts...), nil
}

// New serves the files of fsys, an embed.FS say, below prefix. They must be io.Seeker. Where links lead is what fsys says: os.DirFS follows
// them out of its folder.
func New(prefix string, fsys fs.FS, opts ...Option) *Files {
	f := &Files{fsys: fsys, prefix: tornado.CleanPrefix(prefix), index: "index.html", control: "no-cache"}
	for _, opt := range opts {
		opt(f)
	}
	return f
}

// At mounts f on a server, at its prefix.
func (f *Files) At() tornado.Option { return tornado.WithMount(f.prefix, f) }

// URL is the path that a file is served at under a name that carries its digest: URL("css/app.css") is
// "/static/css/app.47DEQpj8HBSa-_TImW-5JA.css". What is served there may be kept for good; when the file changes, its URL does. It
// is the plain path where the file cannot be read.
func (f *Files) URL(name string) string {
	name = strings.TrimPrefix(path.Clean("/"+name), "/")
	tag, err := f.digest(name)
	if err != nil {
		return f.prefix + "/" + escape(name)
	}
	folder, file := path.Split(name)
	stem, extension := split(file)
	return f.prefix + "/" + escape(folder+stem+"."+tag+extension)
}

func escape(name string) string { return (&url.URL{Path: name}).EscapedPath() }

// split cuts a name before its extension: ".min.js" is not one, ".js" is.
func split(file string) (stem, extension string) {
	extension = path.Ext(file)
	if extension == file {
		return file, ""
	}
	return strings.TrimSuffix(file, extension), extension
}

// ServeHTTP answers GET and HEAD.
func (f *Files) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "files are read by GET", http.StatusMethodNotAllowed)
		return
	}
	name, ok := f.name(r.URL.Path)
	if !ok {
		http.NotFound(w, r)
		return
	}
	info, err := fs.Stat(f.fsys, name)
	switch {
	case err == nil && info.IsDir():
		f.serveFolder(w, r, name)
	case err == nil && info.Mode().IsRegular():
		f.serve(w, r, name, "")
	case err == nil: // a pipe or a device: opening it might wait
		http.NotFound(w, r)
	default:
		f.serveMissing(w, r, name)
	}
}

// name is the file that a path names. It reports false for what no file may be called here.
func (f *Files) name(urlPath string) (string, bool) {
	rest, ok := strings.CutPrefix(urlPath, f.prefix)
	if !ok || rest != "" && rest[0] != '/' {
		return "", false
	}
	name := strings.TrimSuffix(strings.TrimPrefix(rest, "/"), "/")
	if name == "" {
		return ".", true
	}
	for part := range strings.SplitSeq(name, "/") {
		switch {
		case part == "", part == ".", part == "..", strings.ContainsAny(part, "\\\x00"), os.PathSeparator != '/' && strings.Contains(part, ":"):
			return "", false
		case part[0] == '.' && !f.hidden && part != ".well-known":
			return "", false
		}
	}
	return name, fs.ValidPath(name)
}

// serveFolder answers with the index of a folder, whose path ends in a slash so that the links of the page work.
func (f *Files) serveFolder(w http.ResponseWriter, r *http.Request, name string) {
	index := path.Join(name, f.index)
	if info, err := fs.Stat(f.fsys, index); f.index == "" || err != nil || !info.Mode().IsRegular() {
		f.serveMissing(w, r, name)
		return
	}
	if !strings.HasSuffix(r.URL.Path, "/") {
		target := f.prefix + "/" // never what the request says of hosts: "//evil.example/.." is a path here
		if name != "." {
			target += escape(name) + "/"
		}
		if r.URL.RawQuery != "" {
			target += "?" + r.URL.RawQuery
		}
		w.Header().Set("Location", target)
		w.WriteHeader(http.StatusMovedPermanently)
		return
	}
	f.serve(w, r, index, "")
}

// immutable is Cache-Control of what a digest names.
const immutable = "public, max-age=31536000, immutable"

// serveMissing answers for a name that no file has: one that carries a digest, or the fallback, or 404. A digest of another version
// gives the file as it is now, which must not be kept: a page may be older than the server, or newer.
func (f *Files) serveMissing(w http.ResponseWriter, r *http.Request, name string) {
	folder, file := path.Split(name)
	stem, extension := split(file)
	plain, tag := split(stem)
	if tag == "" { // a file without an extension
		plain, tag, extension = stem, extension, ""
	}
	if tag = strings.TrimPrefix(tag, "."); len(tag) == digestSize {
		if _, err := f.digest(folder + plain + extension); err == nil {
			f.serve(w, r, folder+plain+extension, tag)
			return
		}
	}
	if f.fallback != "" && path.Ext(name) == "" {
		f.serve(w, r, f.fallback, "")
		return
	}
	http.NotFound(w, r)
}

// siblings are the extensions of precompressed files by coding, and bestFirst the codings.
var (
	siblings  = map[string]string{"br": ".br", "zstd": ".zst", "gzip": ".gz"}
	bestFirst = []string{"br", "zstd", "gzip"}
)

// coding is the best of those that a client takes, and that a file has a sibling in; "" for none.
func (f *Files) coding(name, accepted string) string {
	if accepted == "" {
		return ""
	}
	var list []string
	for _, coding := range bestFirst {
		if info, err := fs.Stat(f.fsys, name+siblings[coding]); err == nil && info.Mode().IsRegular() {
			list = append(list, coding)
		}
	}
	return tornado.AcceptsCoding(accepted, list...)
}

// serve answers with a regular file. version is the digest that it was asked for by, "" for none.
func (f *Files) serve(w http.ResponseWriter, r *http.Request, name, version string) {
	sent := name
	if f.coded {
		w.Header().Add("Vary", "Accept-Encoding")
		if coding := f.coding(name, strings.Join(r.Header.Values("Accept-Encoding"), ",")); coding != "" {
			sent = name + siblings[coding]
			w.Header().Set("Content-Encoding", coding)
		}
	}
	file, err := f.fsys.Open(sent)
	if err != nil {
		w.Header().Del("Content-Encoding")
		http.NotFound(w, r)
		return
	}
	defer func() { _ = file.Close() }() // which was read alone
	content, seeks := file.(io.ReadSeeker)
	info, tag, err := f.digestOpen(sent, file) // of what is sent, whatever takes its name meanwhile
	if err != nil || !seeks {
		w.Header().Del("Content-Encoding")
		http.Error(w, "the file cannot be read", http.StatusInternalServerError)
		return
	}
	w.Header().Set("ETag", `"`+tag+`"`)
	control := f.control
	if version != "" {
		now := tag
		if sent != name {
			now, _ = f.digest(name) // "" is no version
		}
		if now == version {
			control = immutable
		}
	}
	w.Header().Set("Cache-Control", control)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	media := mime.TypeByExtension(path.Ext(name))
	if media == "" { // http.ServeContent would look where the digest has left the file, or at what is coded
		media = f.sniff(name)
	}
	w.Header().Set("Content-Type", media)
	if sent != name && r.Header.Get("Range") == "" { // ServeContent leaves the length of what is coded to others
		w.Header().Set("Content-Length", strconv.FormatInt(info.Size(), 10))
	}
	if lastNone(r.Header.Get("Range")) {
		w.Header().Set("Content-Range", fmt.Sprintf("bytes */%d", info.Size()))
		http.Error(w, "no bytes are asked for", http.StatusRequestedRangeNotSatisfiable)
		return
	}
	http.ServeContent(answer{w}, r, path.Base(name), info.ModTime(), content)
}

// sniff is the media type that a file looks like by how it begins.
func (f *Files) sniff(name string) string {
	begin := make([]byte, 512)
	n := 0
	if file, err := f.fsys.Open(name); err == nil {
		n, _ = io.ReadFull(file, begin) // what cannot be read looks like nothing
		_ = file.Close()                // which was read alone
	}
	return http.DetectContentType(begin[:n])
}

// answer takes from a refusal what was said of the file: http.ServeContent leaves it on 412, which has no body.
type answer struct{ http.ResponseWriter }

// WriteHeader begins the answer.
func (a answer) WriteHeader(status int) {
	if status == http.StatusPreconditionFailed {
		a.Header().Del("Content-Length")
		a.Header().Del("Content-Encoding")
	}
	a.ResponseWriter.WriteHeader(status)
}

// ReadFrom lets net/http have the file sent by the system, where that can.
func (a answer) ReadFrom(r io.Reader) (int64, error) { return io.Copy(a.ResponseWriter, r) }

// Unwrap is for http.ResponseController.
func (a answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// lastNone reports whether the last 0 bytes are asked for, which cannot be satisfied (RFC 9110 section 14.1.2); net/http answers 206.
func lastNone(asked string) bool {
	digits, ok := strings.CutPrefix(strings.ReplaceAll(asked, " ", ""), "bytes=-")
	return ok && digits != "" && strings.Trim(digits, "0") == ""
}
