package value

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
)

// UUID is a universally unique identifier (RFC 9562), whatever its version.
type UUID [16]byte

var errUUID = errors.New("not a UUID")

// uuidStarts holds where each byte of a UUID stands in its text.
var uuidStarts = [16]int8{0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34}

const uuidLength = 36

// ParseUUID reads the 36 characters of RFC 9562 section 4, in either case. Braces, "urn:uuid:" and bare digits are refused.
func ParseUUID(s string) (UUID, error) {
	var u UUID
	if len(s) != uuidLength || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return UUID{}, errUUID
	}
	for i, at := range uuidStarts {
		high, low := unhex(s[at]), unhex(s[at+1])
		if high > 15 || low > 15 {
			return UUID{}, errUUID
		}
		u[i] = high<<4 | low
	}
	return u, nil
}

// IsZero reports whether u is the nil UUID.
func (u UUID) IsZero() bool { return u == UUID{} }

// String returns the 36 characters in lower case.
func (u UUID) String() string {
	var text [uuidLength]byte
	return string(u.append(text[:0]))
}

// AppendText appends the 36 characters in lower case to b. It never fails.
func (u UUID) AppendText(b []byte) ([]byte, error) { return u.append(b), nil }

// MarshalText returns the 36 characters in lower case. It never fails.
func (u UUID) MarshalText() ([]byte, error) { return u.append(nil), nil }

// UnmarshalText reads what ParseUUID accepts.
func (u *UUID) UnmarshalText(text []byte) (err error) {
	*u, err = ParseUUID(string(text))
	return err
}

func (u UUID) append(b []byte) []byte {
	b = hex.AppendEncode(b, u[:4])
	for _, part := range [...][]byte{u[4:6], u[6:8], u[8:10], u[10:]} {
		b = hex.AppendEncode(append(b, '-'), part)
	}
	return b
}

// unhex returns the value of a hexadecimal digit, or more than 15.
func unhex(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10
	}
	return 255
}

// NewUUID returns a random UUID (RFC 9562 section 5.4).
func NewUUID() UUID {
	var u UUID
	_, _ = rand.Read(u[:]) // it never fails
	u[6] = u[6]&0x0f | 0x40
	u[8] = u[8]&0x3f | 0x80
	return u
}
