package tornado

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"
	"weak"

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

// All fields are decoded again with each that comes behind a file: what is counted of them is those that are held, and one decoding.
func TestFieldsThatAreDecodedAgainCountOnce(t *testing.T) {
	const long, steps = 1 << 20, 100
	part := func(disposition, content string) string {
		return "--b\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n" + content + "\r\n"
	}
	var body strings.Builder
	body.WriteString(part(`name="text"`, strings.Repeat("x", long)))
	for i := range steps {
		body.WriteString(part(`name="file"; filename="a"`, "1") + part(fmt.Sprintf(`name="f%d"`, i), "y"))
	}
	body.WriteString("--b--\r\n")
	a := newTestAPI(testHandlers{}, WithAPILogger(quiet))
	shapes := NewShapes("Form", "{text: string, file: [file]}")
	op := &Operation{ID: "form", Method: "POST", Path: "/form", Consumes: []string{"multipart/form-data"}, Streams: []string{"multipart/form-data"}}
	type formRequest struct{ Body Items[FormPart[int]] }
	RegisterNoContent(a, op, func(req *formRequest, in *Input) {
		req.Body = FormBody(in, shapes, "Form", func(v *int, d *Decoder) {
			d.Skip()
			*v = d.Offset()
		}, FileRule{Field: "file", Several: true})
	}, func(ctx context.Context, req *formRequest) error {
		n := 0
		for part, err := range req.Body {
			if err != nil {
				return err
			}
			n++
			assert.Greater(t, part.Fields, long)
			assert.Less(t, bodiesOf(ctx, nil).Taken(), 5*long, n)
		}
		assert.Equal(t, steps+1, n)
		return nil
	}, http.StatusNoContent)
	r := start(t, a, withBodies(5*long), WithLogger(quiet))
	c := r.dial(t)
	go func() {
		_, _ = fmt.Fprintf(c.Conn, "POST /form HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: %d\r\n\r\n%s", body.Len(), &body)
	}()
	res, text := c.answer("POST")
	assert.Equal(t, http.StatusNoContent, res.StatusCode, text)
	require.Eventually(t, func() bool { return r.bodies.Taken() == 0 }, patience, time.Millisecond)
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

// While the next item has not come, nothing is left of one that was long: its count was given back.
func TestLongItemsAreLetGo(t *testing.T) {
	for _, parts := range []bool{false, true} {
		x, _ := streamedBody("application/jsonl", "", 4<<20)
		r := newItemReader(&x.in)
		r.parts = parts
		text := []byte(`"` + strings.Repeat("x", 1<<20) + `"`)
		kept := weak.Make(&text[0])
		require.NoError(t, r.decode(func(d *Decoder) { d.Reset(text) }, func(d *Decoder) { d.Skip() }))
		text = nil
		_, err := r.next()
		require.ErrorIs(t, err, io.EOF)
		runtime.GC()
		assert.Nil(t, kept.Value())
		runtime.KeepAlive(r)
	}
}

// The ID of an event is held, where it is long, until another one comes.
func TestLongEventIDsAreHeld(t *testing.T) {
	const long = 100 << 10
	x, s := streamedBody("text/event-stream", "id: "+strings.Repeat("x", long)+"\ndata: 1\n\ndata: 2\n\nid: y\ndata: 3\n\ndata: 4\n\n", 1<<20)
	r := &feedReader{itemReader: newItemReader(&x.in)}
	for _, least := range []int{long, long, long, 0} { // what has come with 2 and 3 is still fed
		_, err := r.next()
		require.NoError(t, err)
		assert.GreaterOrEqual(t, s.bodies.Taken(), least)
	}
	assert.Zero(t, s.bodies.Taken())
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
