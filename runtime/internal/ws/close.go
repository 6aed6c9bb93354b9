package ws

import (
	"encoding/binary"
	"unicode/utf8"
)

// Close codes, RFC 6455 section 7.4.1.
const (
	CodeNormal      = 1000
	CodeGoingAway   = 1001
	CodeProtocol    = 1002
	CodeUnsupported = 1003 // a kind of message that is not taken
	CodeNoStatus    = 1005 // never sent: the close frame had no code
	CodeAbnormal    = 1006 // never sent: there was no close frame
	CodeInvalid     = 1007 // a message that is not what its kind says
	CodePolicy      = 1008
	CodeTooBig      = 1009
	CodeExtension   = 1010 // a client misses an extension
	CodeInternal    = 1011
)

// maxReason is the most bytes of a reason.
const maxReason = MaxControl - 2

// MaySend reports whether a close frame may carry the code: one that RFC 6455
// section 7.4.1 or the registry of IANA has for frames, or one of 3000 to 4999.
func MaySend(code int) bool {
	switch {
	case code >= 3000 && code <= 4999:
		return true
	case code < CodeNormal || code > 1014:
		return false
	}
	return code != 1004 && code != CodeNoStatus && code != CodeAbnormal
}

// AppendClose appends the payload of a close frame. A code that may not be
// sent gives an empty one. A reason that is too long, or not UTF-8, is cut
// where that begins.
func AppendClose(b []byte, code int, reason string) []byte {
	if !MaySend(code) {
		return b
	}
	b = binary.BigEndian.AppendUint16(b, uint16(code))
	n := 0
	for n < len(reason) {
		r, size := utf8.DecodeRuneInString(reason[n:])
		if n+size > maxReason || r == utf8.RuneError && size == 1 {
			break
		}
		n += size
	}
	return append(b, reason[:n]...)
}

// readClose reads the payload of a close frame.
func readClose(b []byte) (code int, reason string, err error) {
	switch {
	case len(b) == 0:
		return CodeNoStatus, "", nil
	case len(b) == 1:
		return 0, "", errCloseLength
	}
	code = int(binary.BigEndian.Uint16(b))
	switch {
	case !MaySend(code):
		return 0, "", errCloseCode
	case !utf8.Valid(b[2:]):
		return 0, "", errCloseReason
	}
	return code, string(b[2:]), nil
}
