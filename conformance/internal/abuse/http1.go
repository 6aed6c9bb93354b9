package abuse

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tornadogen/tornadogen/conformance/internal/target"
)

const (
	head = " HTTP/1.1\r\nHost: a\r\n"
	ping = "GET /ping?nonce=a" + head + "\r\n"
)

// Attacks are all of them.
func Attacks() []Attack {
	return slices.Concat(slow(), floods(), bombs(), sockets(), http2Attacks())
}

// trickle sends the first part at once, the rest byte by byte, and wants one of the statuses before it is through.
func trickle(first, rest string, statuses ...int) func(a *attacker) error {
	return func(a *attacker) error {
		conn, err := a.dial(a.at.Plain)
		if err != nil {
			return err
		}
		defer func() { _ = conn.Close() }()
		answered := make(chan error, 1)
		go func() { answered <- a.wants(conn, statuses...) }()
		if _, err := io.WriteString(conn, first); err != nil {
			return err
		}
		for _, c := range []byte(rest) {
			select {
			case err := <-answered:
				return err
			default:
			}
			if !a.pause(100 * time.Millisecond) {
				return nil
			}
			if _, err := conn.Write([]byte{c}); err != nil {
				return <-answered
			}
		}
		return fmt.Errorf("the server has waited for all of %q", first)
	}
}

func slow() []Attack {
	long, held := strings.Repeat("a", 1000), post("/json", "application/json", strings.Repeat(" ", 4<<20))
	return []Attack{
		{
			Name: "slow header", Does: "408 after `Timeouts.Header`", Bound: "header_time", clients: 2000,
			once: trickle("GET /ping?nonce=a"+head, "X: "+long, 408, 0),
		},
		{
			Name: "slow body", Does: "408 after `Timeouts.Body`", Bound: "body_time", clients: 2000,
			once: trickle("POST /json"+head+"Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n", long, 408, 0),
		},
		{
			Name: "slow body, as it comes", Does: "an error of `Read` after `Timeouts.Stream` without a byte", Bound: "stream_time", clients: 500,
			once: func(a *attacker) error {
				return a.asks("POST /bytes"+head+"Content-Type: application/octet-stream\r\nContent-Length: 1000\r\n\r\nabc", 408, 0)
			},
		},
		{
			Name: "bodies of four megabytes that are held", Does: "503 over `Limits.Bodies`, 408 after `Timeouts.Body`", Bound: "bodies", clients: 64,
			once: sends(held[:len(held)-1], 503, 408, 0),
		},
		{Name: "slow read", Does: "closed after `Timeouts.Write` without progress", Bound: "write_time", clients: 50, once: neverRead},
		{Name: "1-byte writes", Does: "served; no worker waits", like: len(ping), clients: 200, once: byteByByte},
	}
}

// neverRead asks for much and reads nothing, until the server has given up.
func neverRead(a *attacker) error {
	conn, err := a.dial(a.at.Plain)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if err := conn.(*net.TCPConn).SetReadBuffer(4096); err != nil {
		return err
	}
	const lines, all = 500_000, 500_000 * (64 + len(`{"nonce":""}`+"\n"))
	// long lines, so that what fills the buffers of both sides is no work, and the time for writes passes before it reads
	if _, err := io.WriteString(conn, fmt.Sprintf("GET /lines?nonce=%s&count=%d", strings.Repeat("a", 64), lines)+head+"\r\n"); err != nil {
		return err
	}
	if !a.pause(a.lasts * 2 / 3) { // it is two thirds, so that a first round ends and there is no second
		return nil
	}
	if n, err := io.Copy(io.Discard, conn); err == nil && n > int64(all)/2 {
		return fmt.Errorf("%d bytes came after all", n)
	}
	return nil
}

func byteByByte(a *attacker) error {
	conn, err := a.dial(a.at.Plain)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	for _, c := range []byte(ping) {
		if _, err := conn.Write([]byte{c}); err != nil {
			return err
		}
		time.Sleep(5 * time.Millisecond) // to the end, so that each round is a request
	}
	return a.wants(conn, 200)
}

// post is a request with a body.
func post(path, media, body string) string {
	return fmt.Sprintf("POST %s%sContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", path, head, media, len(body), body)
}

// sends is one who sends a text, and wants one of the statuses.
func sends(text string, statuses ...int) func(a *attacker) error {
	return func(a *attacker) error { return a.asks(text, statuses...) }
}

func floods() []Attack {
	const field = "--b\r\nContent-Disposition: form-data; name=\"field\"\r\n\r\n"
	part := field + "a\r\n"
	file := "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\na\r\n"
	var query, form strings.Builder
	for i := range 400 {
		fmt.Fprintf(&query, "filter[%x]=%d&", i*0x10001, i)
	}
	for i := range 100_000 {
		fmt.Fprintf(&form, "%x=%d&", i*0x10001, i)
	}
	deep := strings.Repeat("[", 100_000)
	const chunked = "POST /json" + head + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
	return []Attack{
		{
			Name: "many header fields", Does: "431 over 128", Bound: "header_count", clients: 8,
			once: sends("GET /ping?nonce=a"+head+strings.Repeat("A: b\r\n", 5000)+"\r\n", 431, 0),
		},
		{
			Name: "a long header", Does: "431 over 32 KiB", Bound: "header_bytes", clients: 8,
			once: sends("GET /ping?nonce=a"+head+"A: "+strings.Repeat("b", 1<<20)+"\r\n\r\n", 431, 0),
		},
		{
			Name: "a long target", Does: "414 over 8 KiB", Bound: "target", clients: 8,
			once: sends("GET /ping?nonce="+strings.Repeat("b", 1<<20)+head+"\r\n", 414, 0),
		},
		{
			Name: "chunk extensions of a megabyte", Does: "400 over 1 KiB", Bound: "chunks", clients: 8,
			once: sends(chunked+"1;a="+strings.Repeat("b", 1<<20)+"\r\n1\r\n0\r\n\r\n", 400, 0),
		},
		{
			Name: "trailers of a megabyte", Does: "431", Bound: "trailers", clients: 8,
			once: sends(chunked+"1\r\n1\r\n0\r\n"+strings.Repeat("A: b\r\n", 1<<18)+"\r\n", 431, 0),
		},
		{
			Name: "chunks of one byte, endlessly", Does: "413 over 4 MiB", Bound: "body", clients: 4,
			once: sends(chunked+strings.Repeat("1\r\n1\r\n", 5<<20), 413, 400, 408, 0),
		},
		{
			Name: "a form of 70,000 parts", Does: "400 over 1,000 parts", Bound: "fields", clients: 4, // a body of 4 MB: a longer one is refused unread
			once: sends(post("/form", "multipart/form-data; boundary=b", strings.Repeat(part, 70_000)), 400),
		},
		{
			Name: "a form of a million files, as they come", Does: "400 over 1,000 parts", Bound: "fields", clients: 4,
			once: sends(post("/files", "multipart/form-data; boundary=b", strings.Repeat(file, 1_000_000)), 413, 400, 0),
		},
		{
			Name: "hash-flood query", Does: "served: maps are seeded, the target is bounded", like: 400 / 8, clients: 8,
			once: sends("GET /search?"+query.String()+"z=1"+head+"\r\n", 200),
		},
		{
			Name: "a query of 4,000 pairs", Does: "400 over 1,000", Bound: "fields", clients: 8,
			once: sends("GET /search?"+strings.Repeat("a&", 4000)+"z=1"+head+"\r\n", 400),
		},
		{
			Name: "a form of 100,000 fields", Does: "400 over 1,000", Bound: "fields", clients: 8,
			once: sends(post("/form", "application/x-www-form-urlencoded", form.String()), 400, 0),
		},
		{
			Name: "XML of a million elements", Does: "400 over 50,000", Bound: "fields", clients: 8,
			once: sends(post("/document", "application/xml", "<a>"+strings.Repeat("<b/>", 1_000_000)+"</a>"), 400, 0),
		},
		{
			Name: "XML of a million attributes", Does: "400 over 1,000, before the tag ends", Bound: "fields", clients: 8,
			once: sends(post("/document", "application/xml", "<a "+strings.Repeat("b=''", 1_000_000)+"/>"), 400, 0),
		},
		{
			Name: "XML that says its encoding a thousand times", Does: "400 at the second", like: 20, clients: 8,
			once: sends(post("/document", "application/xml", strings.Repeat("<?xml version='1.0' encoding='latin1'?>", 1000)+"<a>\xe4</a>"), 400),
		},
		{
			Name: "a form of delimiters that are none", Does: "served: it is searched piece by piece", like: 3000, clients: 8, // four megabytes, a third of them to be escaped
			once: sends(post("/form", "multipart/form-data; boundary=b", field+strings.Repeat("\r\n--bx", (4<<20)/6-100)+"\r\n--b--"), 200),
		},
		{Name: "deep JSON", Does: "400 over a depth of 512", Bound: "depth", clients: 8, once: sends(post("/json", "application/json", deep), 400, 0)},
		{
			Name: "deep JSON, typed", Does: "400 over a depth of 512", Bound: "depth", clients: 8,
			once: sends(post("/tree", "application/json", deep+strings.Repeat("]", 100_000)), 400, 0),
		},
		{
			Name: "four megabytes of JSON", Does: "400 where they end", like: 1000, clients: 8,
			once: sends(post("/json", "application/json", "["+strings.Repeat(`{"id":1,"name":"a"},`, (4<<20)/20-1)), 400),
		},
		{Name: "connect and reset", Does: "accepted in batches, forgotten at once", Meter: target.Accepted, like: connecting, clients: 16, restless: true, once: reset},
		{Name: "pipelining without end", Does: "16 at a time, then others", like: pipelined, clients: 4, once: pipelines},
	}
}

func reset(a *attacker) error {
	conn, err := a.dial(a.at.Plain)
	if err != nil {
		return err
	}
	if err := conn.(*net.TCPConn).SetLinger(0); err != nil {
		return err
	}
	_, _ = io.WriteString(conn, "GET /ping?nonce=a"+head) // half of a request
	return conn.Close()
}

// pipelined is how many requests a client sends at once.
const pipelined = 2000

// pipelines sends more than it has read the answers of, all the time.
func pipelines(a *attacker) error {
	conn, err := a.dial(a.at.Plain)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	go pour(conn, strings.Repeat(ping, pipelined))
	r := bufio.NewReader(conn)
	for range pipelined {
		res, err := http.ReadResponse(r, nil)
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, res.Body)
		if err = errors.Join(err, res.Body.Close()); err != nil {
			return err
		}
	}
	return nil
}
