package tornado

import (
	"fmt"
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
		x.in.stream = x.newStreamBody(strings.NewReader(c.body), 1<<20)
		assert.Equal(t, n, c.read(&x.in), name)
		assert.GreaterOrEqual(t, p.gave, n, name)
	}
}

// TestLargeBodiesGiveWay: a body that is held in memory is not decoded in one go, however its values are read.
func TestLargeBodiesGiveWay(t *testing.T) {
	const (
		size    = 1 << 20
		stretch = 64 << 10
	)
	list := "[" + strings.Repeat("1,", size/2) + "1]"
	object := `{"a":1` + strings.Repeat(`,"a":1`, size/6) + "}"
	keys := NewKeys("a")
	var numbers strings.Builder
	for i := range size / 7 {
		fmt.Fprintf(&numbers, "%d,", i+100_000)
	}
	rule := new(StringRule)
	schemas := NewSchemas("even", `{"items": {"anyOf": [{"type": "string"}, {"multipleOf": 2}, {"minimum": 0}]}}`, "odd", `{"not": {"multipleOf": 2}}`)
	word := &StringRule{Pattern: NewPattern("^x+$")}
	for name, c := range map[string]struct {
		body string
		read func(d *Decoder)
		as   int // how often to read the body takes about as long
	}{
		"integers": {list, func(d *Decoder) { d.Int64s(nil) }, 1},
		"skipped":  {list, (*Decoder).Skip, 1},
		"a map": {object, func(d *Decoder) {
			for more := d.Map(); more; more = d.NextEntry() {
				d.Int64(nil)
			}
		}, 1},
		"members": {object, func(d *Decoder) {
			for i := d.Object(keys); i != EndObject; i = d.Next(keys, i) {
				d.Int64(nil)
			}
		}, 1},
		"members that nobody reads": {strings.ReplaceAll(object, "a", "b"), func(d *Decoder) { d.Object(keys) }, 1},
		"read ahead":                {object, func(d *Decoder) { d.PeekKeys(keys); d.Skip() }, 2},
		"held against a schema":     {list, func(d *Decoder) { d.Check(schemas.Get("even")).Skip() }, 100},
		"items held against a schema": {list, func(d *Decoder) {
			for more := d.Array(); more; more = d.NextItem() {
				d.Check(schemas.Get("odd")).Skip()
			}
		}, 60},
		"a violation at the end": {list[:len(list)-2] + `"x"]`, func(d *Decoder) { d.Int64s(nil) }, 2},
		"a constant":             {object, func(d *Decoder) { d.Const(`{"a":1}`) }, 2},
		"items that differ": {"[" + numbers.String() + "0]", func(d *Decoder) {
			start := d.Offset()
			d.CheckItems(start, len(d.Int64s(nil)), &ArrayRule{Unique: true})
		}, 10},
		"a pattern": {`["` + strings.Repeat(strings.Repeat("x", 4000)+`","`, size/4000) + `x"]`, func(d *Decoder) { d.Strings(word) }, 16},
		"a union of lists": {"[" + strings.Repeat("[1],", size/4) + "[1]]", func(d *Decoder) {
			for more := d.Array(); more; more = d.NextItem() {
				AnyOf(d, nil, Alternative[int]{Read: func() int { d.Strings(rule); return 1 }}, Alternative[int]{Read: func() int { d.Int64s(nil); return 2 }})
			}
		}, 1},
	} {
		p := new(polite)
		x := &exchange{peer: p}
		x.match = &registered{api: NewAPI(Info{Title: "Test", Version: "1"})}
		x.in.x, x.in.body = x, []byte(c.body)
		c.read(x.in.JSONBody())
		x.in.EndJSON()
		assert.Empty(t, x.in.syntax, name)
		assert.GreaterOrEqual(t, p.gave, c.as*len(c.body)/stretch-1, name)
		assert.LessOrEqual(t, p.gave, 3*c.as*len(c.body)/stretch, name)
	}
}

// TestLargeMediaBodiesGiveWay: nor is one that might be of another media type than JSON.
func TestLargeMediaBodiesGiveWay(t *testing.T) {
	p := new(polite)
	x := &exchange{peer: p}
	x.match = &registered{api: NewAPI(Info{Title: "Test", Version: "1"})}
	x.in.x, x.in.media, x.in.body = x, "application/json", []byte("["+strings.Repeat("1,", 1<<19)+"1]")
	x.in.MediaBody(NewShapes("Numbers", "[integer]"), "Numbers").Int64s(nil)
	x.in.EndJSON()
	assert.Empty(t, x.in.syntax)
	assert.GreaterOrEqual(t, p.gave, 15)

	p.gave = 0
	xml := func(n int) []byte { return []byte("<a>" + strings.Repeat("<b>1</b>", n-1) + "</a>") }
	x.in.media, x.in.body = "application/xml", xml(50_000)
	x.in.MediaBody(NewShapes("Numbers", "[integer]"), "Numbers").Int64s(nil)
	x.in.EndJSON()
	assert.Empty(t, x.in.syntax)
	assert.GreaterOrEqual(t, p.gave, len(x.in.body)/256+2*50_000/64)
	assert.Zero(t, x.match.api.bounds[BoundFields].Load())
	x.in.body = xml(50_001)
	x.in.MediaBody(NewShapes("Numbers", "[integer]"), "Numbers")
	assert.Contains(t, x.in.syntax, "more than 50000 elements and attributes")
	assert.EqualValues(t, 1, x.match.api.bounds[BoundFields].Load())
}

// TestLongQueriesGiveWay: a parameter of many parts is not read in one go, and a short query asks nobody whether others wait.
func TestLongQueriesGiveWay(t *testing.T) {
	shapes := NewShapes("Filter", "{*: string}")
	for n, want := range map[int]int{400: 400 / 8, 8: 0} {
		p := new(polite)
		x := &exchange{peer: p}
		x.match = &registered{api: NewAPI(Info{Title: "Test", Version: "1"})}
		x.in.x = x
		for i := range n {
			x.head.RawQuery = fmt.Appendf(x.head.RawQuery, "filter[%d]=a&", i)
		}
		param := x.in.Query("filter", DeepObject).As(shapes, "Filter")
		members := 0
		d := x.in.JSONParam(param)
		for more := d.Map(); more; more = d.NextEntry() {
			d.Skip()
			members++
		}
		x.in.EndJSONParam(param)
		assert.Equal(t, n, members)
		assert.Equal(t, want, p.gave)
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
