// Package ws turns bytes into the messages of a WebSocket (RFC 6455), and
// messages into bytes, with permessage-deflate (RFC 7692). It performs no I/O,
// starts no goroutine and reads no clock.
//
// The flow of a socket:
//
//	Handshake (fields of the request) -> Accepted -> fields of the answer
//	Parser.Feed (bytes so far) -> messages, pings, pongs, the close frame
//	  -> Inflate, where the message came compressed
//	  -> NewFrame, append the payload, Deflate, Frame.Seal -> bytes to write
//
// Whatever is fed may be cut anywhere: any split of the input gives the same
// events and errors. Between two messages a Parser holds nothing, so a socket
// that waits needs none.
//
// Compression never takes a context over from one message to the next: the
// server says so in the handshake, and asks the same of clients. So no socket
// owns a window, a few compressors serve them all, and the bytes of a message
// that goes to many sockets are the same for each.
//
// The codec is strict. Every refusal is a *ProtocolError with the code to close
// with:
//
//   - 1002 for whatever breaks the framing: reserved bits and opcodes, a client's
//     frame without a mask or a server's with one, fragments out of order, long or
//     fragmented control frames, lengths that are not minimal, close codes that
//     may not be sent.
//   - 1007 for text that is not UTF-8, as soon as it cannot become valid, and for
//     compressed data that no decompressor takes.
//   - 1009 for a message over the limit, as soon as a frame announces it, and
//     for one that is over it after inflating.
package ws
