package http1

import "bytes"

// trailer takes a byte of the trailer section, RFC 9112 section 7.1.2. The
// rules for field lines are those of the head.
func (c *Chunked) trailer(b byte) *ProtocolError {
	switch c.state {
	case trailerStart:
		if b == '\r' {
			c.state = trailerEndLF
			return nil
		}
		if class[b]&isToken == 0 {
			return nameError(b, true)
		}
		c.state = trailerName
	case trailerName:
		if b == ':' {
			c.state = trailerValue
		} else if class[b]&isToken == 0 {
			return nameError(b, false)
		}
	case trailerValue:
		switch {
		case b == '\r':
			c.state = trailerLF
		case b == '\n':
			return errBareLF
		case b < ' ' && b != '\t' || b == 0x7f:
			return errValue
		}
	case trailerLF, trailerEndLF:
		if b != '\n' {
			return errBareCR
		}
		if c.state == trailerEndLF {
			c.state = chunkedDone
		} else {
			c.state = trailerStart
		}
	}
	return nil
}

// ParseTrailers appends the fields of a trailer section that Chunked collected
// to fields, and leaves out those that ForbiddenTrailer names. The fields alias
// section.
func ParseTrailers(fields []Field, section []byte) []Field {
	for len(section) > 0 {
		line, rest, _ := bytes.Cut(section, []byte("\r\n"))
		section = rest
		name, value, found := bytes.Cut(line, []byte(":"))
		if found && !forbiddenTrailer(name) {
			fields = append(fields, Field{name, trim(value)})
		}
	}
	return fields
}

// ForbiddenTrailer says whether a field of that name, in any case of its
// letters, must not stand in a trailer section, because it frames, routes,
// authenticates or modifies the message, or says what its content is
// (RFC 9110 section 6.5.1).
func ForbiddenTrailer(name string) bool { return forbiddenTrailer([]byte(name)) }

func forbiddenTrailer(name []byte) bool {
	for _, forbidden := range forbiddenTrailers {
		if equalFold(name, forbidden) {
			return true
		}
	}
	return false
}

var forbiddenTrailers = [...]string{
	"authorization", "cache-control", "connection", "content-encoding", "content-length", "content-range",
	"content-type", "cookie", "expect", "host", "if-match", "if-modified-since", "if-none-match", "if-range",
	"if-unmodified-since", "keep-alive", "max-forwards", "pragma", "proxy-authenticate", "proxy-authorization",
	"proxy-connection", "range", "set-cookie", "te", "trailer", "transfer-encoding", "upgrade", "www-authenticate",
}
