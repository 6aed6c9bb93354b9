package param

import (
	"math"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/validate"
	"github.com/tornadogen/tornadogen/runtime/internal/value"
)

// page is a Target that keeps one text for each place.
type page struct {
	text []byte
	err  error
}

func (p *page) BeginParam(Place) []byte      { return p.text[:0] }
func (p *page) EndParam(_ Place, b []byte)   { p.text = b }
func (p *page) FailParam(_ Place, err error) { p.err = err }

func TestWriterScalars(t *testing.T) {
	t.Parallel()
	moment := time.Date(2024, 2, 29, 12, 30, 0, 500, time.FixedZone("", -90*60))
	id, err := value.ParseUUID("f81d4fae-7dec-11d0-a765-00a0c91e6bf6")
	require.NoError(t, err)
	decimal, err := value.ParseDecimal("12345678901234567890.10")
	require.NoError(t, err)
	duration, err := value.ParseDuration("P1DT2H")
	require.NoError(t, err)
	clock, err := value.ParseTimeOfDay("12:30:00+01:30")
	require.NoError(t, err)
	date := value.Date{Year: 2024, Month: 2, Day: 29}
	tests := []struct {
		write func(w Writer)
		read  func(v Value) any
		want  any
		raw   string
	}{
		{func(w Writer) { w.String("a/b ü") }, func(v Value) any { return v.String(nil) }, "a/b ü", "a%2Fb%20%C3%BC"},
		{func(w Writer) { w.Int64(math.MinInt64) }, func(v Value) any { return v.Int64(nil) }, int64(math.MinInt64), "-9223372036854775808"},
		{func(w Writer) { w.Uint64(math.MaxUint64) }, func(v Value) any { return v.Uint64(nil) }, uint64(math.MaxUint64), "18446744073709551615"},
		{func(w Writer) { w.Float64(1e100) }, func(v Value) any { return v.Float64(nil) }, 1e100, "1e%2B100"},
		{func(w Writer) { w.Float32(0.1) }, func(v Value) any { return v.Float32(nil) }, float32(0.1), "0.1"},
		{func(w Writer) { w.Bool(true) }, func(v Value) any { return v.Bool() }, true, "true"},
		{func(w Writer) { w.Time(moment) }, func(v Value) any { return v.Time().UTC() }, moment.UTC(), "2024-02-29T12%3A30%3A00.0000005-01%3A30"},
		{func(w Writer) { w.Date(date) }, func(v Value) any { return v.Date() }, date, "2024-02-29"},
		{func(w Writer) { w.TimeOfDay(clock) }, func(v Value) any { return v.TimeOfDay() }, clock, "12%3A30%3A00%2B01%3A30"},
		{func(w Writer) { w.Duration(duration) }, func(v Value) any { return v.Duration() }, duration, "P1DT2H"},
		{func(w Writer) { w.UUID(id) }, func(v Value) any { return v.UUID() }, id, id.String()},
		{func(w Writer) { w.Addr(netip.MustParseAddr("::1")) }, func(v Value) any { return v.Addr(6) }, netip.MustParseAddr("::1"), "%3A%3A1"},
		{func(w Writer) { w.Decimal(decimal) }, func(v Value) any { return v.Decimal(nil) }, decimal, "12345678901234567890.10"},
		{func(w Writer) { w.Base64([]byte("\xff\xfe")) }, func(v Value) any { return v.Base64(nil) }, []byte("\xff\xfe"), "__4%3D"},
		{func(w Writer) { w.JSON(value.JSON(`{"a":1}`)) }, func(v Value) any { b, _ := v.Bytes(); return string(b) }, `{"a":1}`, "%7B%22a%22%3A1%7D"},
	}
	for _, tt := range tests {
		for _, s := range styles {
			var p page
			tt.write(NewWriter(&p, s.place))
			require.NoError(t, p.err)
			var r Report
			assert.Equal(t, tt.want, tt.read(valueOf(t, &r, s.place, string(p.text))), "%s", p.text)
			assert.False(t, r.Failed(), "%s %s", p.text, told(&r))
			if s.place.In == InPath && s.place.Style == Simple {
				assert.Equal(t, tt.raw, string(p.text))
			}
		}
	}
}

func TestWriterLists(t *testing.T) {
	t.Parallel()
	for _, s := range styles {
		var p page
		w := NewWriter(&p, s.place)
		w.Items(3, func(i int, w Writer) { w.String([]string{"blue", "black", "brown"}[i]) })
		assert.Equal(t, s.array, string(p.text))
		w.As(testShapes, "{R: integer, G: string, B: integer}", []byte(`{"R":100,"G":"200","B":150}`))
		assert.Equal(t, s.object, string(p.text))
		require.NoError(t, p.err)
	}
}

func TestWriterNoItems(t *testing.T) {
	t.Parallel()
	for style, want := range map[Style]string{Form: "color=", FormExplode: "", DeepObject: "", Simple: "", Label: ".", Matrix: ";color="} {
		var p page
		NewWriter(&p, Place{"color", InQuery, style}).Items(0, nil)
		assert.Equal(t, want, string(p.text))
		NewWriter(&p, Place{"color", InQuery, style}).As(testShapes, "{*}", []byte("{}"))
		assert.Equal(t, want, string(p.text))
	}
}

func TestWriterFails(t *testing.T) {
	t.Parallel()
	header := Place{"X-A", InHeader, Simple}
	explode := Place{"X-A", InHeader, SimpleExplode}
	const members = "{*: string}"
	tests := []struct {
		place Place
		write func(w Writer)
		want  error
	}{
		{header, func(w Writer) { w.String("a\r\nb") }, ErrNotExpressible},
		{header, func(w Writer) { w.String(" a") }, ErrNotExpressible},
		{header, func(w Writer) { w.String("a\x7f") }, ErrNotExpressible},
		{header, func(w Writer) { w.String("a,b") }, nil},
		{header, func(w Writer) { w.Items(1, func(_ int, w Writer) { w.String("a,b") }) }, ErrNotExpressible},
		{explode, func(w Writer) { w.As(testShapes, members, []byte(`{"a=b":"c"}`)) }, ErrNotExpressible},
		{explode, func(w Writer) { w.As(testShapes, members, []byte(`{"a":"b=c"}`)) }, nil},
		{header, func(w Writer) { w.As(testShapes, members, []byte(`{"a=b":"c"}`)) }, nil},
		{Place{"a", InQuery, SpaceDelimited}, func(w Writer) { w.Items(1, func(_ int, w Writer) { w.String("a b") }) }, ErrNotExpressible},
		{Place{"a", InQuery, SpaceDelimited}, func(w Writer) { w.String("a b") }, nil},
		{Place{"a", InQuery, PipeDelimited}, func(w Writer) { w.Items(1, func(_ int, w Writer) { w.String("a|b") }) }, ErrNotExpressible},
		{inPath, func(w Writer) { w.Float64(math.NaN()) }, ErrNotFinite},
		{inPath, func(w Writer) { w.Float32(float32(math.Inf(-1))) }, ErrNotFinite},
	}
	for _, tt := range tests {
		var p page
		tt.write(NewWriter(&p, tt.place))
		assert.ErrorIs(t, p.err, tt.want)
	}
	var p page
	NewWriter(&p, inPath).Date(value.Date{Year: 2024, Month: 2, Day: 30})
	assert.Error(t, p.err)
}

func TestLenientEnum(t *testing.T) {
	t.Parallel()
	lenient := Report{Lenient: true}
	assert.Equal(t, "new", lenient.Value(inHeader, []byte("new"), true).Enum(validate.NewEnum("old")))
}

func TestExpandPath(t *testing.T) {
	t.Parallel()
	values := map[string]string{"id": "1", "ext": "tar%2Fgz", "dot": ".", "empty": "", "a-b": "x", "rest": "a%2Fb.%2F%252F", "up": "a%2F..%2Fb", "end": "a%2F.", "...": "y"}
	get := func(name string) ([]byte, bool) {
		v, ok := values[name]
		return []byte(v), ok
	}
	for template, want := range map[string]string{
		"/":                   "/base/",
		"/pets/{id}":          "/base/pets/1",
		"/pets/{id}:verb":     "/base/pets/1:verb",
		"/f/{id}.{ext}/x/":    "/base/f/1.tar%2Fgz/x/",
		"/{a-b}{id}":          "/base/x1",
		"/a b/ü%20%2f":        "/base/a%20b/%C3%BC%20%2f",
		"/{id/x}/{{id}}":      "/base/%7Bid/x%7D/%7B1%7D",
		"/.well-known/{id}":   "/base/.well-known/1",
		"/x{dot}/{dot}{dot}.": "/base/x./...",
		"/./..":               "/base/./..",
		"/a?b#c":              "/base/a%3Fb%23c",
		"/{rest...}/x":        "/base/a/b./%252F/x",
		"/{rest}/x":           "/base/a%2Fb.%2F%252F/x",
		"/{end...}:verb":      "/base/a/.:verb",
		"/{...}":              "/base/y",
	} {
		got, err := ExpandPath([]byte("/base"), template, get)
		assert.NoError(t, err, template)
		assert.Equal(t, want, string(got), template)
	}
	for template, want := range map[string]string{
		"/{x}":          `path parameter "x" is not given`,
		"/{empty}":      `path parameter "empty" is empty, which a path parameter cannot be`,
		"/{dot}":        `path parameter "dot" would make a path segment "." or ".."`,
		"/a/{dot}./b":   `path parameter "dot" would make a path segment "." or ".."`,
		"/{up...}":      `path parameter "up" would make a path segment "." or ".."`,
		"/{end...}/b":   `path parameter "end" would make a path segment "." or ".."`,
		"/{dot...}":     `path parameter "dot" would make a path segment "." or ".."`,
		"/{empty...}":   `path parameter "empty" is empty, which a path parameter cannot be`,
		"/a/{dot}{dot}": `path parameter "dot" would make a path segment "." or ".."`,
	} {
		_, err := ExpandPath(nil, template, get)
		assert.EqualError(t, err, want)
	}
}
