package tlsconn

const handshakeRecord = 22

// Greeted reports whether b, which is the first that a client has sent, is all of the record that its ClientHello begins in, or is none: a
// handshake would wait for the rest of it (RFC 8446 section 5.1).
func Greeted(b []byte) bool {
	switch {
	case len(b) > 0 && b[0] != handshakeRecord:
		return true
	case len(b) < recordHeader:
		return false
	}
	return len(b)-recordHeader >= int(b[3])<<8|int(b[4])
}
