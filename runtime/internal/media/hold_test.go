package media

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/shape"
)

// holder has so many bytes left.
type holder struct{ left, held int }

func (h *holder) hold(n int) bool {
	if n > h.left {
		return false
	}
	h.left, h.held = h.left-n, h.held+n
	return true
}

// What a body takes beside itself is asked for, before it is made, if it is long; of XML by its elements, too.
func TestHeldOfABody(t *testing.T) {
	t.Parallel()
	shapes := shape.NewShapes("any", "any")
	long := strings.Repeat("x", 20_000)
	for name, c := range map[string]struct {
		media, body string
		least       int
	}{
		"XML":      {"application/xml", "<a>" + long + "</a>", 40_000},
		"elements": {"application/xml", "<a>" + strings.Repeat("<b/>", 1000) + "</a>", 1000 * 300},
		"a form":   {"application/x-www-form-urlencoded", "a=" + long, 40_000},
		"a text":   {"text/plain", long, 40_000},
		"short":    {"text/plain", "x", 0},
		"JSON":     {"application/json", `"` + long + `"`, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := holder{left: 1 << 20}
			_, err := Decode(shapes, "any", c.media, []byte(c.media), []byte(c.body), Limits{Hold: h.hold})
			require.NoError(t, err)
			assert.GreaterOrEqual(t, h.held, c.least)
			if c.least == 0 {
				assert.Zero(t, h.held)
				return
			}
			h = holder{left: h.held - 1}
			_, err = Decode(shapes, "any", c.media, []byte(c.media), []byte(c.body), Limits{Hold: h.hold})
			assert.ErrorIs(t, err, ErrUnheld)
		})
	}
}

// Of a multipart body that is read as it comes fields are held, and files are not; of one that is read by its parts, each.
func TestHeldOfParts(t *testing.T) {
	t.Parallel()
	part := func(name string, size int) string {
		return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + strings.Repeat("x", size) + "\r\n"
	}
	shapes := shape.NewShapes("form", "{a, file: file}", "list", "[string]")
	contentType := []byte("multipart/form-data; boundary=b")
	form := func(h *holder, body string) error {
		f, err := NewFormReader(strings.NewReader(body+"--b--"), shapes, "form", contentType, Limits{Hold: h.hold})
		require.NoError(t, err)
		for f.Limit = 1 << 20; err == nil; {
			_, _, err = f.Next()
		}
		return err
	}
	h := holder{left: 1 << 20}
	assert.ErrorIs(t, form(&h, part("file", 200_000)+part("a", 10)), io.EOF)
	assert.Zero(t, h.held)
	assert.ErrorIs(t, form(&h, part("a", 100_000)+part("file", 100)), io.EOF)
	assert.Greater(t, h.held, 150_000)
	h = holder{left: h.held - 1}
	assert.ErrorIs(t, form(&h, part("a", 100_000)+part("file", 100)), ErrUnheld)

	parts := func(h *holder, body string) (n int, err error) {
		r, err := NewPartsReader(strings.NewReader(body+"--b--"), shapes, "list", contentType, Limits{Hold: h.hold})
		require.NoError(t, err)
		r.Limit = 1 << 20
		for ; ; n++ {
			before := h.left
			if _, err := r.Next(); err != nil {
				return n, err
			}
			h.left = before
		}
	}
	h = holder{left: 300_000}
	n, err := parts(&h, strings.Repeat(part("a", 100_000), 20))
	assert.Equal(t, 20, n)
	assert.ErrorIs(t, err, io.EOF)
	n, err = parts(&h, part("a", 100_000)+part("a", 300_000))
	assert.Equal(t, 1, n)
	assert.True(t, errors.Is(err, ErrUnheld), err)
}
