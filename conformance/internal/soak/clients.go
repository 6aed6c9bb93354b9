package soak

import (
	"bufio"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"

	"github.com/tornadogen/tornadogen/conformance/internal/target"
)

// client is one connection after another, of one kind.
type client struct {
	run     *Run
	ctx     context.Context
	id      int
	kind    string
	secured bool  // it speaks TLS, of whatever kind it is
	narrow  bool  // its connections take little that it does not read
	done    int64 // exchanges

	conn net.Conn
	tcp  *net.TCPConn // conn, or what is below it
	r    *bufio.Reader
}

// kinds are the kinds of clients. play opens a connection, does what it does until ctx ends or the connection is used up, and returns
// what the server did wrong.
var kinds = []struct {
	name string
	play func(c *client) error
}{
	{"keep-alive", (*client).keepAlive},
	{"pipelining", (*client).pipeline},
	{"WebSocket", (*client).socket},
	{"slow reader", (*client).readSlowly},
	{"event stream", (*client).listen},
	{"long poll", (*client).poll},
	{"TLS", (*client).secure},
	{"slow writer", (*client).writeSlowly},
	{"abort", (*client).abort},
	{"blocking, panic, Goexit", (*client).provoke},
}

// open connects, over TLS for some.
func (c *client) open() error {
	if c.secured {
		return c.openTLS()
	}
	conn, err := c.run.dial(c.id, c.run.at.Plain, c.narrow)
	if err != nil {
		return err
	}
	c.conn, c.tcp, c.r = conn, conn.TCPConn, bufio.NewReaderSize(conn, 1024)
	return nil
}

func (c *client) openTLS() error {
	conn, err := c.run.dial(c.id, c.run.at.TLS, c.narrow)
	if err != nil {
		return err
	}
	over := tls.Client(conn, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"http/1.1"}}) //nolint:gosec // the certificate is made up
	c.conn, c.tcp, c.r = over, conn.TCPConn, bufio.NewReaderSize(over, 1024)
	return nil
}

func (c *client) hangUp() {
	if c.conn != nil {
		_ = c.conn.Close() // it is used up
		c.conn = nil
	}
}

// leave hangs up in the middle of an answer, of which Close would read the rest.
func (c *client) leave(res *http.Response) {
	c.hangUp()
	_ = res.Body.Close() // it says that the connection is closed
}

// nonce is one of a kind.
func (c *client) nonce() string { return target.Nonce(c.id, c.run.book.number()) }

// longest makes a nonce as long as it may be, so that lines of it are many bytes.
func longest(nonce string) string {
	client, number, _ := strings.Cut(nonce, "-")
	return client + "-" + strings.Repeat("0", 64-len(nonce)) + number
}

// pause waits for about the pause of the run.
func (c *client) pause() bool {
	return sleep(c.ctx, time.Duration(rand.Int64N(2*int64(c.run.Pause)+1)))
}

func (c *client) ask(path string) error {
	_, err := fmt.Fprintf(c.conn, "GET %s HTTP/1.1\r\nHost: target\r\n\r\n", path)
	return err
}

// errStray is that an answer has not what its request asked for.
var errStray = errors.New("an answer that belongs to another")

// began reads the head of an answer, which is not another's.
func (c *client) began(nonce string) (*http.Response, error) {
	if err := c.conn.SetDeadline(c.run.deadline()); err != nil {
		return nil, err
	}
	res, err := http.ReadResponse(c.r, nil)
	if err != nil {
		return nil, err
	}
	if got := res.Header.Get(target.NonceHeader); got != "" && got != nonce { // of an answer that is none of the handler's
		c.leave(res)
		return nil, fmt.Errorf("asked with %s, and got the answer %s to %s: %w", nonce, res.Status, got, errStray)
	}
	c.run.book.answered(nonce, res.StatusCode)
	return res, nil
}

// answered reads an answer, and demands the nonce of its request in it.
func (c *client) answered(status int, nonce string) error {
	res, err := c.began(nonce)
	if err != nil {
		return err
	}
	body, err := io.ReadAll(res.Body)
	if err = errors.Join(err, res.Body.Close()); err != nil {
		return err
	}
	got := struct{ Nonce string }{res.Header.Get(target.NonceHeader)}
	if got.Nonce == "" {
		_ = json.Unmarshal(body, &got) // what is no JSON has none
	}
	if got.Nonce != nonce && (got.Nonce != "" || res.StatusCode == status) { // another status may be one without a nonce
		return fmt.Errorf("asked with %s, and got the answer %.200s: %w", nonce, body, errStray)
	}
	if res.StatusCode != status {
		return fmt.Errorf("%s: %.200s", res.Status, body)
	}
	c.done++
	return nil
}

func (c *client) exchange(path string) error {
	nonce := c.nonce()
	if err := c.ask(strings.ReplaceAll(path, "NONCE", nonce)); err != nil {
		return err
	}
	return c.answered(http.StatusOK, nonce)
}

func (c *client) keepAlive() error {
	if err := c.open(); err != nil {
		return err
	}
	return c.pings()
}

func (c *client) secure() error {
	if err := c.openTLS(); err != nil {
		return err
	}
	return c.pings()
}

func (c *client) pings() error {
	for c.pause() {
		if err := c.exchange("/ping?nonce=NONCE"); err != nil {
			return err
		}
	}
	return nil
}

func (c *client) pipeline() error {
	if err := c.open(); err != nil {
		return err
	}
	paths := []string{"/ping?nonce=NONCE", "/block?ms=2&nonce=NONCE", "/later?ms=2&nonce=NONCE", "/ping?nonce=NONCE"}
	for c.pause() {
		var all strings.Builder
		var nonces []string
		for i := range 8 {
			nonces = append(nonces, c.nonce())
			path := strings.ReplaceAll(paths[(i+c.id)%len(paths)], "NONCE", nonces[i])
			fmt.Fprintf(&all, "GET %s HTTP/1.1\r\nHost: target\r\n\r\n", path)
		}
		if _, err := io.WriteString(c.conn, all.String()); err != nil {
			return err
		}
		for _, nonce := range nonces {
			if err := c.answered(http.StatusOK, nonce); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *client) socket() error {
	if err := c.open(); err != nil {
		return err
	}
	conn := c.conn
	nonce := c.nonce()
	_, _, err := ws.Dialer{}.Upgrade(conn, socketURL(c.run.at.Plain, nonce))
	if status := ws.StatusError(http.StatusSwitchingProtocols); err == nil || errors.As(err, &status) {
		c.run.book.answered(nonce, int(status))
	}
	if err != nil {
		return err
	}
	for i := 0; c.pause(); i++ {
		text := fmt.Sprintf(`"%s.%d"`, nonce, i)
		if err := conn.SetDeadline(c.run.deadline()); err != nil {
			return err
		}
		if err := wsutil.WriteClientText(conn, []byte(text)); err != nil {
			return err
		}
		back, err := wsutil.ReadServerText(conn) // it answers pings
		if err != nil {
			return err
		}
		if string(back) != text {
			return fmt.Errorf("sent %s, and got %s: %w", text, back, errStray)
		}
		c.done++
		if rand.IntN(20) == 0 {
			return wsutil.WriteClientMessage(conn, ws.OpClose, ws.NewCloseFrameBody(ws.StatusNormalClosure, ""))
		}
	}
	return nil
}

// manyLines are far more than what the buffers of a narrow connection and of the server take, of the longest nonces: 624 KB.
const manyLines = 8000

// readSlowly demands that the last line was made after it had begun to read: the server has waited for it. Its connection is narrow for a sixteenth
// of the answer.
func (c *client) readSlowly() error {
	c.narrow = true
	if err := c.open(); err != nil {
		return err
	}
	nonce := longest(c.nonce())
	if err := c.ask(fmt.Sprintf("/lines?count=%d&nonce=%s", manyLines, nonce)); err != nil {
		return err
	}
	res, err := c.began(nonce)
	if err != nil {
		return err
	}
	defer c.leave(res)
	if res.StatusCode != http.StatusOK {
		return errors.New(res.Status)
	}
	c.pause() // the first line is looked at in any case
	lines, n, reads := bufio.NewScanner(res.Body), 0, time.Now()
	for lines.Scan() {
		switch want := `{"nonce":"` + nonce + `"}`; {
		case lines.Text() == want:
		case n == manyLines-1 && strings.HasPrefix(lines.Text(), want[:len(want)-1]+`,"made":`): // the last one
			if err := late(lines.Bytes(), reads); err != nil {
				return err
			}
		case strings.HasPrefix(want, lines.Text()): // the last one of an answer that was cut
			return fmt.Errorf("the line %q, not %s: %w", lines.Text(), want, cmp.Or(lines.Err(), io.ErrUnexpectedEOF))
		default:
			return fmt.Errorf("the line %q, not %s: %w", lines.Text(), want, errStray)
		}
		if n++; n == manyLines/16 { // so that it comes to its end within a round
			if err := c.tcp.SetReadBuffer(1 << 20); err != nil {
				return err
			}
			if !c.pause() {
				return nil
			}
		}
		if err := c.conn.SetDeadline(c.run.deadline()); err != nil {
			return err
		}
	}
	if n != manyLines {
		return fmt.Errorf("%d of %d lines: %w", n, manyLines, lines.Err())
	}
	c.done++
	return nil
}

// late demands that a line was made after a time. Both processes have the same clock.
func late(line []byte, than time.Time) error {
	var last struct{ Made int64 }
	if err := json.Unmarshal(line, &last); err != nil {
		return err
	}
	if made := time.Unix(0, last.Made); made.Before(than) {
		return fmt.Errorf("all of the answer was made %s before it was read: it met no back-pressure", than.Sub(made))
	}
	return nil
}

func (c *client) writeSlowly() error {
	if err := c.open(); err != nil {
		return err
	}
	nonce := c.nonce()
	body := `{"nonce":"` + nonce + `"}`
	if _, err := fmt.Fprintf(c.conn, "POST /json?nonce="+nonce+" HTTP/1.1\r\nHost: target\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", len(body)); err != nil {
		return err
	}
	for i := 0; i < len(body); i += 8 {
		if !sleep(c.ctx, c.run.Pause/4) {
			return nil
		}
		if _, err := io.WriteString(c.conn, body[i:min(i+8, len(body))]); err != nil {
			return err
		}
	}
	return c.answered(http.StatusOK, nonce)
}

func (c *client) listen() error {
	if err := c.open(); err != nil {
		return err
	}
	nonce := c.nonce()
	if err := c.ask("/events?nonce=" + nonce); err != nil {
		return err
	}
	res, err := c.began(nonce)
	if err != nil {
		return err
	}
	defer c.leave(res)
	if res.StatusCode != http.StatusOK {
		return errors.New(res.Status)
	}
	line, err := bufio.NewReaderSize(res.Body, 64).ReadString('\n')
	if err == nil && line != "data: "+nonce+"\n" {
		err = errStray
	}
	if err != nil {
		return fmt.Errorf("the event %q: %w", line, err)
	}
	c.done++
	for range 5 {
		if !c.pause() {
			break
		}
	}
	return nil
}

func (c *client) poll() error {
	if err := c.open(); err != nil {
		return err
	}
	for c.pause() {
		if err := c.exchange(fmt.Sprintf("/later?ms=%d&nonce=NONCE", c.run.Pause.Milliseconds())); err != nil {
			return err
		}
	}
	return nil
}

// abort asks, and leaves, politely or by a reset: before an answer, or in the middle of one of 7.8 MB, of which the server cannot have sent more than
// the buffers of a narrow connection take.
func (c *client) abort() error {
	paths := []string{"/block?ms=20&nonce=", "/later?ms=5000&nonce=", "/lines?count=100000&nonce=", "/ping?nonce="}
	path := paths[rand.IntN(len(paths))]
	nonce, middle := c.nonce(), strings.HasPrefix(path, "/lines")
	if c.narrow = middle; middle {
		nonce = longest(nonce)
	}
	if err := c.open(); err != nil {
		return err
	}
	if err := c.ask(path + nonce); err != nil {
		return err
	}
	if middle {
		res, err := c.began(nonce)
		if err != nil {
			return err
		}
		defer c.leave(res)
		if res.StatusCode != http.StatusOK {
			return errors.New(res.Status)
		}
	}
	if rand.IntN(2) == 0 {
		if err := c.tcp.SetLinger(0); err != nil {
			return err
		}
	}
	sleep(c.ctx, time.Duration(rand.IntN(30))*time.Millisecond)
	c.hangUp()
	if c.done++; middle {
		c.run.middle.Add(1)
	}
	c.pause()
	return nil
}

// beRefused asks for what no handler gets.
func (c *client) beRefused(path string) error {
	nonce := c.nonce()
	if err := c.ask(path + nonce); err != nil {
		return err
	}
	res, err := c.began(nonce)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, res.Body)
	if err = errors.Join(err, res.Body.Close()); err != nil {
		return err
	}
	if res.StatusCode != http.StatusUnprocessableEntity {
		return errors.New(res.Status)
	}
	c.done++
	return nil
}

// provoke has handlers block, panic and end their goroutine, and is refused.
func (c *client) provoke() error {
	if err := c.open(); err != nil {
		return err
	}
	for range 3 {
		if !c.pause() {
			return nil
		}
		if err := c.exchange(fmt.Sprintf("/block?ms=%d&nonce=NONCE", rand.IntN(50))); err != nil {
			return err
		}
	}
	if err := c.beRefused("/block?ms=-1&nonce="); err != nil {
		return err
	}
	path := "/fail?nonce="
	if rand.IntN(2) == 0 {
		path = "/fail?goexit=true&nonce="
	}
	nonce := c.nonce()
	if err := c.ask(path + nonce); err != nil {
		return err
	}
	return c.answered(http.StatusInternalServerError, nonce)
}

// socketURL is the address of the socket that sends messages back.
func socketURL(addr, nonce string) *url.URL {
	return &url.URL{Scheme: "ws", Host: addr, Path: "/messages", RawQuery: "nonce=" + nonce}
}
