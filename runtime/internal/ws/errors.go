package ws

// A ProtocolError says why bytes of the peer were refused, and with which code
// to close. Values are shared and immutable; compare their fields.
type ProtocolError struct {
	Code   int    // 1002, 1007 or 1009
	Reason string // in lower case, for the log and the close frame; holds no byte of the peer
}

// Error returns the reason with the name of the protocol in front.
func (e *ProtocolError) Error() string { return "websocket: " + e.Reason }

func broken(reason string) *ProtocolError {
	return &ProtocolError{Code: CodeProtocol, Reason: reason}
}

// Refusals of a frame's head, RFC 6455 sections 5.1 to 5.5.
var (
	errReserved     = broken("reserved bit is set")
	errOpcode       = broken("reserved opcode")
	errUnmasked     = broken("frame of a client is not masked")
	errMasked       = broken("frame of a server is masked")
	errControlSize  = broken("control frame is longer than 125 bytes")
	errControlSplit = broken("control frame is fragmented")
	errLength       = broken("length of a frame is not minimal")
	errLengthSize   = broken("length of a frame overflows")
	errContinuation = broken("continuation without a message")
	errInterleaved  = broken("message begins inside of another one")
)

// Refusals of payloads.
var (
	errCloseLength = broken("close frame of one byte")
	errCloseCode   = broken("close code may not be sent")
	errCloseReason = &ProtocolError{Code: CodeInvalid, Reason: "reason of the close frame is not utf-8"}
	errText        = &ProtocolError{Code: CodeInvalid, Reason: "text is not utf-8"}
	errDeflate     = &ProtocolError{Code: CodeInvalid, Reason: "compressed message cannot be read"}
	errTooBig      = &ProtocolError{Code: CodeTooBig, Reason: "message is too big"}
)
