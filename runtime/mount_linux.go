package tornado

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/http1"
)

const (
	mountBuffer  = 4 << 10   // bytes of an answer that are collected before it is sent in chunks
	maxDiscarded = 256 << 10 // bytes of a body that are read in vain to keep the connection
)

// serveMounted lets a net/http handler answer the request at the front. The worker is its until the handler returns.
func (f *frame) serveMounted(h http.Handler) verdict {
	f.x.begin(f.service.base, peerOf(f.conn))
	req, err := f.httpRequest()
	if err != nil {
		return f.reject(&http1.ProtocolError{Status: http.StatusBadRequest, Reason: err.Error()})
	}
	f.x.head = http1.Head{ // the buffer that the head stands in is needed for the body
		Method: []byte(req.Method), Target: []byte(req.RequestURI), Minor: f.x.head.Minor, ContentLength: f.x.head.ContentLength,
		Chunked: f.x.head.Chunked, Close: f.x.head.Close, KeepAliveAsked: f.x.head.KeepAliveAsked, Expect100: f.x.head.Expect100,
	}
	m := &mounted{frame: f, header: make(http.Header), keep: !f.x.head.Close && !f.conn.Draining(), length: -1}
	body := newMountedBody(m)
	req.Body = body
	f.r += f.headLen
	ok := m.run(h, req)
	switch {
	case m.hijacked:
		f.closeExchange()
		return endHijack
	case ok:
		m.end()
	case !m.sent:
		m.header = http.Header{}
		m.keep = false
		http.Error(m, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		m.end()
	}
	if !ok {
		m.keep = false
	}
	drained := body.discard()
	f.record(m.status, m.written)
	f.closeExchange()
	f.progress = progress{}
	f.answered++
	switch {
	case f.broken:
		return endConn
	case !drained:
		return endLinger
	case !m.keep:
		return endConn
	}
	return goOn
}

// httpRequest copies the head into a request of net/http.
func (f *frame) httpRequest() (*http.Request, error) {
	head := &f.x.head
	target := string(head.Target)
	u, err := url.ParseRequestURI(target)
	if err != nil {
		return nil, fmt.Errorf("the request target cannot be read: %w", err)
	}
	req := &http.Request{
		Method: string(head.Method), URL: u, RequestURI: target, Host: string(head.Host), Header: Request{f.x.request}.Headers(),
		Proto: "HTTP/1." + strconv.Itoa(head.Minor), ProtoMajor: 1, ProtoMinor: head.Minor,
		ContentLength: max(head.ContentLength, 0), Close: head.Close, RemoteAddr: f.conn.RemoteAddr().String(),
	}
	req.Header.Del("Host")
	if head.Chunked {
		req.ContentLength, req.TransferEncoding = -1, []string{"chunked"}
		req.Header.Del("Transfer-Encoding")
	}
	return req.WithContext(f.x.request), nil
}

// mounted is the ResponseWriter of a mounted handler. Only the handler's goroutine uses it.
type mounted struct {
	frame         *frame
	header        http.Header
	status        int // 0 until WriteHeader
	buffer        []byte
	sent          bool  // the head was written
	chunked       bool  // the body goes in chunks
	length        int64 // the Content-Length that the handler announced, -1 for none
	written       int64 // bytes of the body
	keep          bool  // the connection stays open afterwards
	hijacked      bool
	readDeadline  time.Time
	writeDeadline time.Time
}

var errBodyNotAllowed = http.ErrBodyNotAllowed

// run calls the handler and reports whether it returned; a panic is logged as for operations.
func (m *mounted) run(h http.Handler, req *http.Request) (ok bool) {
	defer func() {
		if cause := recover(); cause != nil && cause != http.ErrAbortHandler { //nolint:errorlint // as net/http compares it
			m.frame.service.server.logger.Error("mounted handler panicked", "path", req.URL.Path, "panic", cause, "stack", string(debug.Stack()))
		}
	}()
	h.ServeHTTP(m, req)
	return true
}

// Header returns the fields of the answer; changes count until WriteHeader.
func (m *mounted) Header() http.Header { return m.header }

// WriteHeader fixes the status. A 1xx other than 101 is sent at once.
func (m *mounted) WriteHeader(status int) {
	if m.status != 0 || m.hijacked {
		return
	}
	if status < 100 || status > 999 {
		panic(fmt.Sprintf("tornado: invalid status %d", status))
	}
	if status < 200 && status != http.StatusSwitchingProtocols {
		m.frame.out = append(m.appendFields(http1.AppendStatusLine(m.frame.out, status)), '\r', '\n')
		m.frame.flush()
		return
	}
	m.status = status
	if announced := m.header.Get("Content-Length"); announced != "" {
		n, err := strconv.ParseInt(announced, 10, 64)
		if err != nil || n < 0 {
			m.header.Del("Content-Length")
			return
		}
		m.length = n
	}
}

// Write sends p, or keeps it while the whole answer may still turn out to be small.
func (m *mounted) Write(p []byte) (int, error) {
	if m.hijacked {
		return 0, http.ErrHijacked
	}
	m.WriteHeader(http.StatusOK)
	if !http1.BodyAllowed(m.status) {
		return 0, errBodyNotAllowed
	}
	if m.length >= 0 && m.written+int64(len(p)) > m.length {
		return 0, http.ErrContentLength
	}
	m.written += int64(len(p))
	if m.isHead() {
		return len(p), nil
	}
	m.sniff(p)
	if !m.sent && len(m.buffer)+len(p) <= mountBuffer {
		m.buffer = append(m.buffer, p...)
		return len(p), nil
	}
	m.sendHead(false)
	m.send(p)
	return len(p), m.failure()
}

// WriteString is Write for a string.
func (m *mounted) WriteString(s string) (int, error) { return m.Write([]byte(s)) }

// Flush sends what was written.
func (m *mounted) Flush() { _ = m.FlushError() } // the interface has no room for it

// FlushError sends what was written. See http.ResponseController.
func (m *mounted) FlushError() error {
	if m.hijacked {
		return http.ErrHijacked
	}
	m.WriteHeader(http.StatusOK)
	m.sendHead(false)
	m.frame.flush()
	return m.failure()
}

// SetWriteDeadline bounds later writes; the zero time restores Timeouts.Write. See http.ResponseController.
func (m *mounted) SetWriteDeadline(t time.Time) error {
	m.writeDeadline = t
	return nil
}

// SetReadDeadline bounds later reads of the body; the zero time restores Timeouts.Stream. See http.ResponseController.
func (m *mounted) SetReadDeadline(t time.Time) error {
	m.readDeadline = t
	return nil
}

// EnableFullDuplex is always on: reading the body and writing the answer may be mixed. See http.ResponseController.
func (m *mounted) EnableFullDuplex() error { return nil }

// Hijack hands the connection out. The server forgets it. See http.Hijacker.
func (m *mounted) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	if m.hijacked {
		return nil, nil, http.ErrHijacked
	}
	f := m.frame
	f.flush()
	rest := append([]byte(nil), f.buf[f.r:f.w]...)
	fd, err := f.conn.Detach()
	if err != nil {
		return nil, nil, err
	}
	m.hijacked = true
	file := os.NewFile(uintptr(fd), "hijacked")
	defer file.Close() // FileConn has a descriptor of its own
	conn, err := net.FileConn(file)
	if err != nil {
		return nil, nil, fmt.Errorf("hijack: %w", err)
	}
	reader := bufio.NewReader(io.MultiReader(&onceReader{rest}, conn))
	return conn, bufio.NewReadWriter(reader, bufio.NewWriter(conn)), nil
}

// onceReader gives what had been received already.
type onceReader struct{ rest []byte }

func (r *onceReader) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

func (m *mounted) isHead() bool { return string(m.frame.x.head.Method) == http.MethodHead }

// sniff names the media type if the handler did not, as net/http does.
func (m *mounted) sniff(p []byte) {
	if _, set := m.header["Content-Type"]; !set && !m.sent && len(m.buffer) == 0 && len(p) > 0 && m.header.Get("Content-Encoding") == "" {
		m.header.Set("Content-Type", http.DetectContentType(p))
	}
}

// end completes the answer.
func (m *mounted) end() {
	m.WriteHeader(http.StatusOK)
	m.sendHead(true)
	if m.chunked && !m.isHead() {
		m.frame.out = http1.AppendLastChunk(m.frame.out)
	}
	if m.length >= 0 && m.written != m.length && !m.isHead() && http1.BodyAllowed(m.status) {
		m.frame.service.server.logger.Error("mounted handler wrote another length than it announced", "announced", m.length, "written", m.written)
		m.keep = false
	}
}

// sendHead renders the head, once. With whole, the buffer holds all of the body.
func (m *mounted) sendHead(whole bool) {
	if m.sent {
		return
	}
	m.sent = true
	f := m.frame
	if m.length < 0 && http1.BodyAllowed(m.status) {
		switch {
		case whole && !(m.isHead() && m.written == 0):
			m.header.Set("Content-Length", strconv.FormatInt(m.written, 10))
		case whole: // the answer to HEAD says nothing of the length
		case f.x.head.Minor == 1:
			m.chunked = true
			m.header.Set("Transfer-Encoding", "chunked")
		default:
			m.keep = false // RFC 9112 section 6.3: the end of the connection ends the body
		}
	}
	if m.header.Get("Connection") == "close" {
		m.keep = false
	}
	m.header.Del("Connection")
	b := http1.AppendStatusLine(f.out, m.status)
	if _, set := m.header["Date"]; !set {
		b = append(b, f.service.date.get(f.conn.Now())...)
	}
	b = m.appendFields(b)
	b = append(append(b, connectionFields[m.connectionEnd()]...), '\r', '\n')
	f.out = b
	if len(m.buffer) > 0 {
		m.send(m.buffer)
		m.buffer = nil
	}
}

func (m *mounted) connectionEnd() connectionEnd {
	switch {
	case m.status == http.StatusSwitchingProtocols:
		return endKeep
	case !m.keep:
		return endClose
	case m.frame.x.head.KeepAliveAsked:
		return endKeepAsked
	}
	return endKeep
}

// appendFields appends the header fields; what cannot be sent is left out and logged.
func (m *mounted) appendFields(b []byte) []byte {
	for name, values := range m.header {
		for _, v := range values {
			with, err := http1.AppendField(b, name, v)
			if err != nil {
				m.frame.service.server.logger.Error("header field cannot be sent", "name", name, "error", err)
				continue
			}
			b = with
		}
	}
	return b
}

// send puts a part of the body behind what waits, and writes when that is much.
func (m *mounted) send(p []byte) {
	f := m.frame
	switch {
	case len(p) == 0 || m.isHead():
	case m.chunked:
		f.out = http1.AppendChunk(f.out, p)
	default:
		f.out = append(f.out, p...)
	}
	if len(f.out) >= mountBuffer {
		f.flushWithin(m.writeTimeout())
	}
}

func (m *mounted) writeTimeout() time.Duration {
	if m.writeDeadline.IsZero() {
		return m.frame.service.timeouts.Write
	}
	return max(time.Until(m.writeDeadline), time.Nanosecond)
}

var errPeerGone = errors.New("the peer is gone")

func (m *mounted) failure() error {
	if m.frame.broken {
		return errPeerGone
	}
	return nil
}
