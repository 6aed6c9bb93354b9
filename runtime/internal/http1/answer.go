package http1

import (
	"strconv"
	"time"
)

// Continue is the whole answer to Head.Expect100, RFC 9110 section 15.2.1.
const Continue = "HTTP/1.1 100 Continue\r\n\r\n"

// A FieldError says why a field was not appended.
type FieldError struct {
	Name   string // as given
	Reason string
}

// Error returns the quoted name and the reason.
func (e *FieldError) Error() string {
	return "header field " + strconv.Quote(e.Name) + ": " + e.Reason
}

// AppendStatusLine appends the status line of a final or interim answer. It
// says HTTP/1.1 to a client of HTTP/1.0 as well (RFC 9110 section 6.2).
// A code outside of 100 to 999 becomes 500.
func AppendStatusLine(b []byte, status int) []byte {
	if status < 100 || status > 999 {
		status = 500
	}
	if status < len(statusLines) && statusLines[status] != "" {
		return append(b, statusLines[status]...)
	}
	b = append(b, "HTTP/1.1 "...)
	b = strconv.AppendInt(b, int64(status), 10)
	return append(b, " \r\n"...) // RFC 9112 section 4: the space stays without a reason
}

// AppendField appends a field line. If the name is not a token, or the value
// holds CR, LF, NUL or another control character but tab, it appends nothing
// and returns b as it is with a *FieldError (RFC 9110 sections 5.1 and 5.5).
func AppendField(b []byte, name, value string) ([]byte, error) {
	if !ValidFieldName(name) {
		return b, &FieldError{Name: name, Reason: "name is not a token"}
	}
	if !ValidFieldValue(value) {
		return b, &FieldError{Name: name, Reason: "control character in value"}
	}
	b = append(b, name...)
	b = append(b, ": "...)
	b = append(b, value...)
	return append(b, "\r\n"...), nil
}

// ValidFieldName says whether name is a token, RFC 9110 section 5.1.
func ValidFieldName(name string) bool {
	for i := range len(name) {
		if class[name[i]]&isToken == 0 {
			return false
		}
	}
	return name != ""
}

// ValidFieldValue says whether value is free of control characters but tab,
// RFC 9110 section 5.5.
func ValidFieldValue(value string) bool {
	for i := range len(value) {
		if c := value[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// AppendContentLength appends a Content-Length field for n bytes, n >= 0. It
// has no place in an answer without content: see BodyAllowed.
func AppendContentLength(b []byte, n int64) []byte {
	b = append(b, "Content-Length: "...)
	if 100 <= n && n < 1000 { // as of most answers
		tens := uint32(n) / 10
		return append(b, byte('0'+tens/10), byte('0'+tens%10), byte('0'+uint32(n)%10), '\r', '\n')
	}
	b = strconv.AppendInt(b, n, 10)
	return append(b, "\r\n"...)
}

// AppendConnection appends what the answer to h says about the connection:
// close, the confirmation that an HTTP/1.0 client needs, or nothing. closing
// says that the server will close, whatever h wants (RFC 9112 section 9.6).
func AppendConnection(b []byte, h *Head, closing bool) []byte {
	switch {
	case closing || h.Close:
		return append(b, "Connection: close\r\n"...)
	case h.KeepAliveAsked:
		return append(b, "Connection: keep-alive\r\n"...)
	}
	return b
}

// BodyAllowed says whether an answer with that status may have content, and
// with it Content-Length or Transfer-Encoding (RFC 9110 section 6.4.1).
func BodyAllowed(status int) bool {
	return status >= 200 && status != 204 && status != 304
}

// AppendChunk appends data as one chunk, RFC 9112 section 7.1. Without data it
// appends nothing, as an empty chunk would end the body.
func AppendChunk(b, data []byte) []byte {
	if len(data) == 0 {
		return b
	}
	b = AppendChunkSize(b, len(data))
	b = append(b, data...)
	return append(b, "\r\n"...)
}

// AppendChunkSize appends the size line of a chunk of n bytes, n > 0. The data
// and a CRLF follow: for writers that do not copy the data.
func AppendChunkSize(b []byte, n int) []byte {
	b = strconv.AppendInt(b, int64(n), 16)
	return append(b, "\r\n"...)
}

// AppendLastChunk ends a chunked body. Each trailer is a field line as
// AppendField makes it; those that ForbiddenTrailer names are the caller's to
// leave out.
func AppendLastChunk(b []byte, trailers ...[]byte) []byte {
	b = append(b, "0\r\n"...)
	for _, line := range trailers {
		b = append(b, line...)
	}
	return append(b, "\r\n"...)
}

// AppendHTTPDate appends t as an IMF-fixdate, RFC 9110 section 5.6.7:
// "Sun, 06 Nov 1994 08:49:37 GMT". The year is taken to have four digits.
func AppendHTTPDate(b []byte, t time.Time) []byte {
	t = t.UTC()
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	b = append(b, "SunMonTueWedThuFriSat"[3*t.Weekday():][:3]...)
	b = append(b, ',', ' ')
	b = append(twoDigits(b, day), ' ')
	b = append(b, "JanFebMarAprMayJunJulAugSepOctNovDec"[3*(month-1):][:3]...)
	b = append(b, ' ')
	b = append(twoDigits(twoDigits(b, year/100), year%100), ' ')
	b = append(twoDigits(b, hour), ':')
	b = append(twoDigits(b, minute), ':')
	return append(twoDigits(b, second), " GMT"...)
}

func twoDigits(b []byte, n int) []byte {
	return append(b, byte('0'+n/10%10), byte('0'+n%10))
}
