package client

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/internal/shape"
)

// An answer in XML, and a part of one, may have an element for 84 bytes of what WithMaxBody says, and 50,000 in any case.
func TestElementsOfAnswers(t *testing.T) {
	t.Parallel()
	shapes := shape.NewShapes("Numbers", "[integer]")
	for maxBody, most := range map[int64]int{1 << 20: 50_000, DefaultMaxBody: DefaultMaxBody / 84} {
		for _, over := range []int{0, 1} {
			text := "<a>" + strings.Repeat("<b>1</b>", most-1+over) + "</a>"
			r := &Response{Header: http.Header{"Content-Type": {"application/xml"}}, Body: []byte(text), maxBody: maxBody}
			numbers := r.MediaBody(shapes, "Numbers", "application/xml").Int64s(nil)
			assert.Equal(t, over == 0, r.syntax == "" && len(numbers) == most-1, "%d elements of %d bytes: %s", most+over, maxBody, r.syntax)

			r = &Response{Header: http.Header{"Content-Type": {"multipart/mixed; boundary=B"}}, maxBody: maxBody}
			codec := &tornado.StreamCodec[[]int64]{Decode: func(d *tornado.Decoder) []int64 { return d.Int64s(nil) }, Shapes: shapes, Shape: "[Numbers]"}
			body := "--B\r\nContent-Type: application/xml\r\n\r\n" + text + "\r\n--B--\r\n"
			items := 0
			err := readParts(r, strings.NewReader(body), codec, func(v []int64, err error) bool {
				require.NoError(t, err)
				items += len(v)
				return true
			})
			assert.Equal(t, over == 0, err == nil && items == most-1, "%d elements in a part of %d bytes", most+over, maxBody)
		}
	}
}
