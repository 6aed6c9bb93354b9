package main

import (
	"encoding/json"
	"fmt"
	"html"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"time"
)

// errorPage answers every request with what is wrong.
type errorPage struct {
	listener net.Listener
	text     atomic.Pointer[string]
	ended    chan struct{}
}

// pageHeader tells the page that it is still the one that answers.
const pageHeader = "Tornadogen-Dev"

// pageText is the page, around the text. It asks again and again, and loads what there is once something else answers.
const pageText = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>The service does not run: tornadogen dev</title>
<style>
:root { color-scheme: light dark; --paper: #f4f6f9; --card: #fff; --ink: #1a2130; --soft: #566074; --line: #dbe1ea; --bad: #b3261e; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #0f1319; --card: #171c24; --ink: #e6ebf3; --soft: #9ba7b9; --line: #2b333f; --bad: #ff8d84; }
}
body { max-width: 70rem; margin: 0 auto; padding: clamp(1rem, 4vw, 3rem); background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
html { background: var(--paper); }
h1 { margin: 0 0 1rem; color: var(--bad); font-size: 1.375rem; font-weight: 650; }
pre { margin: 0; padding: 1rem; border: 1px solid var(--line); border-left: 4px solid var(--bad); border-radius: .375rem; background: var(--card); font: .875rem/1.6 ui-monospace, "SF Mono", "DejaVu Sans Mono", monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
p { color: var(--soft); }
</style>
<h1>The service does not run</h1>
<pre>%s</pre>
<p>This page comes back by itself when that is right.</p>
<script>
setInterval(async () => {
  try {
    const res = await fetch(location.href, { cache: "no-store", headers: { Accept: "text/html" } })
    if (!res.headers.has("` + pageHeader + `") || await res.text() !== shown) location.reload()
  } catch {}
}, 500)
let shown = null
fetch(location.href, { cache: "no-store", headers: { Accept: "text/html" } }).then(async res => { shown = await res.text() })
</script>
`

// serveError begins to answer with a text on a listener, which stays open for others.
func serveError(file *os.File, text string) (*errorPage, error) {
	listener, err := net.FileListener(file)
	if err != nil {
		return nil, err
	}
	p := &errorPage{listener: listener, ended: make(chan struct{})}
	p.set(text)
	server := &http.Server{Handler: http.HandlerFunc(p.answer), ReadHeaderTimeout: 10 * time.Second}
	server.SetKeepAlivesEnabled(false) // the next request may be for the service
	go func() {
		defer close(p.ended)
		_ = server.Serve(listener) // until close
	}()
	return p, nil
}

func (p *errorPage) set(text string) { p.text.Store(&text) }

func (p *errorPage) answer(w http.ResponseWriter, r *http.Request) {
	text := *p.text.Load()
	w.Header().Set(pageHeader, "broken")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Retry-After", "1")
	if strings.Contains(r.Header.Get("Accept"), "text/html") {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = fmt.Fprintf(w, pageText, html.EscapeString(text)) // the client may be gone
		return
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(http.StatusServiceUnavailable)
	_ = json.NewEncoder(w).Encode(map[string]any{"title": "the service does not run", "status": http.StatusServiceUnavailable, "detail": text})
}

// close stops accepting. What was accepted is still answered: each connection ends with its first answer.
func (p *errorPage) close() {
	_ = p.listener.Close() // a name of the socket, of which there are others
	<-p.ended
}
