package http1

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A session plays the server side of one connection with the codec alone and
// writes down what happened, one line an event:
//
//	GET /pets?limit=3 host=a length=5 close
//	body "hello" trailers "A: b\r\n"
//	error 400 no host field
//
// It stops after an error and after a request that closes the connection.
type session struct {
	limits  *Limits
	maxBody int64

	parser   Parser
	buf      []byte
	head     Head
	chunked  *Chunked
	trailers []byte
	body     []byte
	left     int64

	log      []string
	heads    []Head // detached from buf
	answered int
	rejected *ProtocolError
	over     bool
}

func (s *session) feed(piece []byte) {
	// Every piece moves what was there to another address, and poisons the old one.
	old := s.buf
	s.buf = append(slices.Clone(old), piece...)
	for i := range old {
		old[i] = 0xff
	}
	for !s.over && s.step() {
	}
}

// step reports whether another step may find something to do.
func (s *session) step() bool {
	switch {
	case s.chunked != nil:
		return s.stepChunked()
	case s.left > 0:
		n := min(s.left, int64(len(s.buf)))
		s.body = append(s.body, s.buf[:n]...)
		s.buf = s.buf[n:]
		if s.left -= n; s.left > 0 {
			return false
		}
		s.finish()
		return true
	}
	n, err := s.parser.Feed(s.buf, s.limits, &s.head)
	if err != nil {
		s.fail(err)
		return false
	}
	if n == 0 {
		return false
	}
	s.log = append(s.log, describe(&s.head))
	s.heads = append(s.heads, detach(&s.head))
	s.buf = s.buf[n:]
	s.body, s.trailers = nil, nil
	switch h := &s.heads[len(s.heads)-1]; {
	case h.Chunked:
		s.chunked = &Chunked{MaxBody: s.maxBody, Trailers: &s.trailers}
	case h.ContentLength > 0:
		s.left = h.ContentLength
	default:
		s.finish()
	}
	return true
}

func (s *session) stepChunked() bool {
	c := *s.chunked // a decoder may be copied
	n, data, done, err := c.Feed(s.buf)
	if err != nil {
		s.fail(err)
		return false
	}
	s.chunked = &c
	s.body = append(s.body, data...)
	s.buf = s.buf[n:]
	if done {
		s.chunked = nil
		s.finish()
		return true
	}
	return len(s.buf) > 0
}

func (s *session) finish() {
	h := &s.heads[len(s.heads)-1]
	if h.HasBody() {
		line := fmt.Sprintf("body %q", s.body)
		if len(s.trailers) > 0 {
			line += fmt.Sprintf(" trailers %q", s.trailers)
		}
		s.log = append(s.log, line)
	}
	s.answered++
	s.over = h.Close
}

func (s *session) fail(err error) {
	if !errors.As(err, &s.rejected) {
		panic(err)
	}
	s.over = true
	s.log = append(s.log, fmt.Sprintf("error %d %s", s.rejected.Status, s.rejected.Reason))
}

func describe(h *Head) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", h.Method, h.Path)
	if len(h.RawQuery) > 0 {
		fmt.Fprintf(&b, "?%s", h.RawQuery)
	}
	if h.Minor == 0 {
		b.WriteString(" 1.0")
	}
	fmt.Fprintf(&b, " host=%s", h.Host)
	if h.ContentLength >= 0 {
		fmt.Fprintf(&b, " length=%d", h.ContentLength)
	}
	for _, flag := range []struct {
		set  bool
		name string
	}{
		{h.Chunked, "chunked"},
		{h.Close, "close"},
		{h.KeepAliveAsked, "keep-alive"},
		{h.Expect100, "expect"},
		{h.Upgrade, "upgrade"},
	} {
		if flag.set {
			b.WriteString(" " + flag.name)
		}
	}
	return b.String()
}

// detach copies a head away from its buffer.
func detach(h *Head) Head {
	d := *h
	d.Fields = nil
	for _, f := range h.Fields {
		d.Fields = append(d.Fields, Field{bytes.Clone(f.Name), bytes.Clone(f.Value)})
	}
	for _, b := range []*[]byte{
		&d.Method, &d.Target, &d.Path, &d.RawQuery, &d.Host, &d.Accept, &d.AcceptEncoding, &d.Authorization,
		&d.ContentEncoding, &d.ContentType, &d.Cookie, &d.IfNoneMatch, &d.Origin, &d.UpgradeTo,
	} {
		*b = bytes.Clone(*b)
	}
	return d
}

// play runs a session over the pieces.
func play(limits *Limits, maxBody int64, pieces ...string) *session {
	s := &session{limits: limits, maxBody: maxBody}
	for _, piece := range pieces {
		s.feed([]byte(piece))
	}
	return s
}

// single cuts input into its bytes.
func single(input string) []string {
	pieces := make([]string, len(input))
	for i := range len(input) {
		pieces[i] = input[i : i+1]
	}
	return pieces
}

// playSplit plays input whole, in two at every byte, and byte by byte, and
// demands that all tell the same. It returns the first session.
func playSplit(t *testing.T, limits *Limits, maxBody int64, input string) *session {
	t.Helper()
	whole := play(limits, maxBody, input)
	for cut := range len(input) {
		s := play(limits, maxBody, input[:cut], input[cut:])
		require.Equal(t, whole.log, s.log, "cut at %d of %q", cut, input)
		require.Equal(t, whole.heads, s.heads, "cut at %d of %q", cut, input)
	}
	s := play(limits, maxBody, single(input)...)
	require.Equal(t, whole.log, s.log, "byte by byte: %q", input)
	require.Equal(t, whole.heads, s.heads, "byte by byte: %q", input)
	return whole
}
