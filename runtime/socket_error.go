package tornado

import (
	"errors"
	"strconv"
	"strings"

	"github.com/tornadogen/tornadogen/runtime/internal/ws"
)

// Close codes of WebSockets (RFC 6455 section 7.4.1). Those of 4000 to 4999 are an application's own.
const (
	CloseNormal      = ws.CodeNormal      // 1000
	CloseGoingAway   = ws.CodeGoingAway   // 1001: the server drains, a browser leaves the page
	CloseProtocol    = ws.CodeProtocol    // 1002
	CloseUnsupported = ws.CodeUnsupported // 1003: text in place of binary, or the other way round
	CloseNoStatus    = ws.CodeNoStatus    // 1005: closed without a code; never sent
	CloseAbnormal    = ws.CodeAbnormal    // 1006: the connection broke; never sent
	CloseInvalid     = ws.CodeInvalid     // 1007: not UTF-8, or not JSON
	ClosePolicy      = ws.CodePolicy      // 1008: a message that breaks the rules of the document, or a client that is too slow
	CloseTooBig      = ws.CodeTooBig      // 1009
	CloseInternal    = ws.CodeInternal    // 1011: the handler failed
)

// ErrSocketClosed is wrapped by the errors of sockets that have ended.
var ErrSocketClosed = errors.New("tornado: the socket is closed")

var errNoMessages = errors.New("tornado: the document has no messages in this direction")

// CloseError is the end of a WebSocket: which code it was closed with, and by whom. A handler, OnMessage or OnInvalid that returns
// one closes with its code and reason.
type CloseError struct {
	Code   int
	Reason string
	// Remote says that the other end has closed.
	Remote bool
}

// closeNames are what the codes mean.
var closeNames = map[int]string{
	CloseNormal: "normal", CloseGoingAway: "going away", CloseProtocol: "protocol error", CloseUnsupported: "unsupported data",
	CloseNoStatus: "no code", CloseAbnormal: "abnormal", CloseInvalid: "invalid data", ClosePolicy: "policy violation",
	CloseTooBig: "message too big", ws.CodeExtension: "missing extension", CloseInternal: "internal error",
}

// Error gives the code, its meaning and the reason: "websocket closed by the other end: 1001 (going away): bye".
func (e *CloseError) Error() string {
	text := "websocket closed"
	if e.Remote {
		text += " by the other end"
	}
	text += ": " + strconv.Itoa(e.Code)
	if name := closeNames[e.Code]; name != "" {
		text += " (" + name + ")"
	}
	if e.Reason != "" {
		text += ": " + e.Reason
	}
	return text
}

// isNormal says whether nothing went wrong.
func (e *CloseError) isNormal() bool {
	return e.Code == CloseNormal || e.Remote && e.Code == CloseNoStatus
}

// kindError is a message of the wrong kind.
type kindError struct{ want ws.Opcode }

func (e kindError) Error() string {
	switch e.want {
	case ws.OpText:
		return "the messages of this socket are text"
	case ws.OpBinary:
		return "the messages of this socket are binary"
	}
	return "this socket takes no messages"
}

// closeOf is the code and the reason for what a message, or the handler, has done.
func closeOf(err error) (code int, reason string) {
	var chosen *CloseError
	var kind kindError
	var syntax *SyntaxError
	var invalid *ValidationError
	var fault *ws.ProtocolError
	switch {
	case errors.As(err, &chosen):
		return chosen.Code, chosen.Reason
	case errors.As(err, &kind):
		return CloseUnsupported, kind.Error()
	case errors.As(err, &syntax):
		return CloseInvalid, "not valid " + syntax.Error()
	case errors.As(err, &invalid) && len(invalid.Violations) > 0:
		return ClosePolicy, strings.TrimSpace(invalid.Violations[0].Pointer + " " + invalid.Violations[0].Message)
	case errors.As(err, &fault):
		return fault.Code, fault.Reason
	}
	return CloseInternal, ""
}
