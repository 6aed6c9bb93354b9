package tornado

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// polite is a peer that counts how often others were let go first.
type polite struct {
	peer
	gave int
}

func (p *polite) way() way { return p }

// Give implements way.
func (p *polite) Give() { p.gave++ }

// Who reads a body as it comes gives way before each item, each part and each file, though all of them came at once.
func TestStreamedBodiesGiveWay(t *testing.T) {
	const n = 100
	part := "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n1\r\n"
	parts := strings.Repeat(part, n) + "--b--\r\n"
	shapes := NewShapes("Files", "{file: [file]}", "Numbers", "[integer]")
	number := func(v *int64, d *Decoder) { *v = d.Int64(nil) }
	for name, c := range map[string]struct {
		media, body string
		read        func(in *Input) (items int)
	}{
		"lines": {"application/jsonl", strings.Repeat("1\n", n), func(in *Input) int { return itemsOf(ItemsBody(in, number)) }},
		"parts": {"multipart/mixed", parts, func(in *Input) int { return itemsOf(PartsBody(in, shapes, "Numbers", number)) }},
		"files": {"multipart/form-data", parts, func(in *Input) int { return itemsOf(FormBody[struct{}](in, shapes, "Files", nil)) }},
	} {
		p := new(polite)
		x := &exchange{peer: p}
		x.match = &registered{api: NewAPI(Info{Title: "Test", Version: "1"})}
		x.in.x, x.in.media = x, c.media
		x.head.ContentType = []byte(c.media + "; boundary=b")
		x.in.stream = newStreamBody(strings.NewReader(c.body), 1<<20, &x.match.api.bounds)
		assert.Equal(t, n, c.read(&x.in), name)
		assert.GreaterOrEqual(t, p.gave, n, name)
	}
}

func itemsOf[T any](items Items[T]) (n int) {
	for _, err := range items {
		if err == nil {
			n++
		}
	}
	return n
}
