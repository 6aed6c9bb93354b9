package http1

// The limits of a zero Limits.
const (
	DefaultTarget       = 8 << 10  // bytes of a request target
	DefaultHeaderBytes  = 32 << 10 // bytes of a whole head
	DefaultHeaderFields = 128      // field lines of a head
)

// Bounds that nobody needs to change.
const (
	maxHeadBytes     = 1 << 30  // larger HeaderBytes are cut to this: offsets have 32 bits
	maxLeadingCRLF   = 4        // empty lines skipped before a request line, RFC 9112 section 2.2
	maxMethod        = 32       // bytes; the longest registered method has 17
	maxContentDigits = 19       // digits of a Content-Length, leading zeros included
	maxChunkDigits   = 16       // digits of a chunk size, leading zeros included
	maxChunkLine     = 1 << 10  // bytes of one chunk size line with its extensions
	maxChunkDebt     = 16 << 10 // bytes of chunk framing beyond 16 a chunk and twice the data
	maxTrailerBytes  = 8 << 10  // bytes of a whole trailer section
)

// Limits bounds a request head. The zero value, and a nil *Limits, mean the
// defaults; so does each field that is not positive.
type Limits struct {
	Target       int // bytes of the request target, default 8 KiB; over it 414
	HeaderBytes  int // bytes of the whole head with request line, final CRLF and skipped empty lines, default 32 KiB, at most 1 GiB; over it 431, or 414 if the request line alone is over it
	HeaderFields int // field lines, default 128; over it 431
}

func (l *Limits) target() int {
	if l == nil || l.Target <= 0 {
		return DefaultTarget
	}
	return l.Target
}

func (l *Limits) headerBytes() int {
	if l == nil || l.HeaderBytes <= 0 {
		return DefaultHeaderBytes
	}
	return min(l.HeaderBytes, maxHeadBytes)
}

func (l *Limits) headerFields() int {
	if l == nil || l.HeaderFields <= 0 {
		return DefaultHeaderFields
	}
	return l.HeaderFields
}
