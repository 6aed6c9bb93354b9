package http1

// Preface is what an HTTP/2 client with prior knowledge sends first, RFC 9113
// section 3.4. A Parser refuses it with 505.
const Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

// MatchPreface compares the first bytes of a connection with Preface. match:
// it is there; maybe: b is a beginning of it, more bytes are needed. Every HTTP/1
// method but a made-up one is told apart by three bytes.
func MatchPreface(b []byte) (match, maybe bool) {
	if len(b) >= len(Preface) {
		return string(b[:len(Preface)]) == Preface, false
	}
	return false, string(b) == Preface[:len(b)]
}
