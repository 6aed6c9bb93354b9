package tornado

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"

	"github.com/tornadogen/tornadogen/runtime/internal/tlsconn"
)

// Hijack hands the connection out, and the server forgets it. A head that WriteHeader has fixed is sent before. What was
// received and not read stands in the reader's buffer; the body of the request cannot be read any more. See http.Hijacker.
func (m *mounted) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	m.body.shut()
	m.mu.Lock()
	defer m.mu.Unlock()
	switch m.state {
	case answerHijacked:
		return nil, nil, http.ErrHijacked
	case answerEnded:
		return nil, nil, errHandlerReturned
	}
	m.sendHead(false)
	m.flush()
	rest := m.body.rest()
	conn, err := m.frame.conn.Detach()
	if err != nil {
		return nil, nil, fmt.Errorf("hijack: %w", err)
	}
	m.state = answerHijacked
	if m.status == 0 {
		m.status = http.StatusSwitchingProtocols // for the access log: the handler answers on its own
	}
	m.deadlines.end(http.ErrHijacked)
	if layer, ok := m.frame.conn.Layer().(*tlsconn.Conn); ok {
		if conn, err = layer.Adopt(conn); err != nil {
			return nil, nil, fmt.Errorf("hijack: %w", err)
		}
	}
	reader := bufio.NewReaderSize(io.MultiReader(bytes.NewReader(rest), conn), max(len(rest), hijackBuffer))
	if _, err := reader.Peek(len(rest)); err != nil { // so that Buffered tells of it: some handlers reset the reader
		return nil, nil, fmt.Errorf("hijack: %w", err)
	}
	return conn, bufio.NewReadWriter(reader, bufio.NewWriter(conn)), nil
}

// hijackBuffer is the size of the reader that a hijacker gets, unless more has come already.
const hijackBuffer = 4 << 10
