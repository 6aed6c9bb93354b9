package suite

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
)

// The opcodes of RFC 6455 section 5.2, and the bits before them.
const (
	opContinuation = 0
	opText         = 1
	opBinary       = 2
	opClose        = 8
	opPing         = 9
	opPong         = 10

	bitFin    = 0x80
	bitRSV1   = 0x40 // of the first frame of a message that is compressed, RFC 7692 section 6.1
	bitsRSV23 = 0x30
)

// wsConn is a client of a WebSocket that says whatever it is told to, also what is wrong.
type wsConn struct {
	conn       net.Conn
	r          *bufio.Reader
	extensions string // that were agreed on
	chop       int    // bytes of a write, 0 for all at once
	mask       [4]byte
}

// answerTime is how long an answer to what was written may take.
const answerTime = 30 * time.Second

// dialWS opens a socket at path. offer is the value of Sec-WebSocket-Extensions.
func dialWS(addr, path, offer string) (*wsConn, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	c := &wsConn{conn: conn, r: bufio.NewReaderSize(conn, 64<<10), mask: [4]byte{0x12, 0x34, 0x56, 0x78}}
	if err := c.open(addr, path, offer); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return c, nil
}

func (c *wsConn) open(addr, path, offer string) error {
	if err := c.conn.SetDeadline(time.Now().Add(answerTime)); err != nil {
		return err
	}
	if offer != "" {
		offer = "Sec-WebSocket-Extensions: " + offer + "\r\n"
	}
	_, err := fmt.Fprintf(c.conn, "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n%s\r\n", path, addr, offer)
	if err != nil {
		return err
	}
	res, err := http.ReadResponse(c.r, nil)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	switch {
	case res.StatusCode != http.StatusSwitchingProtocols:
		return fmt.Errorf("the handshake was answered %s", res.Status)
	case res.Header.Get("Sec-WebSocket-Accept") != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=": // RFC 6455 section 1.3
		return errors.New("the key was answered with another one")
	}
	c.extensions = strings.Join(res.Header.Values("Sec-WebSocket-Extensions"), ", ")
	return nil
}

func (c *wsConn) close() { _ = c.conn.Close() } // the case is over

// head makes the head of a masked frame, with a length as given: it may be another one than that of what follows.
func (c *wsConn) head(first byte, length uint64) []byte {
	b := []byte{first}
	switch {
	case length < 126:
		b = append(b, 0x80|byte(length))
	case length <= 0xffff:
		b = binary.BigEndian.AppendUint16(append(b, 0x80|126), uint16(length))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 0x80|127), length)
	}
	return append(b, c.mask[:]...)
}

// frame makes a masked frame. first is its first byte: the opcode, and whichever bits.
func (c *wsConn) frame(first byte, payload []byte) []byte {
	b := c.head(first, uint64(len(payload)))
	for i, p := range payload {
		b = append(b, p^c.mask[i%4])
	}
	return b
}

// write sends bytes, chopped. An error is not told: the server may have closed, which its last frame tells.
func (c *wsConn) write(frames ...[]byte) {
	_ = c.conn.SetDeadline(time.Now().Add(answerTime)) // fails on a connection that is closed, as what follows will
	all := bytes.Join(frames, nil)
	for len(all) > 0 {
		n := len(all)
		if c.chop > 0 {
			n = min(n, c.chop)
		}
		if _, err := c.conn.Write(all[:n]); err != nil {
			return
		}
		all = all[n:]
	}
}

func (c *wsConn) text(s string) []byte { return c.frame(bitFin|opText, []byte(s)) }
func (c *wsConn) ping(s string) []byte { return c.frame(bitFin|opPing, []byte(s)) }
func (c *wsConn) part(first byte, s string) []byte {
	return c.frame(first, []byte(s))
}

func (c *wsConn) closing(code uint16, reason string) []byte {
	return c.frame(bitFin|opClose, append(binary.BigEndian.AppendUint16(nil, code), reason...))
}

// read reads one frame of the server.
func (c *wsConn) read() (first byte, payload []byte, err error) {
	var head [2]byte
	var more [8]byte
	if _, err := io.ReadFull(c.r, head[:]); err != nil {
		return 0, nil, err
	}
	length := uint64(head[1])
	switch head[1] {
	case 126:
		_, err = io.ReadFull(c.r, more[6:])
		length = binary.BigEndian.Uint64(more[:])
	case 127:
		_, err = io.ReadFull(c.r, more[:])
		length = binary.BigEndian.Uint64(more[:])
	}
	switch {
	case err != nil:
		return 0, nil, err
	case head[1] > 127:
		return 0, nil, errors.New("the server masks")
	case head[0]&bitsRSV23 != 0, head[0]&bitRSV1 != 0 && head[0]&0x0f != opText && head[0]&0x0f != opBinary: // RFC 7692 section 6.1
		return 0, nil, fmt.Errorf("the server sets reserved bits: %#x", head[0])
	case length > 64<<20:
		return 0, nil, errors.New("a frame of the server is too long")
	}
	payload = make([]byte, length)
	_, err = io.ReadFull(c.r, payload)
	return head[0], payload, err
}

// message reads a message of the server, in any number of frames. first is the first byte of the first of them.
func (c *wsConn) message() (first byte, all []byte, err error) {
	first, all, err = c.read()
	for last := first; err == nil && last&bitFin == 0; {
		var payload []byte
		if last, payload, err = c.read(); err == nil && last&0x0f != opContinuation {
			err = fmt.Errorf("opcode %d in a message", last&0x0f)
		}
		all = append(all, payload...)
	}
	if err != nil {
		return 0, nil, fmt.Errorf("in place of a message: %w", err)
	}
	return first, all, nil
}

// expect reads a message of the server, which may not be compressed, and compares it.
func (c *wsConn) expect(op byte, want string) error {
	first, got, err := c.message()
	switch {
	case err != nil:
		return err
	case first&bitRSV1 != 0:
		return fmt.Errorf("opcode %d is compressed, not %.60q", first&0x0f, want)
	}
	return compare(first, got, op, want)
}

// expectDeflated is expect for a message that has to be compressed, within a window of so many bits.
func (c *wsConn) expectDeflated(op byte, want string, bits int) error {
	first, got, err := c.message()
	switch {
	case err != nil:
		return err
	case first&bitRSV1 == 0: // RFC 7692 section 6.1
		return fmt.Errorf("opcode %d is not compressed: %.60q", first&0x0f, got)
	}
	if got, err = inflate(got, bits); err != nil {
		return err
	}
	return compare(first, got, op, want)
}

func compare(first byte, got []byte, op byte, want string) error {
	if first&0x0f != op || string(got) != want {
		return fmt.Errorf("opcode %d %.60q, not %d %.60q", first&0x0f, got, op, want)
	}
	return nil
}

// ended demands that the server closes: by a close frame with one of the codes, and then the end of the connection. The code 0
// stands for a frame without a code.
func (c *wsConn) ended(codes ...uint16) error {
	first, payload, err := c.read()
	if err != nil {
		return fmt.Errorf("no close frame but %w", err)
	}
	if first&0x0f != opClose {
		return fmt.Errorf("opcode %d in place of a close frame: %.60q", first&0x0f, payload)
	}
	code := uint16(0)
	if len(payload) >= 2 {
		code = binary.BigEndian.Uint16(payload)
	}
	if !slices.Contains(codes, code) {
		return fmt.Errorf("closed with %d (%s), not %v", code, payload[min(2, len(payload)):], codes)
	}
	return c.over()
}

// over demands the end of the connection.
func (c *wsConn) over() error {
	if first, payload, err := c.read(); err == nil {
		return fmt.Errorf("opcode %d %.60q behind the close frame", first&0x0f, payload)
	} else if !errors.Is(err, io.EOF) && !strings.Contains(err.Error(), "reset") {
		return err
	}
	return nil
}
