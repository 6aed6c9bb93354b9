package abuse

import (
	"bytes"
	"compress/flate"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsflate"
)

func sockets() []Attack {
	return []Attack{
		{
			Name: "a frame of 2^63-1 bytes", Does: "1009 before a byte of it is kept", Bound: "message", clients: 8,
			once: closedWith("/messages", frameOf(1<<63-1), ws.StatusMessageTooBig),
		},
		{
			Name: "a compressed message that grows to 1 GB", Does: "1009 once it is over the limit", Bound: "message", clients: 4,
			once: closedWith("/deflated", bomb(), ws.StatusMessageTooBig),
		},
		{
			Name: "a message of blocks that say they are the last", Does: "1007 after 64", Bound: "frames", clients: 4,
			once: closedWith("/deflated", compressed(lastBlocks()), ws.StatusInvalidFramePayloadData),
		},
		{
			Name: "fragments without end", Does: "1009 once they are over the limit", Bound: "message", clients: 4,
			once: closedWith("/deflated", fragments(), ws.StatusMessageTooBig),
		},
		{
			Name: "deep JSON in a message", Does: "1007 over a depth of 512", Bound: "depth", clients: 8,
			once: closedWith("/messages", text(strings.Repeat("[", 100_000)), ws.StatusInvalidFramePayloadData),
		},
		{
			Name: "pings without end, no pong read", Does: "the latest is answered; given up after `Timeouts.Write`", Bound: "write_time", clients: 8,
			once: pingsUnread,
		},
		{
			Name: "half of a TLS handshake", Does: "closed after `Timeouts.Handshake`", Bound: "handshake_time", secure: true, clients: 15_000, within: 10 * time.Second,
			once: silentAfter(func() []byte { return []byte{0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3} }), // the beginning of a ClientHello
		},
		{
			Name: "a ClientHello, then nothing", Does: "answered; closed after `Timeouts.Handshake`", Bound: "handshake_time",
			secure: true, clients: 15_000, within: 10 * time.Second, // 2,000 are under way, as few are made, and the rest stands in line
			once: silentAfter(sync.OnceValue(clientHello)),
		},
	}
}

// frameOf is the head of a masked text frame that announces so many bytes.
func frameOf(n uint64) []byte {
	return append(binary.BigEndian.AppendUint64([]byte{0x81, 0xff}, n), 1, 2, 3, 4)
}

func text(s string) []byte {
	frame := ws.MaskFrameInPlace(ws.NewTextFrame([]byte(s)))
	return ws.MustCompileFrame(frame)
}

// compressed is a frame whose payload is the one given, compressed already.
func compressed(payload []byte) []byte {
	frame := ws.NewTextFrame(payload)
	frame.Header.Rsv = ws.Rsv(true, false, false)
	return ws.MustCompileFrame(ws.MaskFrameInPlace(frame))
}

// bomb is a message of some 900 kB that is 900 MB of zeros: one megabyte, again and again.
func bomb() []byte {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, flate.BestCompression) // the level exists
	_, _ = w.Write(make([]byte, 1<<20))                // a buffer gives no error
	_ = w.Flush()
	all := bytes.Repeat(b.Bytes(), 900)
	return compressed(all[:len(all)-4])
}

func lastBlocks() []byte {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, flate.BestCompression)
	_, _ = w.Write(make([]byte, 40_000))
	_ = w.Flush()
	b.WriteString(strings.Repeat("\x01\x00\x00\xff\xff", 200_000) + "\x00")
	return b.Bytes()
}

// fragments are 5,000 fragments of a kilobyte that do not end.
func fragments() []byte {
	part := func(op ws.OpCode) []byte {
		return ws.MustCompileFrame(ws.MaskFrameInPlace(ws.NewFrame(op, false, bytes.Repeat([]byte("a"), 1024))))
	}
	return append(part(ws.OpText), bytes.Repeat(part(ws.OpContinuation), 5000)...)
}

// open makes a WebSocket, with compression where the path has it.
func (a *attacker) open(path string) (io.ReadWriteCloser, error) {
	conn, err := a.dial(a.at.Plain)
	if err != nil {
		return nil, err
	}
	d := ws.Dialer{Extensions: nil}
	if path == "/deflated" {
		d.Extensions = append(d.Extensions, wsflate.DefaultParameters.Option())
	}
	_, _, err = d.Upgrade(conn, &url.URL{Scheme: "ws", Host: a.at.Plain, Path: path})
	return conn, err
}

// closedWith sends bytes, and wants a close frame with a code.
func closedWith(path string, sent []byte, code ws.StatusCode) func(a *attacker) error {
	return func(a *attacker) error {
		conn, err := a.open(path)
		if err != nil {
			return err
		}
		defer func() { _ = conn.Close() }()
		go func() { _, _ = conn.Write(sent) }() // the server may not read it all
		h, err := ws.ReadHeader(conn)
		if err != nil {
			return fmt.Errorf("no close frame: %w", err)
		}
		payload := make([]byte, min(h.Length, ws.MaxControlFramePayloadSize))
		if _, err := io.ReadFull(conn, payload); err != nil {
			return err
		}
		got, reason := ws.ParseCloseFrameData(payload)
		if h.OpCode != ws.OpClose || got != code {
			return fmt.Errorf("opcode %d, closed with %d %s, not %d", h.OpCode, got, reason, code)
		}
		return nil
	}
}

// pingsUnread sends pings and reads nothing, until the server does not take any more.
func pingsUnread(a *attacker) error {
	conn, err := a.open("/messages")
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	many := bytes.Repeat(ws.MustCompileFrame(ws.MaskFrameInPlace(ws.NewPingFrame(make([]byte, 125)))), 1000)
	for sent := 0; a.ctx.Err() == nil; sent += len(many) {
		if sent > 1<<30 {
			return errors.New("a gigabyte of pings was taken")
		}
		if _, err := conn.Write(many); err != nil {
			return nil // given up, or out of patience
		}
	}
	return nil
}

// silentAfter sends what a handshake begins with, and wants the end of the connection.
func silentAfter(first func() []byte) func(a *attacker) error {
	return func(a *attacker) error {
		conn, err := a.dial(a.at.TLS)
		if err != nil {
			return err
		}
		defer func() { _ = conn.Close() }()
		if _, err := conn.Write(first()); err != nil {
			return err
		}
		begun := time.Now()
		_, _ = io.Copy(io.Discard, conn) // what the server answers, and an alert, or nothing
		if waited := time.Since(begun); waited > 15*time.Second {
			return fmt.Errorf("the server has waited for %s", waited)
		}
		return nil
	}
}

// clientHello is what a client of package tls sends first.
func clientHello() []byte {
	ours, theirs := net.Pipe()
	go func() {
		_ = tls.Client(theirs, &tls.Config{ServerName: "localhost", NextProtos: []string{"http/1.1"}}).Handshake() // it is not answered
	}()
	defer func() { _ = ours.Close() }()
	hello := make([]byte, 16<<10)
	n, _ := ours.Read(hello) // it is written in one go
	return hello[:n]
}
