package param

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/shape"
)

// styles are all places that OpenAPI gives a style for, with its examples: an array and an object, as they are written.
var styles = []struct {
	place         Place
	array, object string
}{
	{Place{"color", InPath, Simple}, "blue,black,brown", "R,100,G,200,B,150"},
	{Place{"color", InPath, SimpleExplode}, "blue,black,brown", "R=100,G=200,B=150"},
	{Place{"color", InPath, Label}, ".blue,black,brown", ".R,100,G,200,B,150"},
	{Place{"color", InPath, LabelExplode}, ".blue.black.brown", ".R=100.G=200.B=150"},
	{Place{"color", InPath, Matrix}, ";color=blue,black,brown", ";color=R,100,G,200,B,150"},
	{Place{"color", InPath, MatrixExplode}, ";color=blue;color=black;color=brown", ";R=100;G=200;B=150"},
	{Place{"color", InQuery, Form}, "color=blue,black,brown", "color=R,100,G,200,B,150"},
	{Place{"color", InQuery, FormExplode}, "color=blue&color=black&color=brown", "R=100&G=200&B=150"},
	{Place{"color", InQuery, SpaceDelimited}, "color=blue%20black%20brown", "color=R%20100%20G%20200%20B%20150"},
	{Place{"color", InQuery, PipeDelimited}, "color=blue%7Cblack%7Cbrown", "color=R%7C100%7CG%7C200%7CB%7C150"},
	{Place{"color", InHeader, Simple}, "blue,black,brown", "R,100,G,200,B,150"},
	{Place{"color", InHeader, SimpleExplode}, "blue,black,brown", "R=100,G=200,B=150"},
	{Place{"color", InQuery, TabDelimited}, "color=blue%09black%09brown", "color=R%09100%09G%09200%09B%09150"},
	{Place{"color", InPath, SpaceDelimited}, "blue%20black%20brown", "R%20100%20G%20200%20B%20150"},
	{Place{"color", InPath, PipeDelimited}, "blue%7Cblack%7Cbrown", "R%7C100%7CG%7C200%7CB%7C150"},
	{Place{"color", InHeader, TabDelimited}, "blue\tblack\tbrown", "R\t100\tG\t200\tB\t150"},
	{Place{"color", InHeader, PipeDelimited}, "blue|black|brown", "R|100|G|200|B|150"},
	{Place{"color", InCookie, Form}, "color=blue,black,brown", "color=R,100,G,200,B,150"},
	{Place{"color", InCookie, FormExplode}, "color=blue; color=black; color=brown", "R=100; G=200; B=150"},
}

// valueOf reads a parameter from the text that a client has written for it.
func valueOf(t require.TestingT, r *Report, p Place, raw string) Value {
	switch p.In {
	case InQuery:
		q := new(Query)
		require.NoError(t, q.Parse([]byte(raw), 0))
		return r.Lookup(p, &q.Pairs)
	case InCookie:
		c := new(Cookies)
		require.NoError(t, c.Add([]byte(raw), 0))
		return r.Lookup(p, &c.Pairs)
	}
	return r.Value(p, []byte(raw), true)
}

// testShapes are those that notations in the tests refer to.
var testShapes = shape.NewShapes("T", "{v: integer, next: T}")

// items reads an array of strings.
func items(v Value) (all []string) {
	for item := range v.Items() {
		all = append(all, item.String(nil))
	}
	return all
}

// members reads an object of strings, as "name=value".
func members(v Value) (all []string) {
	text, _ := v.As(testShapes, "{*: string}").Bytes()
	var d jsonwire.Decoder
	d.Reset(text)
	for more := len(text) > 0 && d.Map(); more; more = d.NextEntry() {
		all = append(all, d.Key()+"="+d.String(nil))
	}
	return all
}

func TestExamplesOfTheStandard(t *testing.T) {
	t.Parallel()
	for _, s := range styles {
		var r Report
		v := valueOf(t, &r, s.place, s.array)
		assert.Equal(t, []string{"blue", "black", "brown"}, items(v), s.array)
		v = valueOf(t, &r, s.place, s.object)
		assert.Equal(t, []string{"R=100", "G=200", "B=150"}, members(v), s.object)
		assert.False(t, r.Failed(), "%v %v", s.place, r.Violations())

		var b []byte
		for i, item := range []string{"blue", "black", "brown"} {
			b = AppendItem(b, s.place, i, item)
		}
		assert.Equal(t, s.array, string(b))
		b = b[:0]
		for i, m := range []string{"R=100", "G=200", "B=150"} {
			name, text, _ := strings.Cut(m, "=")
			b = AppendMember(b, s.place, i, name, text)
		}
		assert.Equal(t, s.object, string(b))
	}
}

func TestItems(t *testing.T) {
	t.Parallel()
	tests := []struct {
		place Place
		raw   string
		want  []string
		fault string
	}{
		{Place{"a", InPath, Simple}, "x", []string{"x"}, ""},
		{Place{"a", InPath, Simple}, "x,,y,", []string{"x", "", "y", ""}, ""},
		{Place{"a", InPath, Simple}, "x%2Cy,z", []string{"x,y", "z"}, ""},
		{Place{"a", InPath, Label}, ".", nil, ""},
		{Place{"a", InPath, Label}, ".1.5,2", []string{"1.5", "2"}, ""},
		{Place{"a", InPath, LabelExplode}, ".1%2E5.2", []string{"1.5", "2"}, ""},
		{Place{"a", InPath, LabelExplode}, "1.2", nil, ErrLabel.Error()},
		{Place{"a", InPath, Matrix}, ";a", nil, ""},
		{Place{"a", InPath, Matrix}, ";a=", nil, ""},
		{Place{"a", InPath, Matrix}, ";%61=x,y", []string{"x", "y"}, ""},
		{Place{"a", InPath, Matrix}, ";b=x", nil, ErrMatrix.Error()},
		{Place{"a", InPath, Matrix}, "a=x", nil, ErrMatrix.Error()},
		{Place{"a", InPath, MatrixExplode}, ";a=x;a;a=z", []string{"x", "", "z"}, ""},
		{Place{"a", InPath, MatrixExplode}, ";a=x;b=y;a=z", []string{"x"}, ErrMatrix.Error()},
		{Place{"a", InPath, MatrixExplode}, "a=x", nil, ErrMatrix.Error()},
		{Place{"a", InQuery, Form}, "a=", nil, ""},
		{Place{"a", InQuery, Form}, "a=x,y%2Cz&b=1", []string{"x", "y,z"}, ""},
		{Place{"a", InQuery, Form}, "a=x&a=y", nil, "must not be given more than once"},
		{Place{"a", InQuery, FormExplode}, "b=1", nil, ""},
		{Place{"a", InQuery, FormExplode}, "a=", []string{""}, ""},
		{Place{"a", InQuery, FormExplode}, "a=x,y&b=1&%61=z", []string{"x,y", "z"}, ""},
		{Place{"a", InQuery, SpaceDelimited}, "a=x+y%20z w", []string{"x", "y", "z", "w"}, ""},
		{Place{"a", InQuery, SpaceDelimited}, "a=x%2By", []string{"x+y"}, ""},
		{Place{"a", InQuery, PipeDelimited}, "a=x|y%7Cz%7cw+v", []string{"x", "y", "z", "w v"}, ""},
		{Place{"a", InQuery, TabDelimited}, "a=x%09y\tz+w", []string{"x", "y", "z w"}, ""},
		{Place{"a", InPath, SpaceDelimited}, "x+y%20z", []string{"x+y", "z"}, ""},
		{Place{"a", InHeader, PipeDelimited}, "x| y%7Cz,w ", []string{"x", "y%7Cz,w"}, ""},
		{Place{"a", InHeader, Simple}, " x , y\t,z ", []string{"x", "y", "z"}, ""},
		{Place{"a", InHeader, Simple}, "%41", []string{"%41"}, ""},
		{Place{"a", InCookie, FormExplode}, "a=x; b=1; a=y", []string{"x", "y"}, ""},
	}
	for _, tt := range tests {
		var r Report
		assert.Equal(t, tt.want, items(valueOf(t, &r, tt.place, tt.raw)), "%v %s", tt.place, tt.raw)
		if tt.fault == "" {
			assert.False(t, r.Failed(), "%v %s %v", tt.place, tt.raw, r.Violations())
			continue
		}
		require.Len(t, r.Violations(), 1, tt.raw)
		assert.Equal(t, tt.fault, r.Violations()[0].Message)
		assert.Equal(t, "type", r.Violations()[0].Keyword)
		assert.Equal(t, "a", r.Violations()[0].Pointer)
	}
}

func TestMembers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		place Place
		raw   string
		want  []string
		fault string
	}{
		{Place{"a", InPath, Simple}, "R,100,G", []string{"R=100"}, ErrMember.Error()},
		{Place{"a", InPath, Simple}, "R,,G,2", []string{"R=", "G=2"}, ""},
		{Place{"a", InPath, SimpleExplode}, "R=100,G", []string{"R=100"}, ErrMember.Error()},
		{Place{"a", InPath, SimpleExplode}, "%52%2C=1%3D0,G=x=y", []string{"R,=1=0", "G=x=y"}, ""},
		{Place{"a", InPath, Label}, ".", nil, ""},
		{Place{"a", InPath, LabelExplode}, "R=1", nil, ErrLabel.Error()},
		{Place{"a", InPath, MatrixExplode}, ";R=1;G", []string{"R=1", "G="}, ""},
		{Place{"a", InPath, MatrixExplode}, ";R=1;;G=1", []string{"R=1"}, ErrMember.Error()},
		{Place{"a", InPath, MatrixExplode}, "R=1", nil, ErrMatrix.Error()},
		{Place{"a", InPath, Matrix}, ";a=R,1", []string{"R=1"}, ""},
		{Place{"a", InPath, Matrix}, ";b=R,1", nil, ErrMatrix.Error()},
		{Place{"a", InQuery, Form}, "a=", nil, ""},
		{Place{"a", InQuery, Form}, "a=R,1&a=G,2", nil, "must not be given more than once"},
		{Place{"a", InQuery, DeepObject}, "a[R]=1&b=2&a[x%20y]=3", []string{"R=1", "x y=3"}, ""},
		{Place{"a", InHeader, SimpleExplode}, "R=1, G=2", []string{"R=1", "G=2"}, ""},
	}
	for _, tt := range tests {
		var r Report
		assert.Equal(t, tt.want, members(valueOf(t, &r, tt.place, tt.raw)), "%v %s", tt.place, tt.raw)
		if tt.fault == "" {
			assert.False(t, r.Failed(), "%v %s %v", tt.place, tt.raw, r.Violations())
			continue
		}
		require.Len(t, r.Violations(), 1, tt.raw)
		assert.Equal(t, tt.fault, r.Violations()[0].Message)
	}
}

func TestStopEarly(t *testing.T) {
	t.Parallel()
	var r Report
	for item := range valueOf(t, &r, Place{"a", InPath, Simple}, "x,y").Items() {
		assert.Equal(t, "x", item.String(nil))
		break
	}
	assert.False(t, r.Failed())
}
