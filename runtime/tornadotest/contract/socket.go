package contract

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/gobwas/ws"

	"github.com/tornadogen/tornadogen/internal/drive"
)

// opening is what asks for a WebSocket (RFC 6455 section 4.1). The key is the one of the standard's example.
var opening = http.Header{
	"Connection": {"Upgrade"}, "Upgrade": {"websocket"}, "Sec-Websocket-Version": {"13"}, "Sec-Websocket-Key": {"dGhlIHNhbXBsZSBub25jZQ=="},
}

// mostMessage is how large a message may be that is judged.
const mostMessage = 1 << 20

// talk is what came over a WebSocket.
type talk struct {
	messages []drive.Message
	code     ws.StatusCode // with which the server has closed it by itself; 0 where it has not
	reason   string
	fault    string // against RFC 6455
}

// converse sends messages over a WebSocket, listens for what comes within a time, and closes it.
func converse(conn io.ReadWriteCloser, messages []drive.Message, hears time.Duration) *talk {
	t := &talk{}
	var writing sync.Mutex                                                // a frame at a time
	send := func(f ws.Frame) { _ = ws.WriteFrame(conn, ws.MaskFrame(f)) } // a socket that is gone is seen by who reads
	var closing atomic.Bool                                               // what comes from then on is an answer to that
	enough := time.AfterFunc(hears, func() {
		closing.Store(true)
		if writing.TryLock() { // else the server takes nothing
			send(ws.NewCloseFrame(ws.NewCloseFrameBody(ws.StatusNormalClosure, "")))
			writing.Unlock()
		}
		_ = conn.Close() // ends the reading
	})
	sent := make(chan struct{})
	defer func() {
		enough.Stop()
		_ = conn.Close() // was read
		<-sent
	}()
	go func() {
		defer close(sent)
		for _, m := range messages {
			frame := ws.NewTextFrame(bytes.Clone(m.Data)) // masking changes it
			if m.Binary {
				frame.Header.OpCode = ws.OpBinary
			}
			writing.Lock()
			send(frame)
			writing.Unlock()
		}
	}()
	t.listen(conn)
	if closing.Load() {
		t.code, t.reason, t.fault = 0, "", ""
	}
	return t
}

// listen reads frames until there are no more.
func (t *talk) listen(conn io.Reader) {
	state := ws.StateClientSide
	var kind ws.OpCode
	var message []byte
	for {
		h, err := ws.ReadHeader(conn)
		if err != nil {
			if errors.Is(err, ws.ErrHeaderLengthMSB) || errors.Is(err, ws.ErrHeaderLengthUnexpected) {
				t.fault = err.Error()
			}
			return
		}
		if err := ws.CheckHeader(h, state); err != nil {
			t.fault = err.Error()
			return
		}
		if h.Length > mostMessage || int64(len(message))+h.Length > mostMessage {
			return
		}
		payload := make([]byte, h.Length)
		if _, err := io.ReadFull(conn, payload); err != nil {
			return
		}
		switch {
		case h.OpCode == ws.OpClose:
			t.code, t.reason = ws.ParseCloseFrameData(payload)
			return
		case h.OpCode.IsControl():
			continue
		case h.OpCode != ws.OpContinuation:
			kind = h.OpCode
		}
		message = append(message, payload...)
		if !h.Fin {
			state = state.Set(ws.StateFragmented)
			continue
		}
		state = state.Clear(ws.StateFragmented)
		if kind == ws.OpText && !utf8.Valid(message) {
			t.fault = "a text is not UTF-8"
			return
		}
		t.messages, message = append(t.messages, drive.Message{Binary: kind == ws.OpBinary, Data: message}), nil
	}
}

// judgeTalk says what is wrong with what came over a WebSocket to which valid messages were sent.
func (r *run) judgeTalk(x *sent, t *talk, met *seen) string {
	met.opened = true
	met.messages += len(t.messages)
	if t.fault != "" {
		return "its WebSocket breaks RFC 6455: " + t.fault
	}
	for _, m := range t.messages {
		if fault := r.judges.JudgeMessage(x.op, m); fault != "" {
			return fault + x.after()
		}
	}
	switch t.code {
	case ws.StatusProtocolError, ws.StatusUnsupportedData, ws.StatusInvalidFramePayloadData, ws.StatusPolicyViolation, ws.StatusMessageTooBig:
		return fmt.Sprintf("a valid message was refused with %d %s%s", t.code, t.reason, x.after())
	case ws.StatusInternalServerError:
		return fmt.Sprintf("the WebSocket ended with %d %s%s", t.code, t.reason, x.after())
	}
	return ""
}

// after names the messages that were sent.
func (x *sent) after() string {
	text := ""
	for _, m := range x.messages {
		text += "\n\tafter the message " + string(m.Data)
	}
	return text
}
