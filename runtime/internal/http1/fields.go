package http1

import (
	"bytes"
	"encoding/binary"
)

// hostName is "host" as a word.
const hostName = 'h' | 'o'<<8 | 's'<<16 | 't'<<24

// isHostName says whether a name is "host" in any case of its letters: no other bytes fold to those.
func isHostName(b []byte) bool {
	return len(b) == 4 && binary.LittleEndian.Uint32(b)|0x20202020 == hostName
}

// hostLine is the Host line that was found valid last, as it was sent. Mostly the next request begins with the same one, in which there is
// nothing left to look for.
type hostLine struct {
	text     [64]byte // a longer one is not kept
	size     uint8    // of the line with its end; 0: there is none
	from, to uint8    // the value
}

// keep notes a line, whose value stands between two offsets.
func (l *hostLine) keep(line []byte, from, to int) {
	if len(line) <= len(l.text) {
		l.size, l.from, l.to = uint8(copy(l.text[:], line)), uint8(from), uint8(to)
	}
}

// sameHost adds the first field if its line, with which buf begins, is the Host line of an earlier head.
func (h *Head) sameHost(buf []byte) (size int) {
	size = int(h.last.size)
	if size == 0 || len(buf) < size || string(buf[:size]) != string(h.last.text[:size]) {
		return 0
	}
	h.Fields = append(h.Fields, Field{buf[:len("host"):len("host")], buf[h.last.from:h.last.to:h.last.to]})
	return size
}

// fieldLines reads field lines up to the empty line that ends the head, RFC
// 9112 section 5. It returns the length of the head, or 0 if that is not there
// yet.
func (p *Parser) fieldLines(buf []byte, lim *Limits, h *Head) (int, *ProtocolError) {
	i, line, colon := int(p.pos), int(p.line), int(p.colon)
	maxFields := uint32(min(lim.headerFields(), maxHeadBytes))
	if i == line && p.fields == 0 {
		if n := h.sameHost(buf[i:]); n > 0 {
			p.hostIs(h, h.Fields[0].Value)
			p.fields, i, line = 1, i+n, i+n
		}
	}
	for {
		if colon == 0 {
			if i == line && i < len(buf) && buf[i] == '\r' {
				if i+1 == len(buf) {
					break
				}
				if buf[i+1] != '\n' {
					return 0, errBareCR
				}
				return i + 2, p.finish(h)
			}
			if i = scanToken(buf, i); i == len(buf) {
				break
			} else if buf[i] != ':' || i == line {
				return 0, nameError(buf[i], i == line)
			}
			colon = i
			i++
		}
		if i = scanValue(buf, i); i == len(buf) {
			break
		}
		if buf[i] != '\r' {
			if buf[i] == '\n' {
				return 0, errBareLF // RFC 9112 section 2.2: we do not take it for a line end
			}
			return 0, errValue // RFC 9110 section 5.5
		}
		if i+1 == len(buf) {
			break
		}
		if buf[i+1] != '\n' {
			return 0, errBareCR // RFC 9112 section 2.2
		}
		if p.fields++; p.fields > maxFields {
			return 0, errFieldCount // RFC 6585 section 5
		}
		from, to := colon+1, i
		if from < to && buf[from] == ' ' {
			from++ // one space, as most have it
		}
		if from < to && (buf[from] <= ' ' || buf[to-1] <= ' ') { // of a value, these are blanks
			from, to = trimmed(buf, from, to)
		}
		name, value := buf[line:colon:colon], buf[from:to:to]
		h.Fields = append(h.Fields, Field{name, value})
		var err *ProtocolError
		if isHostName(name) { // every request has one
			if err = p.host(h, value); err == nil {
				h.last.keep(buf[line:i+2], from-line, to-line)
			}
		} else {
			err = p.field(h, name, value)
		}
		if err != nil {
			return 0, err
		}
		i += 2
		line, colon = i, 0
	}
	p.pos, p.line, p.colon = uint32(i), uint32(line), uint32(colon)
	return 0, nil
}

// nameError says what is wrong with c in or behind a field name, RFC 9112
// section 5.1.
func nameError(c byte, first bool) *ProtocolError {
	switch c {
	case '\r':
		return errNoColon
	case '\n':
		return errBareLF
	case ' ', '\t':
		if first {
			return errFold // RFC 9112 sections 2.2 and 5.2
		}
		return errNameSpace
	case ':':
		return errEmptyName
	}
	return errName
}

// Names of eight bytes and more that the codec knows.
var (
	nameConnection       = nameOf("connection")
	nameContentType      = nameOf("content-type")
	nameAuthorization    = nameOf("authorization")
	nameIfNoneMatch      = nameOf("if-none-match")
	nameContentLength    = nameOf("content-length")
	nameAcceptEncoding   = nameOf("accept-encoding")
	nameContentEncoding  = nameOf("content-encoding")
	nameTransferEncoding = nameOf("transfer-encoding")
)

// field acts on the fields that the codec knows, but for Host; all others cost a look at their length, and at their ends if that is one of theirs.
func (p *Parser) field(h *Head, name, value []byte) *ProtocolError {
	switch len(name) {
	case 6:
		switch first := name[0] | 0x20; {
		case first == 'a' && is(name, "accept"):
			h.keep(&h.Accept, value)
		case first == 'c' && is(name, "cookie"):
			h.keep(&h.Cookie, value)
		case first == 'o' && is(name, "origin"):
			h.keep(&h.Origin, value)
		case first == 'e' && is(name, "expect"):
			return p.expect(value)
		}
	case 7:
		if is(name, "upgrade") {
			h.keep(&h.UpgradeTo, value)
		}
	case 10:
		if nameConnection.is(name) {
			p.connection(value)
		}
	case 12:
		if nameContentType.is(name) {
			h.keep(&h.ContentType, value)
		}
	case 13:
		switch {
		case nameAuthorization.is(name):
			h.keep(&h.Authorization, value)
		case nameIfNoneMatch.is(name):
			h.keep(&h.IfNoneMatch, value)
		}
	case 14:
		if nameContentLength.is(name) {
			return p.contentLength(value)
		}
	case 15:
		if nameAcceptEncoding.is(name) {
			h.keep(&h.AcceptEncoding, value)
		}
	case 16:
		if nameContentEncoding.is(name) {
			h.keep(&h.ContentEncoding, value)
		}
	case 17:
		if nameTransferEncoding.is(name) {
			return p.transferEncoding(value)
		}
	}
	return nil
}

// keep sets one of the optional fields.
func (h *Head) keep(dst *[]byte, value []byte) {
	h.kept = true
	if *dst == nil {
		*dst = value
	}
}

// host takes a Host field, RFC 9112 section 3.2.
func (p *Parser) host(h *Head, value []byte) *ProtocolError {
	if p.saw&sawHost != 0 {
		return errTwoHosts
	}
	if err := checkHost(value); err != nil {
		return err
	}
	p.hostIs(h, value)
	return nil
}

// hostIs takes the first Host field, which is valid.
func (p *Parser) hostIs(h *Head, value []byte) {
	p.saw |= sawHost
	if p.saw&sawAuthority == 0 {
		h.Host = value // RFC 9112 section 3.2.2: otherwise it MUST be ignored
	}
}

// checkHost checks the value of a Host field, RFC 9110 section 7.2. An empty one
// is valid. What is no host with a port two servers may take for two hosts:
// "a:80:80", or a name in the place of the port. An IPv6 address without brackets
// is taken, as all of it can be nothing else.
func checkHost(value []byte) *ProtocolError {
	switch {
	case plainHost(value):
		if i := bytes.IndexByte(value, ':'); i >= 0 && (i == 0 || !all(value[i+1:], isDigit)) && !isIPv6(value) {
			return errHostForm
		}
	case !all(value, isHost):
		return errHost
	case len(value) > 0 && !validAuthority(value, false) && !isIPv6(value):
		return errHostForm
	}
	return nil
}

// ValidHost reports whether a request by another version of HTTP may have this
// host: it is one that a Host field may have, or empty.
func ValidHost(host string) bool { return checkHost([]byte(host)) == nil }

// contentLength reads 1*DIGIT, RFC 9110 section 8.6. Lists ("5, 5") are
// refused. A repeated field is taken once if it has the same digits.
func (p *Parser) contentLength(value []byte) *ProtocolError {
	var n uint64
	for _, c := range value {
		if c-'0' > 9 {
			return errLength
		}
		n = n*10 + uint64(c-'0') // of no use if there are too many
	}
	switch {
	case len(value) == 0:
		return errLength
	case len(value) > maxContentDigits, n > 1<<63-1:
		return errLengthSize
	}
	if p.saw&sawLength != 0 && (p.length != int64(n) || int(p.digits) != len(value)) {
		return errTwoLengths // RFC 9112 section 6.3
	}
	if p.saw&sawChunked != 0 {
		return errLengthAndTE // RFC 9112 section 6.1
	}
	p.saw |= sawLength
	p.length, p.digits = int64(n), uint8(len(value))
	return nil
}

// transferEncoding takes exactly one chunked, RFC 9112 section 6.1.
func (p *Parser) transferEncoding(value []byte) *ProtocolError {
	switch {
	case p.minor == 0:
		return errTEVersion // RFC 9112 section 6.1: faulty framing
	case p.saw&sawChunked != 0:
		return errTwoTE
	case p.saw&sawLength != 0:
		return errLengthAndTE
	case !is(value, "chunked"):
		return errTE
	}
	p.saw |= sawChunked
	return nil
}

// expect takes 100-continue, RFC 9110 section 10.1.1.
func (p *Parser) expect(value []byte) *ProtocolError {
	if !equalFold(value, "100-continue") {
		return errExpect
	}
	p.saw |= sawExpect
	return nil
}

// connection reads the list of a Connection field, RFC 9110 section 7.6.1.
// Options that mean nothing here are passed over.
func (p *Parser) connection(value []byte) {
	for len(value) > 0 {
		option := value
		if comma := bytes.IndexByte(value, ','); comma >= 0 {
			option, value = value[:comma], value[comma+1:]
		} else {
			value = nil
		}
		switch option = trim(option); {
		case is(option, "keep-alive"):
			p.saw |= sawKeepAlive
		case is(option, "close"):
			p.saw |= sawClose
		case is(option, "upgrade"):
			p.saw |= sawUpgrade
		}
	}
}

// finish draws the conclusions at the end of the head.
func (p *Parser) finish(h *Head) *ProtocolError {
	if p.minor != 1 || p.saw != sawHost {
		return p.conclude(h)
	}
	h.Minor = 1
	return nil
}

// conclude is finish for a head that says more than its host.
func (p *Parser) conclude(h *Head) *ProtocolError {
	if p.minor == 1 && p.saw&sawHost == 0 {
		return errNoHost // RFC 9112 section 3.2
	}
	h.Minor = int(p.minor)
	if p.saw&sawLength != 0 {
		h.ContentLength = p.length
	}
	if p.minor == 1 && p.saw&^(sawHost|sawAuthority|sawLength) == 0 {
		return nil // what follows says no more
	}
	h.Chunked = p.saw&sawChunked != 0
	// RFC 9112 section 9.3
	h.Close = p.saw&sawClose != 0 || p.minor == 0 && p.saw&sawKeepAlive == 0
	h.KeepAliveAsked = p.minor == 0 && !h.Close
	h.Expect100 = p.minor == 1 && p.saw&sawExpect != 0 && h.HasBody()
	h.Upgrade = p.minor == 1 && p.saw&sawUpgrade != 0 && len(h.UpgradeTo) > 0
	return nil
}
