package http1

import "encoding/binary"

// What a parser waits for.
const (
	stateStart   = iota // -> stateMethod: skips empty lines
	stateMethod         // -> stateTarget
	stateTarget         // -> stateVersion
	stateVersion        // -> stateFields
	stateFields         // -> stateStart, when the head is complete
)

// What field lines have said so far.
const (
	sawHost      = 1 << iota
	sawChunked   // Transfer-Encoding: chunked
	sawLength    // Content-Length
	sawClose     // close in Connection
	sawKeepAlive // keep-alive in Connection
	sawUpgrade   // upgrade in Connection
	sawExpect    // Expect: 100-continue
	sawAuthority // the target names the host
)

// A Parser recognises one request head after the other. It is small, holds
// offsets alone, and its zero value is ready. One goroutine at a time.
type Parser struct {
	length    int64  // Content-Length
	pos       uint32 // bytes below it have been looked at
	line      uint32 // start of the current field line
	colon     uint32 // colon of the current field line; 0: not seen yet
	pathEnd   uint32 // first question mark or number sign of the target; 0: not seen
	targetEnd uint32
	fields    uint32 // complete field lines
	start     uint8  // of the method, after empty lines
	methodEnd uint8
	state     uint8
	minor     uint8
	saw       uint8
	digits    uint8 // of the first Content-Length
}

// Reset makes p ready for another request. It is needed only to give up a head
// that was not completed, and after an error.
func (p *Parser) Reset() { *p = Parser{} }

// Started says whether p remembers a part of a head. Empty lines count.
func (p *Parser) Started() bool { return p.pos != 0 }

// Feed looks at buf, which holds everything from the start of the request.
// What was fed before must be there unchanged, but perhaps at another address.
//
// If the head is complete, Feed fills h and returns the length of the head,
// skipped empty lines (RFC 9112 section 2.2) included; p is ready for the next
// request, which starts with what follows. If more bytes are needed, it
// returns 0, h holds nothing of use, and what was done is remembered: however
// they come in, bytes of field lines are looked at no more than twice, and those
// of the request line, and of a Host line behind it, four times: once and again
// when the head is complete, each time first for a line as most are, and then for
// any other.
//
// The error is a *ProtocolError; then p must be Reset before it is used again.
// A nil lim means the defaults. Feed does not allocate, but for growing
// h.Fields.
func (p *Parser) Feed(buf []byte, lim *Limits, h *Head) (int, error) {
	resumed := p.state == stateFields
	h.reset()
	n, err := p.run(buf, lim, h)
	if n > 0 && resumed {
		// h lacks the lines of earlier calls: fill it from the start.
		*p = Parser{}
		h.reset()
		n, err = p.run(buf, lim, h)
	}
	if n > 0 {
		*p = Parser{}
	}
	if err != nil {
		return 0, err
	}
	return n, nil
}

// run goes on from where p stands. The error is a *ProtocolError or a nil one.
func (p *Parser) run(buf []byte, lim *Limits, h *Head) (int, *ProtocolError) {
	// What is beyond the limit is never looked at, so the same byte is refused
	// for the same reason, whether it comes alone or with others.
	over := false
	if limit := lim.headerBytes(); len(buf) > limit {
		buf, over = buf[:limit], true
	}
	if p.state < stateFields && (p.pos != 0 || !p.plainLine(buf, lim, h)) {
		done, err := p.requestLine(buf, lim, h)
		if err != nil {
			return 0, err
		}
		if !done {
			if over {
				return 0, errTargetLength
			}
			return 0, nil
		}
	}
	n, err := p.fieldLines(buf, lim, h)
	if n == 0 && err == nil && over {
		return 0, errHeadLength // RFC 6585 section 5
	}
	return n, err
}

// plainLine is requestLine for one that is there as a whole and is as most are: a GET or a POST of a path, with a query or without,
// by HTTP/1.1. For others, faulty ones among them, it returns false and has done nothing.
func (p *Parser) plainLine(buf []byte, lim *Limits, h *Head) bool {
	if len(buf) < len("GET / HTTP/1.1\r\n") {
		return false
	}
	target := len("GET ")
	switch binary.LittleEndian.Uint32(buf) {
	case getMethod:
	case postMethod:
		target = len("POST ")
	default:
		return false
	}
	if buf[target-1] != ' ' || buf[target] != '/' {
		return false
	}
	pathEnd := scanPath(buf, target)
	end := pathEnd
	if end < len(buf) && buf[end] == '?' {
		end = scanTarget(buf, end)
	}
	rest := buf[end:]
	if len(rest) < len(lineEnd) || binary.LittleEndian.Uint64(rest) != lineEndHead || binary.LittleEndian.Uint32(rest[7:]) != lineEndTail ||
		end-target > lim.target() {
		return false
	}
	h.Method, h.Target = buf[:target-1], buf[target:end]
	h.Path = h.Target[:pathEnd-target]
	if end > pathEnd {
		h.RawQuery = buf[pathEnd+1 : end]
	}
	p.minor, p.state = 1, stateFields
	p.pos = uint32(end + len(lineEnd))
	p.line = p.pos
	return true
}

// requestLine reads method SP request-target SP HTTP-version CRLF, RFC 9112
// section 3. Exactly one space stands between the parts.
func (p *Parser) requestLine(buf []byte, lim *Limits, h *Head) (done bool, err *ProtocolError) {
	if p.state == stateStart {
		if done, err = p.emptyLines(buf); !done {
			return false, err
		}
	}
	if p.state == stateMethod {
		if done, err = p.method(buf); !done {
			return false, err
		}
	}
	if p.state == stateTarget {
		if done, err = p.target(buf, lim.target()); !done {
			return false, err
		}
	}
	if done, err = p.version(buf); !done {
		return false, err
	}
	method, target := buf[p.start:p.methodEnd], buf[p.methodEnd+1:p.targetEnd]
	h.Method, h.Target = method, target
	pathEnd := len(target)
	if p.pathEnd != 0 {
		pathEnd = int(p.pathEnd) - int(p.methodEnd) - 1
	}
	authority, err := h.splitTarget(pathEnd)
	if err != nil {
		return false, err
	}
	if authority {
		p.saw |= sawAuthority
	}
	p.line = p.pos
	p.state = stateFields
	return true, nil
}

// emptyLines skips CRLFs before the request line, RFC 9112 section 2.2.
func (p *Parser) emptyLines(buf []byte) (bool, *ProtocolError) {
	i := int(p.pos)
	for {
		p.pos = uint32(i)
		if i == len(buf) {
			return false, nil
		}
		if buf[i] != '\r' {
			p.start = uint8(i)
			p.state = stateMethod
			return true, nil
		}
		if i == 2*maxLeadingCRLF {
			return false, errEmptyLines
		}
		if i+1 == len(buf) {
			return false, nil
		}
		if buf[i+1] != '\n' {
			return false, errBareCR
		}
		i += 2
	}
}

// getMethod is "GET ", the method of most requests, and postMethod that of most others; the first byte lowest, as in all words here.
const (
	getMethod  = 'G' | 'E'<<8 | 'T'<<16 | ' '<<24
	postMethod = 'P' | 'O'<<8 | 'S'<<16 | 'T'<<24
)

// lineEnd is what follows the target of most requests: its first eight bytes, and its last four, which begin with the eighth.
const (
	lineEnd     = " HTTP/1.1\r\n"
	lineEndHead = 0x2e312f5054544820
	lineEndTail = '.' | '1'<<8 | '\r'<<16 | '\n'<<24
)

// method reads the method, a token (RFC 9110 section 9.1), and the space
// behind it.
func (p *Parser) method(buf []byte) (bool, *ProtocolError) {
	i, limit := int(p.pos), int(p.start)+maxMethod
	if len(buf)-i >= 4 && binary.LittleEndian.Uint32(buf[i:]) == getMethod {
		i += len("GET")
	}
	for end := min(len(buf), limit+1); i < end && class[buf[i]]&isToken != 0; {
		i++
	}
	if i > limit {
		return false, errMethodLength // RFC 9112 section 3: longer than any that we know
	}
	p.pos = uint32(i)
	if i == len(buf) {
		return false, nil
	}
	switch c := buf[i]; {
	case c == ' ' && i > int(p.start):
	case c == '\n':
		return false, errBareLF
	case c == '\r':
		return false, errNoTarget
	default:
		return false, errMethod
	}
	p.methodEnd = uint8(i)
	p.pos++
	p.state = stateTarget
	return true, nil
}

// target finds the end of the request target, and that of a path in it. Its form
// is not looked at before the version is known.
func (p *Parser) target(buf []byte, limit int) (bool, *ProtocolError) {
	start := int(p.methodEnd) + 1
	if len(buf)-start > limit {
		buf = buf[:start+limit+1]
	}
	i := int(p.pos)
	if p.pathEnd == 0 {
		if i = scanPath(buf, i); i < len(buf) && class[buf[i]]&isTarget != 0 {
			p.pathEnd = uint32(i)
		}
	}
	if p.pathEnd != 0 {
		i = scanTarget(buf, i)
	}
	p.pos = uint32(i)
	if i == len(buf) {
		if i-start > limit {
			return false, errTargetLength // RFC 9112 section 3
		}
		return false, nil
	}
	switch c := buf[i]; {
	case c == ' ' && i > start:
	case c == ' ':
		return false, errNoTarget
	case c == '\n':
		return false, errBareLF
	case c == '\r':
		return false, errNoVersion // HTTP/0.9, RFC 9112 appendix C.1
	default:
		return false, errTargetByte // RFC 9112 section 3.2
	}
	p.targetEnd = uint32(i)
	p.pos++
	p.state = stateVersion
	return true, nil
}

const (
	versionLine = "HTTP/1.1\r\n"
	version11   = 0x312e312f50545448 // "HTTP/1.1", the first byte lowest
	crlf16      = '\r' | '\n'<<8
)

// version reads HTTP-version and the line end, RFC 9112 section 2.3.
func (p *Parser) version(buf []byte) (bool, *ProtocolError) {
	b := buf[p.pos:]
	if len(b) >= len(versionLine) &&
		binary.LittleEndian.Uint64(b) == version11 && binary.LittleEndian.Uint16(b[8:]) == crlf16 {
		p.minor = 1
		p.pos += uint32(len(versionLine))
		return true, nil
	}
	// Another version, an error, or a part: at most ten bytes, from the first on.
	for i := range min(len(b), len(versionLine)) {
		switch c := b[i]; i {
		case 5:
			if class[c]&isDigit == 0 {
				return false, errVersion
			}
		case 7:
			if class[c]&isDigit == 0 {
				return false, errVersion
			}
			if b[5] != '1' || c > '1' {
				return false, errUnsupported // RFC 9110 section 15.6.6
			}
		case 8, 9:
			if c != versionLine[i] {
				return false, errLineEnd
			}
		default:
			if c != versionLine[i] {
				return false, errVersion
			}
		}
	}
	if len(b) < len(versionLine) {
		return false, nil
	}
	p.minor = b[7] - '0'
	p.pos += uint32(len(versionLine))
	return true, nil
}
