package suite

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// patience is how long a case may wait for the server.
const patience = 10 * time.Second

// A vector is bytes for a server that answers every request with 200 and its body, and what has to come of them. The fields are
// those of the files http1/*.jsonl.
type vector struct {
	ID           string `json:"id"`
	Send         string `json:"send"` // bytes as latin-1 text
	Then         string `json:"then"` // sent after 100
	Expect       string `json:"expect"`
	N            int    `json:"n"` // requests answered
	OKBefore     int    `json:"ok_before"`
	MaxResponses int    `json:"max_responses"`
	Level        string `json:"level"` // "may" or "contested": the RFC leaves it open
	Close        *bool  `json:"close"`
	// Status is that of the refusal, 0 for any; of the vectors of this package.
	Status string `json:"-"`
	// Body is what has to come back of it.
	Body string `json:"-"`
	// held is that it is sent to an operation that holds its body: each refusal is the runtime's own.
	held bool
}

// http1Differences are the vectors of the public files that come out in another way. All are marked there as left open by the RFC.
var http1Differences = differ{
	"go/readrequest/0":             "what follows the body is no request: the answered request is followed by 400",
	"go/readrequest/6":             "Transfer-Encoding with Content-Length is refused (RFC 9112 section 6.1 allows both)",
	"go/readrequest/11":            "the target * is for OPTIONS alone (RFC 9112 section 3.2.4)",
	"go/host/21":                   "CONNECT without Host (RFC 9112 section 3.2 asks for it)",
	"h11/io/264":                   "obs-fold is refused (RFC 9112 section 5.2 lets a server do so)",
	"h11/io/561":                   "a control character in a value (RFC 9110 section 5.5 calls it invalid)",
	"llhttp/sample/314":            "HTTP/0.9",
	"llhttp/method/135":            "the target * is for OPTIONS alone",
	"llhttp/method/400":            "RTSP",
	"llhttp/connection/34":         "the second request has no Host",
	"llhttp/connection/156":        "the first request is complete and answered; what follows is refused",
	"llhttp/content-length/444":    "the body is not complete",
	"llhttp/transfer-encoding/751": "deflate, chunked: codings other than chunked are not supported",
	"llhttp/transfer-encoding/793": "deflate and chunked in two fields: likewise",
	"llhttp/pipelining/4":          "the second request has no Host",
	"llhttp/invalid/356":           "a made-up method is a token: it is the router's to refuse",
}

// HTTP1 sends the vectors of folder/http1 to the echo at addr: whole, and byte by byte.
func HTTP1(addr, folder string) (Result, error) {
	vectors, err := publicVectors(folder)
	if err != nil {
		return Result{}, err
	}
	b := newBoard("HTTP/1.1 requests", "Go net/http, llhttp, h11", http1Differences)
	for _, v := range vectors {
		if _, listed := b.differ[v.ID]; listed && v.Level == "" {
			b.result.Open = append(b.result.Open, v.ID+": is listed as a difference, and the RFC does not leave it open")
		}
	}
	runVectors(b, addr, vectors)
	return b.close(), nil
}

// HTTP1Held sends those that the operations of the target at addr which hold their bodies have methods for.
func HTTP1Held(addr, folder string) (Result, error) {
	all, err := publicVectors(folder)
	if err != nil {
		return Result{}, err
	}
	var vectors []vector
	differences := make(differ)
	for _, v := range all {
		if !v.hold() {
			continue
		}
		vectors = append(vectors, v)
		if reason, listed := http1Differences[v.ID]; listed {
			differences[v.ID] = reason
		}
	}
	b := newBoard("HTTP/1.1 requests, a held body", "Go net/http, llhttp, h11", differences)
	runVectors(b, addr, vectors)
	return b.close(), nil
}

// The request lines that are taken for one to an operation which holds its body, and such a line as the first one. What is odd about a target is
// left as it is: it is what the vector is for.
var (
	plainLine = regexp.MustCompile(`((?:GET|POST|PUT) )/[\w./?=&-]*( HTTP/)`)
	heldFirst = regexp.MustCompile(`\A[\r\n]*(?:GET|POST|PUT) /hold HTTP/`)
)

// own are the statuses that the runtime refuses a request with by itself. Any other one would be the answer of what stands behind it.
var own = []string{"400", "413", "414", "417", "431", "501", "505"}

// hold sends the vector to an operation that holds its body, and reports whether the first request has one of its methods.
func (v *vector) hold() bool {
	v.held = true
	v.Send = plainLine.ReplaceAllStringFunc(v.Send, func(line string) string {
		if strings.Contains(line, " /hidden ") { // it is not to be answered, and there is nothing
			return line
		}
		return plainLine.ReplaceAllString(line, "${1}/hold${2}")
	})
	return heldFirst.MatchString(v.Send)
}

func publicVectors(folder string) ([]vector, error) {
	files, err := filepath.Glob(filepath.Join(folder, "http1", "*.jsonl"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no http1/*.jsonl in %q: %w", folder, err)
	}
	var vectors []vector
	for _, file := range files {
		some, err := readVectors(file)
		if err != nil {
			return nil, err
		}
		vectors = append(vectors, some...)
	}
	return vectors, nil
}

func readVectors(file string) ([]vector, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was read alone
	var out []vector
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 8<<20)
	for lines.Scan() {
		var v vector
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		v.Send, v.Then = latin1(v.Send), latin1(v.Then)
		out = append(out, v)
	}
	return out, lines.Err()
}

func latin1(text string) string {
	b := make([]byte, 0, len(text))
	for _, r := range text {
		b = append(b, byte(r))
	}
	return string(b)
}

func runVectors(b *board, addr string, vectors []vector) {
	each(vectors, 8, func(v vector) {
		err := v.run(addr, 1<<20)
		if err == nil && len(v.Send) < 4096 {
			if err = v.run(addr, 1); err != nil {
				err = fmt.Errorf("byte by byte: %w", err)
			}
		}
		b.add(v.ID, err)
	})
}

var statusLine = regexp.MustCompile(`HTTP/1\.[01] (\d{3}) [^\r\n]*\r\n((?:[^\r\n]+\r\n)*)\r\n`)

// run sends the vector in pieces, closes its side, and judges all that comes back: so nothing needs a clock.
func (v *vector) run(addr string, piece int) error {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	back := make(chan []byte, 1)
	hundred := make(chan struct{})
	go func() { back <- readAll(conn, hundred) }()
	sendPieces(conn, v.Send, piece)
	if v.Expect == "continue" {
		select {
		case <-hundred:
			sendPieces(conn, v.Then, piece)
		case all := <-back:
			return fmt.Errorf("no 100 but %.100q", all)
		}
	}
	_ = conn.(*net.TCPConn).CloseWrite() // the server may have closed before
	return v.judge(<-back)
}

func sendPieces(w io.Writer, text string, piece int) {
	for len(text) > 0 {
		n := min(piece, len(text))
		if _, err := io.WriteString(w, text[:n]); err != nil {
			return // refused early, which the answer tells
		}
		text = text[n:]
	}
}

// readAll reads to the end, and tells when there is a 100.
func readAll(r io.Reader, hundred chan struct{}) (all []byte) {
	buf := make([]byte, 4096)
	told := false
	for {
		n, err := r.Read(buf)
		all = append(all, buf[:n]...)
		if !told && strings.HasPrefix(string(all), "HTTP/1.1 100") {
			told = true
			close(hundred)
		}
		if err != nil {
			return all
		}
	}
}

// outcome is what the server said.
type outcome struct {
	answered int
	refused  string // the status that ended the connection
	closes   bool
}

func read(all []byte) (o outcome) {
	for _, m := range statusLine.FindAllSubmatch(all, -1) {
		switch status := string(m[1]); {
		case status == "100":
		case status[0] == '2':
			o.answered++
		default:
			o.refused = status
		}
		o.closes = strings.Contains(strings.ToLower(string(m[2])), "connection: close")
	}
	return o
}

func (v *vector) judge(all []byte) error {
	o := read(all)
	var ok bool
	switch v.Expect {
	case "ok", "continue":
		ok = o.refused == "" && o.answered >= max(v.N, 1)
	case "reject":
		ok = o.refused != "" && o.answered == v.OKBefore
	case "wait":
		ok = o.answered == 0 && (o.refused == "" || o.refused == "400")
	case "wait_or_reject":
		ok = o.answered == 0
	case "any":
		ok = true
	default:
		return errors.New("unknown expectation " + v.Expect)
	}
	switch {
	case v.held && o.refused != "" && !slices.Contains(own, o.refused):
		return fmt.Errorf("refused with %s: %.120q -> %.200q", o.refused, v.Send, all)
	case !ok || v.MaxResponses > 0 && o.answered > v.MaxResponses:
		return fmt.Errorf("expect %s, got %d answers and refusal %q: %.120q -> %.200q", v.Expect, o.answered, o.refused, v.Send, all)
	case v.Close != nil && v.Expect == "ok" && o.closes != *v.Close:
		return fmt.Errorf("closes: %t: %.120q -> %.200q", o.closes, v.Send, all)
	case v.Status != "" && v.Status != o.refused:
		return fmt.Errorf("refused with %q, not %s: %.120q", o.refused, v.Status, v.Send)
	case v.Body != "" && !strings.HasSuffix(string(all), v.Body):
		return fmt.Errorf("the body is another one: %.200q", all)
	}
	return nil
}
