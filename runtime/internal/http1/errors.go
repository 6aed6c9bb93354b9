package http1

// A ProtocolError says why bytes of the peer were refused, and how to answer.
// The connection cannot be used any further: nobody knows where the next
// request would start. Values are shared and immutable; compare their fields.
type ProtocolError struct {
	Status int    // 400, 413, 414, 417, 431, 501 or 505
	Reason string // in lower case, for the log and the body of the answer; holds no byte of the peer
	Bound  Bound  // the bound that was met; BoundNone of what is malformed
}

// A Bound is one that a peer can meet.
type Bound uint8

// The bounds.
const (
	BoundNone    Bound = iota
	BoundTarget        // Limits.Target
	BoundHead          // Limits.HeaderBytes
	BoundFields        // Limits.HeaderFields
	BoundChunks        // of the framing of a chunked body
	BoundTrailer       // of a trailer section
	BoundBody          // Chunked.MaxBody
)

// Error returns the reason with the name of the protocol in front.
func (e *ProtocolError) Error() string { return "http/1: " + e.Reason }

func malformed(reason string) *ProtocolError { return &ProtocolError{Status: 400, Reason: reason} }

// Refusals of the request line, RFC 9112 section 3.
var (
	errEmptyLines     = malformed("too many empty lines before the request line")
	errMethod         = malformed("invalid character in method")
	errMethodLength   = &ProtocolError{Status: 501, Reason: "method is too long"}
	errNoTarget       = malformed("request line has no target")
	errTargetByte     = malformed("invalid character in request target")
	errTargetLength   = &ProtocolError{Status: 414, Reason: "request target is too long", Bound: BoundTarget}
	errTargetForm     = malformed("request target is neither a path nor a http or https uri")
	errTargetAsterisk = malformed("request target * is for OPTIONS alone")
	errTargetHost     = malformed("invalid authority in request target")
	errTargetFragment = malformed("fragment in request target")
	errNoVersion      = malformed("request line has no version")
	errVersion        = malformed("malformed http version")
	errUnsupported    = &ProtocolError{Status: 505, Reason: "http version is not supported"}
	errLineEnd        = malformed("request line does not end with crlf")
)

// Refusals of field lines, RFC 9112 section 5.
var (
	errBareCR     = malformed("carriage return without line feed")
	errBareLF     = malformed("line feed without carriage return")
	errFold       = malformed("folded or indented field line")
	errNoColon    = malformed("field line has no colon")
	errEmptyName  = malformed("empty field name")
	errNameSpace  = malformed("white space in a field name or before its colon")
	errName       = malformed("invalid character in field name")
	errValue      = malformed("control character in field value")
	errHeadLength = &ProtocolError{Status: 431, Reason: "request head is too long", Bound: BoundHead}
	errFieldCount = &ProtocolError{Status: 431, Reason: "too many header fields", Bound: BoundFields}
)

// Refusals of what the fields say, RFC 9110 and RFC 9112 sections 3.2 and 6.
var (
	errNoHost      = malformed("no host field")
	errTwoHosts    = malformed("more than one host field")
	errHost        = malformed("invalid character in host field")
	errHostForm    = malformed("host field is no host with a port")
	errLength      = malformed("content-length is not a number")
	errLengthSize  = malformed("content-length overflow")
	errTwoLengths  = malformed("differing content-length fields")
	errLengthAndTE = malformed("both transfer-encoding and content-length")
	errTwoTE       = malformed("more than one transfer-encoding field")
	errTEVersion   = malformed("transfer-encoding in an http/1.0 request")
	errTE          = &ProtocolError{Status: 501, Reason: "transfer coding is not supported"}
	errExpect      = &ProtocolError{Status: 417, Reason: "expectation is not supported"}
)

// Refusals of a chunked body, RFC 9112 section 7.1.
var (
	errChunkSize    = malformed("chunk size is not a hexadecimal number")
	errChunkLength  = malformed("chunk size overflow")
	errChunkExt     = malformed("malformed chunk extension")
	errChunkExtSize = &ProtocolError{Status: 400, Reason: "chunk extensions are too long", Bound: BoundChunks}
	errChunkLineEnd = malformed("chunk size line does not end with crlf")
	errChunkDataEnd = malformed("chunk data does not end with crlf")
	errBodyLength   = &ProtocolError{Status: 413, Reason: "body is too long", Bound: BoundBody}
	errTrailers     = &ProtocolError{Status: 431, Reason: "trailer section is too long", Bound: BoundTrailer}
)
