package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tornadogen/tornadogen/examples/spider/spiderapi"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/tornadotest"
)

// site is a small one: a home page, a ring of pages, a page that is slow, a file, and ways out of it.
func site(t *testing.T) *url.URL {
	t.Helper()
	outside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the spider has left the site") }))
	t.Cleanup(outside.Close)
	elsewhere, err := url.Parse(outside.URL)
	require.NoError(t, err)
	elsewhere.Host = "localhost:" + elsewhere.Port() // another name than that of the site
	mux := http.NewServeMux()
	page := func(path, body string) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = fmt.Fprintf(w, "<title> Page\n %s </title>%s", path, body)
		})
	}
	page("/{$}", `<a href="a">a</a><a href="/b#part">b</a><a href="/b">b</a><a href="/file">f</a><a href="/lost">l</a><a href="/out">o</a>
		<a href="`+elsewhere.String()+`">elsewhere</a><a href="mailto:x@example.org">m</a><a href="http://[">x</a>`)
	page("/a", `<a href="/">home</a><a href="/c">c</a>`)
	page("/b", `<a href="/a">a</a>`)
	page("/c", ``)
	mux.HandleFunc("GET /file", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Type", "text/plain") })
	mux.HandleFunc("GET /out", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.String(), http.StatusFound)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	u, err := url.Parse(s.URL + "/")
	require.NoError(t, err)
	return u
}

// serve runs the spider, and returns a client of it.
func serve(t *testing.T, v *visitor) *spiderapi.Client {
	t.Helper()
	server := tornadotest.ServeServer(t, newServer(v))
	t.Cleanup(v.client.CloseIdleConnections) // before the server ends, which looks for goroutines
	return tornadotest.NewClient(server, spiderapi.NewClient)
}

func collect(t *testing.T, c *spiderapi.Client, req spiderapi.CrawlRequest) (pages []spiderapi.Page) {
	t.Helper()
	for page, err := range c.Crawl(t.Context(), req) {
		require.NoError(t, err)
		pages = append(pages, page)
	}
	return pages
}

func TestCrawl(t *testing.T) {
	home := site(t)
	client := serve(t, newVisitor([]string{home.Hostname()}, true))
	pages := collect(t, client, spiderapi.CrawlRequest{URL: home.String(), Pages: tornado.Some(int64(100))})
	require.Equal(t, "Page /{$}", pages[0].Title.Or(""))
	require.EqualValues(t, 5, pages[0].Links.Or(0))
	var paths []string
	for _, p := range pages {
		paths = append(paths, fmt.Sprint(strings.TrimPrefix(p.URL, strings.TrimSuffix(home.String(), "/")), " ", p.Depth, " ", p.Status.Or(0), " ", p.Error.Or("")))
	}
	slices.Sort(paths)
	require.Equal(t, []string{
		"/ 0 200 ", "/a 1 200 ", "/b 1 200 ", "/c 2 200 ", "/file 1 200 ", "/lost 1 404 ", "/out 1 0 " + errForbidden.Error(),
	}, paths)
	require.Len(t, collect(t, client, spiderapi.CrawlRequest{URL: home.String(), Pages: tornado.Some(int64(3))}), 3)
	require.Len(t, collect(t, client, spiderapi.CrawlRequest{URL: home.String(), Depth: tornado.Some(int64(0))}), 1)
}

func TestForbiddenHosts(t *testing.T) {
	home := site(t)
	for name, v := range map[string]*visitor{
		"another host":                  newVisitor([]string{"example.org"}, true),
		"no host":                       newVisitor(nil, true),
		"the host as a part of another": newVisitor([]string{home.Hostname() + ".example.org"}, true),
	} {
		for _, err := range serve(t, v).Crawl(t.Context(), spiderapi.CrawlRequest{URL: home.String()}) {
			var forbidden spiderapi.CrawlForbidden
			require.ErrorAs(t, err, &forbidden, name)
		}
	}
}

// TestAddressesInside lets names lead to addresses that are not of the public network: none is connected to.
func TestAddressesInside(t *testing.T) {
	v := newVisitor([]string{"127.0.0.1", "localhost"}, false)
	home := site(t)
	pages := collect(t, serve(t, v), spiderapi.CrawlRequest{URL: home.String()})
	require.Len(t, pages, 1)
	require.Contains(t, pages[0].Error.Or(""), "an address inside")
	for _, address := range []string{"127.0.0.1:80", "[::1]:80", "10.1.2.3:80", "192.168.0.1:80", "169.254.169.254:80", "[fd00::1]:80", "[::ffff:10.0.0.1]:80", "0.0.0.0:80", "224.0.0.1:80"} {
		require.Error(t, v.control("tcp", address, nil), address)
	}
	for _, address := range []string{"93.184.215.14:443", "[2606:2800:21f:cb07:6820:80da:af6b:8b2c]:443"} {
		require.NoError(t, v.control("tcp", address, nil), address)
	}
}

// TestClientThatGoes leaves a crawl that would not end: the spider stops fetching.
func TestClientThatGoes(t *testing.T) {
	visited := make(chan struct{}, 1000)
	gone := make(chan struct{}, 1000)
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		visited <- struct{}{}
		if r.URL.Path == "/" {
			w.Header().Set("Content-Type", "text/html")
			_, _ = fmt.Fprint(w, `<a href="/slow">slow</a>`)
			return
		}
		<-r.Context().Done()
		gone <- struct{}{}
	}))
	t.Cleanup(slow.Close)
	home, err := url.Parse(slow.URL + "/")
	require.NoError(t, err)
	client := serve(t, newVisitor([]string{home.Hostname()}, true))
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	for page, err := range client.Crawl(ctx, spiderapi.CrawlRequest{URL: home.String()}) {
		require.NoError(t, err)
		require.Equal(t, home.String(), page.URL)
		<-visited
		<-visited // the slow page is being fetched
		leave()
		break
	}
	select {
	case <-gone:
	case <-time.After(20 * time.Second):
		t.Fatal("the spider still fetches for a client that is gone")
	}
}
