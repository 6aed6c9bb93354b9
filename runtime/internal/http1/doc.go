// Package http1 turns bytes into request heads and body chunks, and answers
// into bytes. It performs no I/O, starts no goroutine and reads no clock.
//
// The flow of a request:
//
//	Parser.Feed (bytes so far) -> Head, its length
//	  -> Head.ContentLength bytes of body, or Chunked.Feed until done
//	  -> AppendStatusLine, AppendField, AppendContentLength or AppendChunk
//
// Whatever is fed may be cut anywhere: any split of the input gives the same
// heads, data and errors. A parser remembers offsets, never slices, so the
// bytes it has seen may move to another address between two calls.
//
// The codec is strict. What two parsers could read in two ways is refused
// (RFC 9112 section 11.2, request smuggling), and every refusal is a
// *ProtocolError with the status to answer before the connection closes:
//
//   - 400 for anything malformed, for HTTP/0.9 (a request line without a
//     version) and for other protocols (RTSP, a TLS ClientHello).
//   - 505 for HTTP versions other than 1.0 and 1.1, the HTTP/2 preface
//     included; a server that speaks HTTP/2 on the same port asks MatchPreface
//     first.
//   - 414 and 431 for a target and a head over their limits, 413 for a chunked
//     body over its limit.
//   - 417 for an Expect other than 100-continue.
//   - 501 for a transfer coding other than exactly one chunked, and for a
//     method longer than any that exists.
//
// A malformed request line is reported at its first impossible byte, a
// malformed field line when it is complete or earlier, never only at the end
// of the head.
package http1
