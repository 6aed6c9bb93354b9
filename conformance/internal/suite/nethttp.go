package suite

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/http/httptrace"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/tornadogen/tornadogen/conformance/internal/targetapi"
)

// An adapterCase is a behaviour of net/http's client or server that has to hold with the API's http.Handler.
type adapterCase struct {
	name string
	run  func(s *httptest.Server) error
}

// NetHTTP holds the http.Handler of an API (make gives a new one) against what net/http promises to those who use its client and its
// server: over HTTP/1.1, and over HTTP/2.
func NetHTTP(make func() http.Handler) Result {
	b := newBoard("net/http's client and server", "this project", nil)
	for _, protocol := range []string{"HTTP/1.1", "HTTP/2"} {
		for _, one := range adapterCases {
			if protocol == "HTTP/2" && strings.HasPrefix(one.name, "raw: ") {
				continue
			}
			s := started(one.wrapped(make()), protocol == "HTTP/2")
			b.add(protocol+": "+one.name, one.run(s))
			s.Close()
		}
	}
	return b.close()
}

// started is a server of HTTP/1.1, or of HTTP/2.
func started(handler http.Handler, http2 bool) *httptest.Server {
	s := httptest.NewUnstartedServer(handler)
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // of clients that leave, as they shall
	if s.EnableHTTP2 = http2; http2 {
		s.StartTLS()
	} else {
		s.Start()
	}
	return s
}

// wrapped puts the API behind what the case is about.
func (a *adapterCase) wrapped(api http.Handler) http.Handler {
	switch {
	case strings.Contains(a.name, "StripPrefix"):
		mux := http.NewServeMux()
		mux.Handle("/v1/", http.StripPrefix("/v1", api))
		return mux
	case strings.Contains(a.name, "TimeoutHandler"):
		return http.TimeoutHandler(api, 50*time.Millisecond, "too slow")
	case strings.Contains(a.name, "MaxBytesHandler"):
		return http.MaxBytesHandler(api, 100)
	case strings.Contains(a.name, "AllowQuerySemicolons"):
		return http.AllowQuerySemicolons(api)
	}
	return api
}

var adapterCases = []adapterCase{
	{"GET", func(s *httptest.Server) error { return wants(s, get1(s, "/ping?nonce=a"), 200, `{"nonce":"a"}`) }},
	{"HEAD has the fields of GET and no body", func(s *httptest.Server) error {
		res, err := s.Client().Head(s.URL + "/ping?nonce=a")
		if err != nil {
			return err
		}
		_ = res.Body.Close()
		if res.StatusCode != 200 || res.ContentLength != 13 {
			return fmt.Errorf("%s, length %d", res.Status, res.ContentLength)
		}
		return nil
	}},
	{"404 for a path that is not there", func(s *httptest.Server) error { return wants(s, get1(s, "/nowhere"), 404, "") }},
	{"405 with Allow", func(s *httptest.Server) error {
		req, _ := http.NewRequest(http.MethodDelete, s.URL+"/ping", nil) // the URL is right
		return wantsAllow(s, req, 405)
	}},
	{"OPTIONS tells the methods", func(s *httptest.Server) error {
		req, _ := http.NewRequest(http.MethodOptions, s.URL+"/ping", nil)
		return wantsAllow(s, req, 204)
	}},
	{"a body with a length", func(s *httptest.Server) error { return posts(s, strings.NewReader(`[1,2]`), `[1,2]`) }},
	{"a body in chunks", func(s *httptest.Server) error { return posts(s, io.MultiReader(strings.NewReader(`[1,2]`)), `[1,2]`) }},
	{"no body where one is due", func(s *httptest.Server) error {
		req, _ := http.NewRequest(http.MethodPost, s.URL+"/json", nil)
		return wants(s, req, 400, "")
	}},
	{"a body that ends with an error is none", func(s *httptest.Server) error {
		broken := io.MultiReader(strings.NewReader(`[1`), iotestError{})
		if res, err := s.Client().Post(s.URL+"/json", "application/json", broken); err == nil {
			_ = res.Body.Close()
			return fmt.Errorf("answered %s", res.Status)
		}
		return nil
	}},
	{"a large body as it comes", func(s *httptest.Server) error {
		req, _ := http.NewRequest(http.MethodPost, s.URL+"/bytes", io.LimitReader(zeros{}, 8<<20))
		req.Header.Set("Content-Type", "application/octet-stream")
		return wants(s, req, 200, `{"count":8388608}`)
	}},
	{"a form of multipart.Writer", func(s *httptest.Server) error {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		for range 3 {
			part, _ := w.CreateFormFile("file", "a.txt") // a buffer gives no error
			_, _ = io.WriteString(part, "text")
		}
		_ = w.Close()
		req, _ := http.NewRequest(http.MethodPost, s.URL+"/files", &b)
		req.Header.Set("Content-Type", w.FormDataContentType())
		return wants(s, req, 200, `{"count":3}`)
	}},
	{"a form of url.Values", func(s *httptest.Server) error {
		req, _ := http.NewRequest(http.MethodPost, s.URL+"/form", strings.NewReader(url.Values{"a": {"ä&="}, "b": {"+ "}}.Encode()))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		return wants(s, req, 200, `{"count":2}`)
	}},
	{"a query of url.Values", func(s *httptest.Server) error {
		return wants(s, get1(s, "/ping?"+url.Values{"nonce": {"ä&=+ %"}}.Encode()), 200, `{"nonce":"ä&=+ %"}`)
	}},
	{"Expect: 100-continue is heard", expects100},
	{"Expect: 100-continue, and a final answer in its place", func(s *httptest.Server) error {
		req, _ := http.NewRequest(http.MethodPost, s.URL+"/nowhere", strings.NewReader(strings.Repeat(" ", 1<<20)))
		req.Header.Set("Expect", "100-continue")
		s.Client().Transport.(*http.Transport).ExpectContinueTimeout = patience // or it sends the body at once, and may be reset
		return wants(s, req, 404, "")
	}},
	{"connections are used again", usedAgain},
	{"a deferred answer", func(s *httptest.Server) error { return wants(s, get1(s, "/later?nonce=a&ms=20"), 200, `{"nonce":"a"}`) }},
	{"a stream of lines", func(s *httptest.Server) error {
		return wants(s, get1(s, "/lines?nonce=a&count=3"), 200, "{\"nonce\":\"a\"}\n{\"nonce\":\"a\"}\n{\"nonce\":\"a\"}\n")
	}},
	{"a stream is flushed, and ends with its client", events},
	{"a panic is 500, and others go on", func(s *httptest.Server) error {
		return errors.Join(wants(s, get1(s, "/fail?nonce=a"), 500, ""), wants(s, get1(s, "/ping?nonce=a"), 200, ""))
	}},
	{"a client that gives up", func(s *httptest.Server) error { return errors.Join(givesUp(s), givesUpLater(s)) }},
	{"a jar of cookies, and fields with several values", cookies},
	{"64 requests at the same time, each with its own answer", atOnce},
	{"http.StripPrefix below a ServeMux", func(s *httptest.Server) error {
		return wants(s, get1(s, "/v1/ping?nonce=a"), 200, `{"nonce":"a"}`)
	}},
	{"http.TimeoutHandler", func(s *httptest.Server) error { return wants(s, get1(s, "/block?nonce=a&ms=300"), 503, "too slow") }},
	{"http.MaxBytesHandler", func(s *httptest.Server) error {
		req, _ := http.NewRequest(http.MethodPost, s.URL+"/json", strings.NewReader(quoted(strings.Repeat("a", 200))))
		req.Header.Set("Content-Type", "application/json")
		return wants(s, req, 413, "")
	}},
	{"http.AllowQuerySemicolons", func(s *httptest.Server) error {
		return wants(s, get1(s, "/ping?nonce=a;b=c"), 200, `{"nonce":"a"}`)
	}},
	{"httputil.ReverseProxy before it", func(s *httptest.Server) error {
		to, err := url.Parse(s.URL)
		if err != nil {
			return err
		}
		proxy := httputil.NewSingleHostReverseProxy(to)
		proxy.Transport = s.Client().Transport
		front := httptest.NewServer(proxy)
		defer front.Close()
		return errors.Join(wants(front, get1(front, "/ping?nonce=a"), 200, `{"nonce":"a"}`), posts(front, strings.NewReader("[1]"), "[1]"))
	}},
	{"httptest.ResponseRecorder", func(s *httptest.Server) error {
		w := httptest.NewRecorder()
		s.Config.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/ping?nonce=a", nil))
		if w.Code != 200 || w.Body.String() != `{"nonce":"a"}` {
			return fmt.Errorf("%d %s", w.Code, w.Body)
		}
		return nil
	}},
	{"a graceful Shutdown waits for the answer", shutdown},
	{"raw: pipelined requests", func(s *httptest.Server) error {
		return raw(s, strings.Repeat("GET /ping?nonce=a HTTP/1.1\r\nHost: a\r\n\r\n", 3), func(all string) bool { return strings.Count(all, `{"nonce":"a"}`) == 3 })
	}},
	{"raw: HTTP/1.0", func(s *httptest.Server) error {
		return raw(s, "GET /lines?nonce=a&count=2 HTTP/1.0\r\n\r\n", func(all string) bool {
			return strings.HasSuffix(all, "\r\n\r\n{\"nonce\":\"a\"}\n{\"nonce\":\"a\"}\n") && !strings.Contains(all, "chunked")
		})
	}},
	{"raw: an absolute target", func(s *httptest.Server) error {
		return raw(s, "GET http://a/ping?nonce=a HTTP/1.1\r\nHost: a\r\n\r\n", func(all string) bool { return strings.HasSuffix(all, `{"nonce":"a"}`) })
	}},
	{"raw: a WebSocket over the hijacked connection", func(s *httptest.Server) error {
		one := wsCase{path: textPath, run: func(c *wsConn) error { return c.echoes(opText, quoted("hello"), 3) }}
		return one.play(s.Listener.Addr().String())
	}},
}

type iotestError struct{}

func (iotestError) Read([]byte) (int, error) { return 0, errors.New("the source broke") }

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func get1(s *httptest.Server, path string) *http.Request {
	req, err := http.NewRequest(http.MethodGet, s.URL+path, nil)
	if err != nil {
		panic(err) // the paths are those of this file
	}
	return req
}

// wants sends a request, and demands the status, and the body if one is given.
func wants(s *httptest.Server, req *http.Request, status int, body string) error {
	res, err := s.Client().Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode != status || body != "" && string(text) != body {
		return fmt.Errorf("%s %.200s, not %d %s", res.Status, text, status, body)
	}
	return nil
}

// wantsAllow sends a request for /ping, and demands the status, and the methods that are there.
func wantsAllow(s *httptest.Server, req *http.Request, status int) error {
	res, err := s.Client().Do(req)
	if err != nil {
		return err
	}
	_ = res.Body.Close()
	if allow := res.Header.Get("Allow"); res.StatusCode != status || allow != "GET, HEAD, OPTIONS" {
		return fmt.Errorf("%s, Allow %q", res.Status, allow)
	}
	return nil
}

// cookies visits with a jar, which sends back what the answer before has set for the path, and no more.
func cookies(s *httptest.Server) error {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	c := s.Client()
	c.Jar = jar
	defer func() { c.Jar = nil }()
	for n := range 3 {
		req := get1(s, "/visit")
		req.Header["X-Many"] = []string{"a", "b", "c,d"}
		req.AddCookie(&http.Cookie{Name: "own", Value: "b"})
		if err := wants(s, req, 200, fmt.Sprintf(`{"visits":%d,"many":["a","b","c","d"]}`, n)); err != nil {
			return fmt.Errorf("visit %d: %w", n, err)
		}
		if kept := fmt.Sprint(jar.Cookies(req.URL)); kept != fmt.Sprintf("[visits=%d other=1]", n+1) { // the longest path comes first
			return fmt.Errorf("visit %d: the jar has %s", n, kept)
		}
	}
	return nil
}

// givesUp leaves when the handler has begun, which does not end before its client has left.
func givesUp(s *httptest.Server) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	answered := make(chan error, 1)
	go func() {
		res, err := s.Client().Do(get1(s, "/wait?nonce=a").WithContext(ctx))
		if err == nil {
			err = errors.Join(fmt.Errorf("answered %s", res.Status), res.Body.Close())
		}
		answered <- err
	}()
	if err := reaches(s, func(now *targetapi.Status) bool { return now.Accepted == 1 }); err != nil {
		return fmt.Errorf("the handler has not begun: %w", err)
	}
	time.Sleep(20 * time.Millisecond)
	if err := reaches(s, func(now *targetapi.Status) bool { return now.Left == 0 }); err != nil {
		return fmt.Errorf("the context has ended before its client left: %w", err)
	}
	cancel()
	if err := <-answered; !errors.Is(err, context.Canceled) {
		return err
	}
	if err := reaches(s, func(now *targetapi.Status) bool { return now.Left == 1 }); err != nil {
		return fmt.Errorf("the context of the handler has not ended: %w", err)
	}
	return nil
}

// givesUpLater leaves while the answer waits for its time, which Close of the server does not wait for.
func givesUpLater(s *httptest.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	res, err := s.Client().Do(get1(s, "/later?nonce=b&ms=60000").WithContext(ctx))
	if err == nil {
		return errors.Join(errors.New("was answered"), res.Body.Close())
	}
	return wants(s, get1(s, "/ping?nonce=c"), 200, "")
}

// reaches waits until what the target tells of itself fits.
func reaches(s *httptest.Server, fits func(*targetapi.Status) bool) error {
	for end := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		res, err := s.Client().Do(get1(s, "/status"))
		if err != nil {
			return err
		}
		var now targetapi.Status
		err = json.NewDecoder(res.Body).Decode(&now)
		if err = errors.Join(err, res.Body.Close()); err != nil || fits(&now) {
			return err
		}
		if time.Now().After(end) {
			return fmt.Errorf("after %s: %+v", patience, now)
		}
	}
}

func posts(s *httptest.Server, body io.Reader, back string) error {
	req, err := http.NewRequest(http.MethodPost, s.URL+"/json", body)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	return wants(s, req, 200, back)
}

func expects100(s *httptest.Server) error {
	heard := make(chan struct{}, 1)
	trace := &httptrace.ClientTrace{Got100Continue: func() { heard <- struct{}{} }}
	s.Client().Transport.(*http.Transport).ExpectContinueTimeout = patience
	req, err := http.NewRequest(http.MethodPost, s.URL+"/json", strings.NewReader("[1]"))
	if err != nil {
		return err
	}
	req = req.WithContext(httptrace.WithClientTrace(req.Context(), trace))
	req.Header.Set("Expect", "100-continue")
	req.Header.Set("Content-Type", "application/json")
	if err := wants(s, req, 200, "[1]"); err != nil {
		return err
	}
	select {
	case <-heard:
		return nil
	default:
		return errors.New("no 100")
	}
}

func usedAgain(s *httptest.Server) error {
	reused := 0
	trace := &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		if info.Reused {
			reused++
		}
	}}
	for range 5 {
		req := get1(s, "/ping?nonce=a")
		if err := wants(s, req.WithContext(httptrace.WithClientTrace(req.Context(), trace)), 200, ""); err != nil {
			return err
		}
	}
	if reused != 4 {
		return fmt.Errorf("%d of 4", reused)
	}
	return nil
}

func events(s *httptest.Server) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	res, err := s.Client().Do(get1(s, "/events?nonce=a").WithContext(ctx))
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	line, err := bufio.NewReader(res.Body).ReadString('\n') // without a flush it never comes
	if err != nil || line != "data: a\n" {
		return fmt.Errorf("%q, %w", line, err)
	}
	cancel()
	s.CloseClientConnections()
	return nil // Close of the server waits for the handler
}

func atOnce(s *httptest.Server) error {
	var wg sync.WaitGroup
	errs := make([]error, 64)
	for i := range errs {
		wg.Go(func() {
			nonce := fmt.Sprint("n", i)
			body, _ := json.Marshal(map[string]string{"nonce": nonce}) // it is a map of strings
			errs[i] = wants(s, get1(s, fmt.Sprintf("/later?nonce=%s&ms=%d", nonce, i%7)), 200, string(body))
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

func shutdown(s *httptest.Server) error {
	begun := make(chan struct{}, 1)
	own := started(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun <- struct{}{}
		s.Config.Handler.ServeHTTP(w, r)
	}), s.EnableHTTP2)
	defer own.Close()
	answered := make(chan error, 1)
	go func() { answered <- wants(own, get1(own, "/later?nonce=a&ms=300"), 200, `{"nonce":"a"}`) }()
	select {
	case <-begun:
	case err := <-answered:
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return errors.Join(own.Config.Shutdown(ctx), <-answered)
}

// raw sends bytes, closes its side, and judges all that comes back.
func raw(s *httptest.Server, text string, fits func(all string) bool) error {
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if _, err := io.WriteString(conn, text); err != nil {
		return err
	}
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		return err
	}
	all, err := io.ReadAll(conn)
	if err != nil {
		return err
	}
	if !fits(string(all)) {
		return fmt.Errorf("%.300q", all)
	}
	return nil
}
