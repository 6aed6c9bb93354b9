package param

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/validate"
	"github.com/tornadogen/tornadogen/runtime/internal/value"
)

var (
	inPath   = Place{"id", InPath, Simple}
	inQuery  = Place{"id", InQuery, FormExplode}
	inHeader = Place{"X-Id", InHeader, Simple}
)

// told gives what a report holds, one line each.
func told(r *Report) string {
	var lines []string
	if r.Malformed() != "" {
		lines = append(lines, "malformed "+r.Malformed())
	}
	for _, v := range r.Violations() {
		lines = append(lines, strings.Join([]string{v.In, v.Pointer, v.Keyword, v.Message}, " "))
	}
	return strings.Join(lines, "\n")
}

func TestScalars(t *testing.T) {
	t.Parallel()
	minLength := &validate.StringRule{MinLength: 3}
	percent := &validate.IntRule{HasMin: true, HasMax: true, Max: 100}
	size := &validate.UintRule{HasMax: true, Max: 5}
	tenth := &validate.FloatRule{HasMin: true, MultipleOf: "0.1"}
	kinds := validate.NewEnum("cat", "dog and bone")
	str := func(v Value) any { return v.String(nil) }
	i64 := func(v Value) any { return v.Int64(nil) }
	i32 := func(v Value) any { return v.Int32(percent) }
	u64 := func(v Value) any { return v.Uint64(nil) }
	u32 := func(v Value) any { return v.Uint32(size) }
	f64 := func(v Value) any { return v.Float64(tenth) }
	f32 := func(v Value) any { return v.Float32(nil) }
	boolean := func(v Value) any { return v.Bool() }
	enum := func(v Value) any { return v.Enum(kinds) }
	dec := func(v Value) any { return v.Decimal(tenth).String() }
	b64 := func(v Value) any { return string(v.Base64(nil)) }
	tests := []struct {
		place Place
		raw   string
		read  func(Value) any
		want  any
		told  string
	}{
		{inPath, "a%20b+c", str, "a b+c", ""},
		{inPath, "a%2Fb", str, "a/b", ""},
		{inPath, "%zz", str, "", `malformed path parameter "id": percent sign without two hexadecimal digits`},
		{inPath, "%ff", str, "", `malformed path parameter "id": not valid UTF-8`},
		{inQuery, "id=a%20b+c", str, "a b c", ""},
		{inQuery, "id=", str, "", ""},
		{inQuery, "id", str, "", ""},
		{inQuery, "id=1&id=1", str, "", "query id type must not be given more than once"},
		{inHeader, "  a b%20\t", str, "a b%20", ""},
		{inHeader, "\xff", str, "", `malformed header parameter "X-Id": not valid UTF-8`},
		{Place{"id", InPath, Label}, ".a", str, "a", ""},
		{Place{"id", InPath, Label}, "a", str, "", "path id type " + ErrLabel.Error()},
		{Place{"id", InPath, Matrix}, ";id=a", str, "a", ""},
		{Place{"id", InPath, MatrixExplode}, ";id", str, "", ""},
		{Place{"id", InPath, Matrix}, ";x=a", str, "", "path id type " + ErrMatrix.Error()},
		{Place{"id", InCookie, FormExplode}, "id=a; id=b", str, "a", ""},
		{Place{"id", InCookie, Form}, `id="a%20b+c%"`, str, "a b+c%", ""},
		{inPath, "aä", func(v Value) any { return v.String(minLength) }, "aä", "path id minLength must have at least 3 characters"},
		{inPath, "aäa", func(v Value) any { return v.String(minLength) }, "aäa", ""},
		{inPath, "-12", i64, int64(-12), ""},
		{inPath, "007", i64, int64(7), ""},
		{inPath, "1%32", i64, int64(12), ""},
		{inPath, "1e2", i64, int64(0), "path id type must be an integer"},
		{inPath, "9223372036854775808", i64, int64(0), "path id format must fit in 64 bits"},
		{inPath, "100", i32, int32(100), ""},
		{inPath, "101", i32, int32(101), "path id maximum must be at most 100"},
		{inPath, "2147483648", i32, int32(0), "path id format must fit in 32 bits"},
		{inPath, "18446744073709551615", u64, uint64(18446744073709551615), ""},
		{inPath, "-1", u64, uint64(0), "path id format must not be negative"},
		{inPath, "x", u64, uint64(0), "path id type must be an integer"},
		{inPath, "-x", u64, uint64(0), "path id type must be an integer"},
		{inPath, "6", u32, uint32(6), "path id maximum must be at most 5"},
		{inPath, "4294967296", u32, uint32(0), "path id format must fit in 32 bits"},
		{inPath, "0.3", f64, 0.3, ""},
		{inPath, "00.3e0", f64, 0.3, ""},
		{inPath, "-0.3", f64, -0.3, "path id minimum must be at least 0"},
		{inPath, "0.35", f64, 0.35, "path id multipleOf must be a multiple of 0.1"},
		{inPath, "NaN", f64, 0.0, "path id type must be a number"},
		{inPath, "1e999", f64, 0.0, "path id format must fit in a 64-bit float"},
		{inPath, "1e39", f32, float32(0), "path id format must fit in a 32-bit float"},
		{inPath, "true", boolean, true, ""},
		{inPath, "1", boolean, false, "path id type must be true or false"},
		{inQuery, "id=dog+and%20bone", enum, "dog and bone", ""},
		{inPath, "dog", enum, "", "path id enum must be one of cat, dog and bone"},
		{inPath, "01.55", dec, "1.55", "path id multipleOf must be a multiple of 0.1"},
		{inPath, "0001.50e1", dec, "1.50e1", ""},
		{inPath, "1.", dec, "", "path id type must be a number"},
		{inPath, "1e99999999999", dec, "", "path id format must be a decimal number of a sensible size"},
		{inPath, "aGk=", b64, "hi", ""},
		{inPath, "aGk", b64, "hi", ""},
		{inPath, "_-%2B%2F", b64, "\xff\xef\xbf", ""},
		{inQuery, "id=++++", b64, "\xfb\xef\xbe", ""},
		{inPath, "aGk==", b64, "", "path id format must be valid base64"},
		{inPath, "a", b64, "", "path id format must be valid base64"},
		{inPath, "aA", func(v Value) any { return string(v.Base64(minLength)) }, "h", "path id minLength must have at least 3 characters"},
	}
	for _, tt := range tests {
		var r Report
		got := tt.read(valueOf(t, &r, tt.place, tt.raw))
		if tt.told != "" && tt.place == inPath && got == "0" {
			got = "" // a zero Decimal prints as a number
		}
		assert.Equal(t, tt.want, got, tt.raw)
		assert.Equal(t, tt.told, told(&r), tt.raw)
		assert.Equal(t, tt.told != "", r.Failed())
	}
}

func TestFormats(t *testing.T) {
	t.Parallel()
	var r Report
	read := func(p Place, raw string) Value { return valueOf(t, &r, p, raw) }
	assert.True(t, read(inPath, "2024-02-29T12:00:00%2B01:30").Time().Equal(time.Date(2024, 2, 29, 10, 30, 0, 0, time.UTC)))
	assert.True(t, read(inQuery, "id=2024-02-29T12:00:00+01:30").Time().Equal(time.Date(2024, 2, 29, 10, 30, 0, 0, time.UTC)))
	assert.Equal(t, value.Date{Year: 2024, Month: 2, Day: 29}, read(inPath, "2024-02-29").Date())
	assert.Equal(t, 90, read(inQuery, "id=12:00:00+01:30").TimeOfDay().Offset)
	assert.Equal(t, "P1DT2H", read(inPath, "P1DT2H").Duration().String())
	const id = "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"
	assert.Equal(t, id, read(inPath, strings.ToUpper(id)).UUID().String())
	assert.Equal(t, netip.MustParseAddr("::1"), read(inPath, "%3A%3A1").Addr(6))
	assert.Equal(t, netip.MustParseAddr("10.0.0.1"), read(inPath, "10.0.0.1").Addr(4))
	assert.Equal(t, netip.MustParseAddr("10.0.0.1"), read(inPath, "10.0.0.1").Addr(0))
	require.Empty(t, told(&r))

	for _, tt := range []struct {
		read func(Value) any
		raw  string
		noun string
	}{
		{func(v Value) any { return v.Time() }, "2024-02-30T12:00:00Z", "date-time, as 2006-01-02T15:04:05Z"},
		{func(v Value) any { return v.Time() }, "2024-02-20T12:00:00 01:00", "date-time, as 2006-01-02T15:04:05Z"},
		{func(v Value) any { return v.Date() }, "2024-2-1", "date, as 2006-01-02"},
		{func(v Value) any { return v.TimeOfDay() }, "25:00:00Z", "time, as 15:04:05Z"},
		{func(v Value) any { return v.Duration() }, "1D", "duration, as P1DT12H"},
		{func(v Value) any { return v.UUID() }, "f81d4fae", "UUID"},
		{func(v Value) any { return v.Addr(4) }, "::1", "IPv4 address"},
		{func(v Value) any { return v.Addr(6) }, "10.0.0.1", "IPv6 address"},
		{func(v Value) any { return v.Addr(6) }, "fe80::1%25eth0", "IPv6 address"},
		{func(v Value) any { return v.Addr(0) }, "1.2.3", "IP address"},
	} {
		var r Report
		assert.Zero(t, tt.read(valueOf(t, &r, inPath, tt.raw)), tt.raw)
		assert.Equal(t, "path id format must be a valid "+tt.noun, told(&r), tt.raw)
	}
}

func TestAbsent(t *testing.T) {
	t.Parallel()
	var r Report
	v := valueOf(t, &r, inQuery, "other=1")
	assert.False(t, v.Present())
	assert.Empty(t, v.String(nil))
	assert.Zero(t, v.Int64(nil))
	assert.Zero(t, v.Uint32(nil))
	assert.Zero(t, v.Float64(nil))
	assert.Zero(t, v.Decimal(nil))
	assert.False(t, v.Bool())
	assert.Zero(t, v.Time())
	assert.Nil(t, v.Base64(nil))
	assert.Nil(t, items(v))
	v.CheckItems(0, &validate.ArrayRule{MinItems: 1})
	_, ok := v.Bytes()
	assert.False(t, ok)
	assert.Empty(t, told(&r))
	assert.False(t, v.Required())
	assert.Equal(t, "query id required is required", told(&r))
	r.Reset()
	assert.False(t, r.Failed())
	assert.True(t, r.Value(inHeader, nil, true).Required())
	assert.False(t, r.Value(inHeader, nil, false).Required())
	assert.Equal(t, inHeader, r.Value(inHeader, nil, true).Place())
}

func TestViolationsInLists(t *testing.T) {
	t.Parallel()
	var r Report
	v := valueOf(t, &r, inQuery, "id=1&id=x&id=%zz&id=2")
	var all []int64
	for item := range v.Items() {
		all = append(all, item.Int64(nil))
	}
	assert.Equal(t, []int64{1, 0, 0, 2}, all)
	v.CheckItems(len(all), &validate.ArrayRule{MaxItems: 3})
	assert.Equal(t, strings.Join([]string{
		`malformed query parameter "id": percent sign without two hexadecimal digits`,
		"query id/1 type must be an integer",
		"query id maxItems must have at most 3 items",
	}, "\n"), told(&r))
}

func TestUniqueItems(t *testing.T) {
	t.Parallel()
	unique := &validate.ArrayRule{Unique: true}
	for raw, fault := range map[string]string{
		"id=a&id=b":     "",
		"id=a&id=%61":   "query id uniqueItems must have unique items",
		"id=a+&id=a%20": "query id uniqueItems must have unique items",
	} {
		var r Report
		v := valueOf(t, &r, inQuery, raw)
		v.CheckItems(2, unique)
		assert.Equal(t, fault, told(&r), raw)
	}
}

func TestReportIsBounded(t *testing.T) {
	t.Parallel()
	var r Report
	for i := range 2 * maxViolations {
		r.Violate(inPath, "type", fmt.Sprint(i))
	}
	assert.Len(t, r.Violations(), maxViolations)
	given := r.Violations()
	r.Reset()
	r.Violate(inPath, "type", "new")
	assert.Equal(t, "0", given[0].Message)
}

// What a value gives must survive that the request's memory is used again.
func TestNothingAliasesTheRequest(t *testing.T) {
	t.Parallel()
	raw := []byte("id=name&id=%41b")
	var q Query
	require.NoError(t, q.Parse(raw, 0))
	var r Report
	got := items(r.Lookup(inQuery, &q.Pairs))
	text := []byte("aGk")
	data := r.Value(inPath, text, true).Base64(nil)
	for i := range raw {
		raw[i] = '!'
	}
	copy(text, "!!!")
	assert.Equal(t, []string{"name", "Ab"}, got)
	assert.Equal(t, "hi", string(data))
}

func TestNoAllocations(t *testing.T) {
	raw := []byte("limit=10&status=sold&tags=a&tags=b%20c&ids=1,2,3&f[x]=1&rate=0.5")
	cookie := []byte("session=abc; theme=dark")
	status := validate.NewEnum("available", "sold")
	rule := &validate.IntRule{HasMax: true, Max: 100}
	id := []byte("1%32")
	var q Query
	var c Cookies
	var r Report
	sum := int64(0)
	read := func() {
		_ = q.Parse(raw, 0)
		c.Reset()
		_ = c.Add(cookie, 0)
		sum += r.Lookup(Place{"limit", InQuery, FormExplode}, &q.Pairs).Int64(rule)
		sum += int64(r.Lookup(Place{"rate", InQuery, FormExplode}, &q.Pairs).Float64(nil))
		sum += int64(len(r.Lookup(Place{"status", InQuery, FormExplode}, &q.Pairs).Enum(status)))
		ids := r.Lookup(Place{"ids", InQuery, Form}, &q.Pairs)
		sum += int64(ids.Count())
		for item := range ids.Items() {
			sum += item.Int64(nil)
		}
		for item := range r.Lookup(Place{"tags", InQuery, FormExplode}, &q.Pairs).Items() {
			text, _ := item.Bytes()
			sum += int64(len(text))
		}
		text, _ := r.Lookup(Place{"session", InCookie, FormExplode}, &c.Pairs).Bytes()
		sum += int64(len(text))
		sum += r.Value(Place{"petId", InPath, Simple}, id, true).Int64(nil)
	}
	read()
	require.Empty(t, told(&r))
	assert.Zero(t, testing.AllocsPerRun(100, read))
}

func TestCountIsHowManyItemsThereAre(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		query string
		style Style
	}{
		{"", Form},
		{"ids=", Form},
		{"ids=1", Form},
		{"ids=1,2,3", Form},
		{"ids=1&ids=2", Form},
		{"ids=1&x=7&ids=2", FormExplode},
		{"ids=1%202%203", SpaceDelimited},
		{"ids[]=1&ids[]=2", DeepObject},
	} {
		var r Report
		var q Query
		require.NoError(t, q.Parse([]byte(c.query), 0))
		v := r.Lookup(Place{"ids", InQuery, c.style}, &q.Pairs)
		count, n := v.Count(), 0
		for range v.Items() {
			n++
		}
		assert.Equal(t, n, count, "%s in style %d", c.query, c.style)
	}
}
