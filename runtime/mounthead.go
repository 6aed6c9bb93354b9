package tornado

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/tornadogen/tornadogen/runtime/internal/http1"
)

// answer is what the handler has chosen and written. Its header is rendered when it is fixed, so that later changes of the
// handler's map do not count.
type answer struct {
	status   int      // 0 while the answer is open
	fields   []byte   // field lines, but for those of the runtime
	dated    bool     // the handler has set, or suppressed, Date
	typed    bool     // the same of Content-Type; set as well with a Content-Encoding, which hides the type
	sniffed  string   // the Content-Type that the body looks like
	trailers []string // announced by Trailer
	trailing bool     // there will be trailers
	length   int64    // the Content-Length, -1 while it is not known
	framing  bodyFraming
	buffer   []byte // of the body, while the answer is fixed
	written  int64  // bytes of the body that the handler has written
	sent     int64  // those that went to the connection, as for the access log
}

// bodyFraming is how the client finds the end of the body (RFC 9112 section 6.3).
type bodyFraming uint8

const (
	framingNone    bodyFraming = iota // there is no body
	framingLength                     // Content-Length
	framingChunked                    // Transfer-Encoding: chunked
	framingClose                      // the end of the connection
)

// fix ends the choice of status and header.
func (m *mounted) fix(status int) {
	m.state, m.status = answerFixed, status
	m.render(&m.answer)
}

// inform sends an interim answer (RFC 9110 section 15.2: never to HTTP/1.0).
func (m *mounted) inform(status int) {
	f := m.frame
	if f.x.head.Minor == 0 {
		return
	}
	if status == http.StatusContinue {
		m.owed100 = false
	}
	var a answer
	keep := m.keep
	m.render(&a)
	m.keep = keep
	f.out = append(append(http1.AppendStatusLine(f.out, status), a.fields...), '\r', '\n')
	m.flush()
}

// render renders the handler's header into a. What frames the message is taken as a wish.
func (m *mounted) render(a *answer) {
	for name, values := range m.header {
		switch canonical := http.CanonicalHeaderKey(name); canonical {
		case "Transfer-Encoding": // that of the connection is the runtime's (RFC 9112 section 6.1)
			continue
		case "Content-Length":
			if len(values) > 0 {
				if n, err := strconv.ParseUint(values[0], 10, 63); err == nil {
					a.length = int64(n)
				}
			}
			continue
		case "Connection":
			values = m.connectionOptions(values)
		case "Trailer":
			a.announce(values)
			continue
		case "Date":
			a.dated = true
		case "Content-Type":
			a.typed = true
		case "Content-Encoding":
			a.typed = a.typed || len(values) > 0 && values[0] != ""
		default:
			if strings.HasPrefix(canonical, http.TrailerPrefix) {
				a.trailing = true
				continue
			}
		}
		a.fields = m.appendField(a.fields, name, values)
	}
}

// connectionOptions joins the options that the handler asks for, "Upgrade" say, but for those that the runtime sets.
func (m *mounted) connectionOptions(values []string) []string {
	var options []string
	for option := range strings.SplitSeq(strings.Join(values, ","), ",") {
		switch option = strings.TrimSpace(option); {
		case strings.EqualFold(option, "close"):
			m.keep = false
		case option != "" && !strings.EqualFold(option, "keep-alive"):
			options = append(options, option)
		}
	}
	if options == nil {
		return nil
	}
	return []string{strings.Join(options, ", ")}
}

// announce takes the names of a Trailer field.
func (a *answer) announce(values []string) {
	for name := range strings.SplitSeq(strings.Join(values, ","), ",") {
		name = http.CanonicalHeaderKey(strings.TrimSpace(name))
		if http1.ValidFieldName(name) && !http1.ForbiddenTrailer(name) && !slices.Contains(a.trailers, name) {
			a.trailers, a.trailing = append(a.trailers, name), true
		}
	}
}

// sniff names the media type if the handler did not, as net/http does, from the first bytes of the body.
func (m *mounted) sniff(p []byte) {
	if !m.typed && m.written == 0 && len(p) > 0 && m.state == answerFixed {
		m.sniffed = http.DetectContentType(p)
	}
}

// sendHead renders the head of a fixed answer, and what was written of its body. With whole, that is all of it.
func (m *mounted) sendHead(whole bool) {
	if m.state != answerFixed {
		return
	}
	m.state = answerSent
	f := m.frame
	m.framing = m.chooseFraming(whole)
	if m.framing == framingClose || m.owed100 || f.conn.Draining() {
		m.keep = false
	}
	b := http1.AppendStatusLine(f.out, m.status)
	if !m.dated {
		b = append(b, f.service.date.get(f.conn.Unix())...)
	}
	b = append(b, m.fields...)
	if m.sniffed != "" {
		b = m.appendField(b, "Content-Type", []string{m.sniffed})
	}
	for _, field := range f.x.raw.fields {
		b = m.appendField(b, field.name, []string{field.value})
	}
	switch m.framing {
	case framingLength:
		b = http1.AppendContentLength(b, m.length)
	case framingChunked:
		b = append(b, "Transfer-Encoding: chunked\r\n"...)
		if len(m.trailers) > 0 {
			b = m.appendField(b, "Trailer", []string{strings.Join(m.trailers, ", ")})
		}
	}
	f.out = append(append(b, connectionFields[m.connectionEnd()]...), '\r', '\n')
	if len(m.buffer) > 0 {
		m.send(m.buffer)
		m.buffer = nil
	}
}

// chooseFraming decides how the body ends. It sets length when that is how.
func (m *mounted) chooseFraming(whole bool) bodyFraming {
	chunks := m.frame.x.head.Minor == 1
	switch {
	case !http1.BodyAllowed(m.status): // RFC 9110 section 8.6: no Content-Length with 1xx and 204, and none needed with 304
		return framingNone
	case m.length >= 0:
		return framingLength
	case whole && m.isHead() && m.written == 0: // nobody knows what a GET would give
		return framingNone
	case whole && (!m.trailing || !chunks):
		m.length = m.written
		return framingLength
	case chunks:
		return framingChunked
	}
	return framingClose
}

// connectionEnd is what the head says about the connection.
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

// appendTrailers appends the trailer section: what was announced, and what stands below http.TrailerPrefix.
func (m *mounted) appendTrailers(b []byte) []byte {
	for _, name := range m.trailers {
		b = m.appendField(b, name, m.header[name])
	}
	for name, values := range m.header {
		if name, ok := strings.CutPrefix(name, http.TrailerPrefix); ok && !http1.ForbiddenTrailer(name) {
			b = m.appendField(b, name, values)
		}
	}
	return b
}

// appendField appends field lines; what cannot be sent is left out and logged.
func (m *mounted) appendField(b []byte, name string, values []string) []byte {
	for _, v := range values {
		with, err := http1.AppendField(b, name, v)
		if err != nil {
			m.frame.service.server.logger.Error("header field cannot be sent", "name", name, "error", err)
			continue
		}
		b = with
	}
	return b
}
