package http1

import "iter"

// A Field is a field line without its line end. Value has no white space
// around it (RFC 9112 section 5.1). Both alias the buffer that was fed.
type Field struct{ Name, Value []byte }

// A Head is a parsed request head. All slices alias the buffer that was fed to
// the parser and are valid as long as that is, except for a Path of "/" or "*"
// that the target implied. Nobody may write to any of them. A Head is reused: Feed overwrites
// what a parser has set in it, and keeps only the array behind Fields. One that somebody else has
// filled is not for Feed: optional fields of it would stay.
type Head struct {
	Method []byte // as sent; case-sensitive (RFC 9110 section 9.1)
	Target []byte // as sent

	// Path and RawQuery are the target's, still percent-encoded, byte by byte as
	// sent: whether an escape is valid is for the router to say. Path starts with
	// a slash, with these exceptions: "*" for OPTIONS * and for OPTIONS of an
	// absolute uri without path and query (RFC 9112 section 3.2.4); "" for a
	// CONNECT to an authority. RawQuery has no question mark. It may hold a '#',
	// which is data there; in a path it is refused.
	Path, RawQuery []byte

	// Host is the host field or, if the target names an authority (absolute-form
	// and the authority-form of CONNECT), that one without user information (RFC 9112
	// section 3.2.2). It has the form of a host, with a port or without one; whether there is such
	// a host is not checked. Empty if the client sent an empty one, or none with HTTP/1.0.
	Host []byte

	Fields []Field // in the order of the wire

	// The first field of each name, nil if there is none.
	Accept, AcceptEncoding, Authorization, ContentEncoding, ContentType, Cookie,
	IfNoneMatch, Origin, UpgradeTo []byte

	ContentLength int64 // bytes of the body as announced; -1 if not, and then there is a body only if Chunked
	Minor         int   // 0 or 1, of HTTP/1.x
	Chunked       bool  // the body has the chunked coding; never together with ContentLength or HTTP/1.0

	// Close says that the connection ends with this request: Connection has
	// close in its list, or HTTP/1.0 without keep-alive (RFC 9112 section 9.3).
	Close bool
	// KeepAliveAsked says that an HTTP/1.0 client asked for a persistent connection,
	// which the answer must confirm. See AppendConnection.
	KeepAliveAsked bool
	// Expect100 says that the client waits for a 100 before it sends its body. False if
	// no body was announced and on HTTP/1.0 (RFC 9110 section 10.1.1).
	Expect100 bool
	// Upgrade says that the connection may change to UpgradeTo: an HTTP/1.1 request with
	// an Upgrade field and with upgrade in Connection (RFC 9110 section 7.8).
	Upgrade bool

	kept bool     // one of the optional fields was set by a parser
	last hostLine // stays from one head to the next
}

// Field returns the value of the first field of that name, whatever the case
// of its letters. It takes linear time.
func (h *Head) Field(name string) ([]byte, bool) {
	for i := range h.Fields {
		if equalFold(h.Fields[i].Name, name) {
			return h.Fields[i].Value, true
		}
	}
	return nil, false
}

// Values ranges over the values of all fields of that name, in the order of
// the wire.
func (h *Head) Values(name string) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for i := range h.Fields {
			if equalFold(h.Fields[i].Name, name) && !yield(h.Fields[i].Value) {
				return
			}
		}
	}
}

// HasBody says whether bytes of a body follow the head.
func (h *Head) HasBody() bool { return h.Chunked || h.ContentLength > 0 }

// reset empties h, which a parser alone has filled. Many requests have none of the optional fields: they are emptied where there was one.
func (h *Head) reset() {
	if h.kept {
		h.Accept, h.AcceptEncoding, h.Authorization, h.ContentEncoding, h.ContentType = nil, nil, nil, nil, nil
		h.Cookie, h.IfNoneMatch, h.Origin, h.UpgradeTo, h.kept = nil, nil, nil, nil, false
	}
	h.Method, h.Target, h.Path, h.RawQuery, h.Host, h.Fields = nil, nil, nil, nil, nil, h.Fields[:0]
	h.ContentLength, h.Minor = -1, 0
	h.Chunked, h.Close, h.KeepAliveAsked, h.Expect100, h.Upgrade = false, false, false, false, false
}
