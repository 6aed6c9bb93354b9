package tornado

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// streamedBody is a body of that media type, in a share of that many bytes of a server's bodies.
func streamedBody(media, body string, size int) (*exchange, *Server) {
	s := NewServer(withBodies(size))
	x := &exchange{peer: new(polite)}
	x.match = &registered{api: NewAPI(Info{Title: "Test", Version: "1"})}
	x.in.x, x.in.media = x, media
	x.head.ContentType = []byte(media + "; boundary=b")
	x.shareOf(s.bodies)
	x.in.stream = x.newStreamBody(strings.NewReader(body), 0)
	return x, s
}

// What a handler has left running is told that the body is closed, however it asks for memory, and meets no bound by that.
func TestReadersThatOutliveTheirHandlerMeetNoBound(t *testing.T) {
	long := strings.Repeat("x", 100<<10)
	shapes := NewShapes("Form", "{text: string}", "Texts", "[string]")
	text := func(v *string, d *Decoder) { *v = d.String(nil) }
	fields := "--b\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n" + long + "\r\n--b--\r\n"
	for name, c := range map[string]struct {
		media, body string
		read        func(in *Input) func() error
	}{
		"items": {"application/jsonl", `"` + long + "\"\n", func(in *Input) func() error { return firstError(ItemsBody(in, text)) }},
		"parts": {"multipart/mixed", fields, func(in *Input) func() error { return firstError(PartsBody(in, shapes, "Texts", text)) }},
		"form": {"multipart/form-data", fields, func(in *Input) func() error {
			return firstError(FormBody(in, shapes, "Form", func(_ *string, d *Decoder) { d.Skip() }))
		}},
		"an item that was read": {"application/jsonl", "", func(in *Input) func() error {
			r := newItemReader(in)
			return func() error {
				return r.decode(func(d *Decoder) { d.Reset([]byte(`"` + long + `"`)) }, func(d *Decoder) { d.Skip() })
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			x, s := streamedBody(c.media, c.body, 1<<20)
			read := c.read(&x.in)
			x.in.stream.end()
			require.ErrorIs(t, read(), http.ErrBodyReadAfterClose)
			assert.Zero(t, x.match.api.bounds[BoundBodies].Load())
			assert.Zero(t, s.bodies.Taken())
			crowded, _ := streamedBody(c.media, c.body, 1<<10)
			var refused *BodyError
			require.ErrorAs(t, c.read(&crowded.in)(), &refused)
			assert.Equal(t, http.StatusServiceUnavailable, refused.Status)
		})
	}
}

// firstError ranges over items until there is an error.
func firstError[T any](items Items[T]) func() error {
	return func() error {
		for _, err := range items {
			if err != nil {
				return err
			}
		}
		return io.EOF
	}
}
