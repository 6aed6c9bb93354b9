package tornado

import (
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/tornadogen/tornadogen/runtime/internal/http1"
	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
)

// Bound is a bound that a client can meet: a limit, or a timeout. The table of defaults in SECURITY.md names those of each setting.
// Its text is stable: metrics have it.
type Bound uint8

// The bounds. What a client notices of each stands behind it.
const (
	// Of connections.

	BoundConnections   Bound = iota // Limits.Connections: closed when it is accepted
	BoundPerPeer                    // Limits.PerPeer: the same
	BoundDescriptors                // those of the process: closed, or it waits to be accepted
	BoundHandshakes                 // Limits.Handshakes: it waits, and one that waits for its peer may be closed for it
	BoundHandshakeTime              // Timeouts.Handshake: closed
	BoundHandshake                  // TLS was asked for wrongly, or with a certificate that nobody trusts: an alert, closed
	BoundIdleTime                   // Timeouts.Idle, or Timeouts.DrainIdle: closed
	BoundWriteTime                  // Timeouts.Write: cut
	BoundDrainTime                  // Timeouts.Drain: cut

	// Of requests.

	BoundWorkers       // Limits.Workers and Limits.Queue: 503
	BoundHeaderTime    // Timeouts.Header: 408
	BoundBodyTime      // Timeouts.Body: 408
	BoundStreamTime    // Timeouts.Stream: 408, or what the handler makes of it
	BoundHalfClose     // Timeouts.HalfClose: the context of the handler ends
	BoundSyntax        // no request of HTTP/1: 400, 417, 501 or 505
	BoundTarget        // Limits.Target: 414
	BoundHeaderBytes   // Limits.HeaderBytes, or that of the operation: 431
	BoundHeaderCount   // Limits.HeaderCount: 431
	BoundChunks        // the framing of a chunked body: 400
	BoundTrailers      // trailers: 431
	BoundBody          // WithMaxBody, WithMaxStream, or that of the operation: 413
	BoundDecodedBody   // the same, of a body whose content coding was undone: 413
	BoundFields        // WithMaxFields, elements of XML, parameters and cookies: 400
	BoundDepth         // the depth of JSON: 400, or a socket that is closed with 1007
	BoundMemory        // WithMaxMemory: 400, or a socket that is closed with 1007
	BoundBodies        // Limits.Bodies: 503
	BoundDeferredTime  // WithDeferredTimeout: 503
	BoundOperationTime // the time that the document gives an operation: 503

	// Of streams and sockets.

	BoundSlowClient // the queue of a client whose policy is to close, or that cannot be waited for: cut, or closed with 1008
	BoundMessage    // the size of a message, before or after inflating: closed with 1009
	BoundFrames     // what is no WebSocket, among it the last blocks of a compressed message: closed with 1002 or 1007
	BoundPing       // a ping that was not answered: cut
	BoundOrigin     // a page of an origin that may open no socket: 403

	// Of HTTP/2.

	BoundStreams   // streams of a connection at a time: reset
	BoundResets    // streams that a client resets, where they outnumber answers by 100: read slowly; GOAWAY at 200
	BoundFlood     // frames that are answered, from a client that does not read the answers, or not as fast: closed
	BoundHTTP2     // what is no HTTP/2: reset, or GOAWAY
	numberOfBounds // is none
)

var boundNames = [numberOfBounds]string{
	BoundConnections: "connections", BoundPerPeer: "connections_per_peer", BoundDescriptors: "descriptors", BoundHandshakes: "handshakes",
	BoundHandshakeTime: "handshake_time", BoundHandshake: "handshake", BoundIdleTime: "idle_time", BoundWriteTime: "write_time",
	BoundDrainTime: "drain_time", BoundWorkers: "workers", BoundHeaderTime: "header_time", BoundBodyTime: "body_time",
	BoundStreamTime: "stream_time", BoundHalfClose: "half_close", BoundSyntax: "syntax", BoundTarget: "target",
	BoundHeaderBytes: "header_bytes", BoundHeaderCount: "header_count", BoundChunks: "chunks", BoundTrailers: "trailers", BoundBody: "body",
	BoundDecodedBody: "decoded_body", BoundFields: "fields", BoundDepth: "depth", BoundMemory: "memory", BoundBodies: "bodies",
	BoundDeferredTime:  "deferred_time",
	BoundOperationTime: "operation_time", BoundSlowClient: "slow_client", BoundMessage: "message", BoundFrames: "frames", BoundPing: "ping",
	BoundOrigin: "origin", BoundStreams: "http2_streams", BoundResets: "http2_resets", BoundFlood: "http2_flood",
	BoundHTTP2: "http2_protocol",
}

// Bounds lists all of them.
func Bounds() []Bound {
	all := make([]Bound, numberOfBounds)
	for i := range all {
		all[i] = Bound(i)
	}
	return all
}

// String is the name of the bound: "header_bytes".
func (b Bound) String() string {
	if b < numberOfBounds {
		return boundNames[b]
	}
	return fmt.Sprintf("Bound(%d)", uint8(b))
}

// MarshalText is String: a map of bounds is an object of JSON by their names.
func (b Bound) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// bounds counts how often each was met. Any goroutine.
type bounds [numberOfBounds]atomic.Uint64

// meet counts b. On nil it does nothing.
func (m *bounds) meet(b Bound) {
	if m != nil {
		m[b].Add(1)
	}
}

// meetHTTP1 counts the bound that err tells of.
func (m *bounds) meetHTTP1(err *http1.ProtocolError) {
	of := [...]Bound{
		http1.BoundNone: BoundSyntax, http1.BoundTarget: BoundTarget, http1.BoundHead: BoundHeaderBytes, http1.BoundFields: BoundHeaderCount,
		http1.BoundChunks: BoundChunks, http1.BoundTrailer: BoundTrailers, http1.BoundBody: BoundBody,
	}
	m.meet(of[err.Bound])
}

// meetJSON counts the bound that err tells of, if it is one.
func (m *bounds) meetJSON(err *jsonwire.SyntaxError) {
	switch {
	case err.TooDeep():
		m.meet(BoundDepth)
	case err.TooLarge():
		m.meet(BoundMemory)
	}
}

// meetHTTP2 counts an error of net/http's server for HTTP/2, by the name that it has there, behind its kind and its code:
// "stream_PROTOCOL_ERROR_over_max_streams". Those that concern a connection, and no limit of it, are counted where they are logged, since
// not all of them have a name.
func (m *bounds) meetHTTP2(name string) {
	switch {
	case strings.HasSuffix(name, "_over_max_streams"), strings.HasSuffix(name, "_over_max_streams_race"):
		m.meet(BoundStreams)
	case strings.HasSuffix(name, "_too_many_early_resets"):
		m.meet(BoundResets)
	}
}
