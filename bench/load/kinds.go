package main

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// kind is what idle connections are idle in: what is asked on each when it was opened, and what comes later. It knows only
// what the servers of the bench send.
type kind struct {
	name    string
	request string // after the target and HTTP/1.1; the head goes on behind it
	target  string
	waits   bool // the answer to the request is a message that comes later

	// opened reads the answer to the request at the start of b, which may be followed by messages. It gives the size in
	// bytes, or 0 as long as b does not hold all of it.
	opened func(b []byte) (size int, err error)
	// ask is sent once the connection is open, and answered by a message; nil for nothing.
	ask []byte
	// message reads the first message of b in the same way, and tells whether it is one, not the noise between two.
	message func(b []byte) (size int, counts bool, err error)
}

var kinds = []kind{
	{name: "http", target: "/pets/1", opened: openedPlain, message: noMessage},
	{
		name:    "websocket",
		target:  "/socket",
		request: "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + socketKey + "\r\n",
		opened:  openedSocket,
		ask:     maskedText(`{"text":"hello"}`),
		message: frameMessage,
	},
	{name: "poll", target: "/message", waits: true, message: answerMessage},
	{name: "events", target: "/events", request: "Accept: text/event-stream\r\n", opened: openedStream, message: chunkMessage},
}

// kindNamed finds a kind; its target can be replaced, for a server that has another.
func kindNamed(name, target string) (kind, error) {
	i := slices.IndexFunc(kinds, func(k kind) bool { return k.name == name })
	if i < 0 {
		return kind{}, fmt.Errorf("no kind %q", name)
	}
	k := kinds[i]
	if target != "" {
		k.target = target
	}
	return k, nil
}

// opening gives the request that opens a connection of kind k.
func (k *kind) opening(server netip.AddrPort) []byte {
	return fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\n%s\r\n", k.target, server, k.request)
}

func openedPlain(b []byte) (int, error) {
	size, status, err := parseAnswer(b)
	if err == nil && size > 0 && status != 200 {
		err = fmt.Errorf("status %d", status)
	}
	return size, err
}

func noMessage([]byte) (int, bool, error) {
	return 0, false, errors.New("more than one answer to one request")
}

// answerMessage is the answer to a long poll.
func answerMessage(b []byte) (int, bool, error) {
	size, err := openedPlain(b)
	return size, true, err
}

// The key of a client and what a server makes of it: the example of RFC 6455 section 1.3.
const (
	socketKey    = "dGhlIHNhbXBsZSBub25jZQ=="
	socketAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
)

func openedSocket(b []byte) (int, error) {
	return openedHead(b, "101", "Sec-WebSocket-Accept", socketAccept)
}

func openedStream(b []byte) (int, error) {
	return openedHead(b, "200", "Transfer-Encoding", "chunked")
}

// openedHead reads a head with status that has a field called name with value.
func openedHead(b []byte, status, name, value string) (int, error) {
	end := bytes.Index(b, headEnd)
	if end < 0 {
		return 0, nil
	}
	head := string(b[:end+2])
	if !strings.HasPrefix(head, "HTTP/1.1 "+status+" ") {
		return 0, fmt.Errorf("want status %s: %q", status, head)
	}
	for line := range strings.SplitSeq(head, "\r\n") {
		if field, got, _ := strings.Cut(line, ":"); strings.EqualFold(field, name) && strings.TrimSpace(got) == value {
			return end + len(headEnd), nil
		}
	}
	return 0, fmt.Errorf("want %s: %s: %q", name, value, head)
}

// maskedText gives a frame as a client sends it, RFC 6455 section 5.2, with a mask of zeros, which changes nothing. text is
// shorter than 126 bytes.
func maskedText(text string) []byte {
	return append([]byte{0x81, 0x80 | byte(len(text)), 0, 0, 0, 0}, text...)
}

// frameMessage reads a frame as a server sends it. A ping counts for nothing.
func frameMessage(b []byte) (int, bool, error) {
	if len(b) < 2 {
		return 0, false, nil
	}
	head, length := 2, int(b[1])
	switch {
	case length > 126 || b[0]&0x70 != 0:
		return 0, false, fmt.Errorf("not a short, plain frame of a server: % x", b[:2])
	case length == 126:
		if len(b) < 4 {
			return 0, false, nil
		}
		head, length = 4, int(b[2])<<8|int(b[3])
	}
	if len(b) < head+length {
		return 0, false, nil
	}
	switch b[0] {
	case 0x81:
		return head + length, true, nil
	case 0x89:
		return head + length, false, nil
	}
	return 0, false, fmt.Errorf("a frame that begins with %#x: %q", b[0], b[head:head+length])
}

// chunkMessage reads a chunk of an event stream. It counts if it holds an event: not a comment, and not what only says
// when to come back.
func chunkMessage(b []byte) (int, bool, error) {
	line, _, found := bytes.Cut(b, headEnd[:2])
	if !found {
		return 0, false, nil
	}
	length, err := strconv.ParseUint(string(line), 16, 16)
	if err != nil || length == 0 {
		return 0, false, fmt.Errorf("not a chunk of a stream that goes on: %q", line)
	}
	size := len(line) + 2 + int(length) + 2
	if len(b) < size {
		return 0, false, nil
	}
	chunk := b[len(line)+2 : size-2]
	return size, bytes.HasPrefix(chunk, []byte("data:")) || bytes.Contains(chunk, []byte("\ndata:")), nil
}
