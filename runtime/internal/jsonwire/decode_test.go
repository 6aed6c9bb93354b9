package jsonwire_test

import (
	"fmt"
	"math"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/validate"
	"github.com/tornadogen/tornadogen/runtime/internal/value"
)

// consume runs one method over text and returns the value and what went wrong, as "keyword: message" or the reason.
func consume[T any](text string, method func(d *jsonwire.Decoder) T) (T, string) {
	d := decoder(text)
	v := method(d)
	d.End()
	if err := d.SyntaxError(); err != nil {
		return v, err.Reason
	}
	var all []string
	for _, violation := range d.Violations() {
		all = append(all, violation.Keyword+": "+violation.Message)
	}
	return v, strings.Join(all, "; ")
}

func TestInt64(t *testing.T) {
	rule := &validate.IntRule{Min: -5, HasMin: true, Max: 1e6, HasMax: true}
	tests := []struct {
		text  string
		rule  *validate.IntRule
		want  int64
		wrong string
	}{
		{"0", nil, 0, ""},
		{"-0", nil, 0, ""},
		{"42", nil, 42, ""},
		{"-42", nil, -42, ""},
		{"9007199254740993", nil, 9007199254740993, ""},
		{"9223372036854775807", nil, math.MaxInt64, ""},
		{"-9223372036854775808", nil, math.MinInt64, ""},
		{"9223372036854775808", nil, 0, "format: must fit in 64 bits"},
		{"1e400", nil, 0, "format: must fit in 64 bits"},
		{"1e99999999999999999999", nil, 0, "format: must fit in 64 bits"},
		{"1.0", nil, 1, ""},
		{"1e2", nil, 100, ""},
		{"1.5e1", nil, 15, ""},
		{"100e-2", nil, 1, ""},
		{"9007199254740993000e-3", nil, 9007199254740993, ""},
		{"0e99", nil, 0, ""},
		{"1.5", nil, 0, "type: expected integer, got number"},
		{"1e-1", nil, 0, "type: expected integer, got number"},
		{`"1"`, nil, 0, "type: expected integer, got string"},
		{"null", nil, 0, "type: expected integer, got null"},
		{"[1]", nil, 0, "type: expected integer, got array"},
		{"1.0", rule, 1, ""},
		{"-6", rule, -6, "minimum: must be at least -5"},
		{"1000001", rule, 1000001, "maximum: must be at most 1000000"},
		{"01", nil, 0, "malformed number"},
		{"-", nil, 0, "unexpected end of the text"},
		{"+1", nil, 0, "unexpected character"},
	}
	for _, test := range tests {
		got, wrong := consume(test.text, func(d *jsonwire.Decoder) int64 { return d.Int64(test.rule) })
		assert.Equal(t, test.wrong, wrong, test.text)
		assert.Equal(t, test.want, got, test.text)
	}
}

func TestOtherIntegers(t *testing.T) {
	i32, wrong := consume("2147483648", func(d *jsonwire.Decoder) int32 { return d.Int32(nil) })
	assert.Zero(t, i32)
	assert.Equal(t, "format: must fit in 32 bits", wrong)
	i32, wrong = consume("-2147483648", func(d *jsonwire.Decoder) int32 { return d.Int32(nil) })
	assert.Equal(t, int32(math.MinInt32), i32)
	assert.Empty(t, wrong)

	tests := []struct {
		text  string
		want  uint64
		wrong string
	}{
		{"18446744073709551615", math.MaxUint64, ""},
		{"18446744073709551616", 0, "format: must fit in 64 bits"},
		{"-1", 0, "format: must not be negative"},
		{"-1e0", 0, "format: must not be negative"},
		{"-0", 0, ""},
		{"-0.0", 0, ""},
		{"1.50e1", 15, ""},
		{"101", 101, "maximum: must be at most 100"},
		{"true", 0, "type: expected integer, got boolean"},
	}
	for _, test := range tests {
		var rule *validate.UintRule
		if test.want == 101 {
			rule = &validate.UintRule{Max: 100, HasMax: true}
		}
		got, wrong := consume(test.text, func(d *jsonwire.Decoder) uint64 { return d.Uint64(rule) })
		assert.Equal(t, test.wrong, wrong, test.text)
		assert.Equal(t, test.want, got, test.text)
	}
	u32, wrong := consume("4294967296", func(d *jsonwire.Decoder) uint32 { return d.Uint32(nil) })
	assert.Zero(t, u32)
	assert.Equal(t, "format: must fit in 32 bits", wrong)
}

func TestFloat(t *testing.T) {
	rule := &validate.FloatRule{Min: 0, HasMin: true, ExclusiveMin: true, MultipleOf: "0.01"}
	tests := []struct {
		text  string
		rule  *validate.FloatRule
		want  float64
		wrong string
	}{
		{"0.1", nil, 0.1, ""},
		{"-0.0", nil, math.Copysign(0, -1), ""},
		{"123456789012345", nil, 123456789012345, ""},
		{"9007199254740993", nil, 9007199254740992, ""},
		{"0.30000000000000004", nil, 0.30000000000000004, ""},
		{"5e-324", nil, 5e-324, ""},
		{"1e-400", nil, 0, ""},
		{"1.7976931348623157e308", nil, math.MaxFloat64, ""},
		{"1e309", nil, 0, "format: must fit in a 64-bit float"},
		{"0.07", rule, 0.07, ""},
		{"0", rule, 0, "exclusiveMinimum: must be greater than 0"},
		{"-0.001", rule, -0.001, "exclusiveMinimum: must be greater than 0; multipleOf: must be a multiple of 0.01"},
		{`{}`, rule, 0, "type: expected number, got object"},
		{"1.e1", nil, 0, "malformed number"},
		{".1", nil, 0, "unexpected character"},
		{"NaN", nil, 0, "unexpected character"},
	}
	for _, test := range tests {
		got, wrong := consume(test.text, func(d *jsonwire.Decoder) float64 { return d.Float64(test.rule) })
		assert.Equal(t, test.wrong, wrong, test.text)
		assert.Equal(t, math.Float64bits(test.want), math.Float64bits(got), test.text)
	}
	f32, wrong := consume("1e39", func(d *jsonwire.Decoder) float32 { return d.Float32(nil) })
	assert.Zero(t, f32)
	assert.Equal(t, "format: must fit in a 32-bit float", wrong)
	f32, wrong = consume("0.1", func(d *jsonwire.Decoder) float32 { return d.Float32(nil) })
	assert.Equal(t, float32(0.1), f32)
	assert.Empty(t, wrong)
}

func TestString(t *testing.T) {
	rule := &validate.StringRule{MinLength: 2, MaxLength: 4, Pattern: validate.NewPattern("^[a-zé😀]+$")}
	tests := []struct {
		text  string
		rule  *validate.StringRule
		want  string
		wrong string
	}{
		{`""`, nil, "", ""},
		{`"plain"`, nil, "plain", ""},
		{`"a\"\\\/\b\f\n\r\t"`, nil, "a\"\\/\b\f\n\r\t", ""},
		{`"\u00e9\u20AC\ud83d\ude00"`, nil, "é€😀", ""},
		{`"\u0000"`, nil, "\x00", ""},
		{`"0123456789é0123456789\n0123456789"`, nil, "0123456789é0123456789\n0123456789", ""},
		{`"é😀"`, rule, "é😀", ""},
		{`"😀"`, rule, "😀", "minLength: must have at least 2 characters"},
		{`"abcde"`, rule, "abcde", "maxLength: must have at most 4 characters"},
		{`"A"`, rule, "A", "minLength: must have at least 2 characters; pattern: must match ^[a-zé😀]+$"},
		{`17`, rule, "", "type: expected string, got number"},
		{`false`, rule, "", "type: expected string, got boolean"},
	}
	for _, test := range tests {
		got, wrong := consume(test.text, func(d *jsonwire.Decoder) string { return d.String(test.rule) })
		assert.Equal(t, test.wrong, wrong, test.text)
		assert.Equal(t, test.want, got, test.text)
	}
}

func TestFormatsWithTypes(t *testing.T) {
	tests := []struct {
		text   string
		method func(d *jsonwire.Decoder) any
		want   any
		wrong  string
	}{
		{`"2024-02-29"`, func(d *jsonwire.Decoder) any { return d.Date() }, value.Date{Year: 2024, Month: 2, Day: 29}, ""},
		{`"2023-02-29"`, func(d *jsonwire.Decoder) any { return d.Date() }, value.Date{}, "format: must be a valid date, as 2006-01-02"},
		{`"10:00:00+02:00"`, func(d *jsonwire.Decoder) any { return d.TimeOfDay() }, value.TimeOfDay{Hour: 10, Offset: 120}, ""},
		{`"P1DT2H"`, func(d *jsonwire.Decoder) any { return d.Duration() }, value.Duration{Days: 1, Hours: 2}, ""},
		{`"00000000-0000-0000-0000-00000000000F"`, func(d *jsonwire.Decoder) any { return d.UUID() }, value.UUID{15: 15}, ""},
		{`"x"`, func(d *jsonwire.Decoder) any { return d.UUID() }, value.UUID{}, "format: must be a valid UUID"},
		{`7`, func(d *jsonwire.Decoder) any { return d.UUID() }, value.UUID{}, "type: expected string, got number"},
		{`"2021-04-30T09:15:00.5Z"`, func(d *jsonwire.Decoder) any { return d.Time() }, time.Date(2021, 4, 30, 9, 15, 0, 5e8, time.UTC), ""},
		{`"2021\u002d04-30T09:15:00z"`, func(d *jsonwire.Decoder) any { return d.Time() }, time.Date(2021, 4, 30, 9, 15, 0, 0, time.UTC), ""},
		{`"2021-04-30 09:15:00Z"`, func(d *jsonwire.Decoder) any { return d.Time() }, time.Time{}, "format: must be a valid date-time, as 2006-01-02T15:04:05Z"},
		{`"1.2.3.4"`, func(d *jsonwire.Decoder) any { return d.Addr(4) }, netip.MustParseAddr("1.2.3.4"), ""},
		{`"::1"`, func(d *jsonwire.Decoder) any { return d.Addr(4) }, netip.Addr{}, "format: must be a valid IPv4 address"},
		{`"fe80::1%eth0"`, func(d *jsonwire.Decoder) any { return d.Addr(6) }, netip.Addr{}, "format: must be a valid IPv6 address"},
		{`"aGk="`, func(d *jsonwire.Decoder) any { return d.Base64(nil) }, []byte("hi"), ""},
		{`""`, func(d *jsonwire.Decoder) any { return d.Base64(nil) }, []byte{}, ""},
		{`"aGk"`, func(d *jsonwire.Decoder) any { return d.Base64(nil) }, []byte(nil), "format: must be valid base64"},
		{`"_-8"`, func(d *jsonwire.Decoder) any { return d.Base64URL(nil) }, []byte{0xff, 0xef}, ""},
		{`"_-8="`, func(d *jsonwire.Decoder) any { return d.Base64URL(nil) }, []byte{0xff, 0xef}, ""},
		{`"_w=="`, func(d *jsonwire.Decoder) any { return d.Base64URL(nil) }, []byte{0xff}, ""},
		{`"===="`, func(d *jsonwire.Decoder) any { return d.Base64URL(nil) }, []byte(nil), "format: must be valid base64"},
		{`12.50`, func(d *jsonwire.Decoder) any { return d.Decimal(nil).String() }, "12.50", ""},
		{`"12.50"`, func(d *jsonwire.Decoder) any { return d.DecimalString(nil).String() }, "12.50", ""},
		{`"012"`, func(d *jsonwire.Decoder) any { return d.DecimalString(nil).String() }, "0", "format: must be a decimal number of a sensible size"},
		{
			`5.00000000000000000001`,
			func(d *jsonwire.Decoder) any {
				return d.Decimal(&validate.FloatRule{Max: 5, HasMax: true}).String()
			},
			"5.00000000000000000001", "maximum: must be at most 5",
		},
		{`true`, func(d *jsonwire.Decoder) any { return d.Bool() }, true, ""},
		{`"true"`, func(d *jsonwire.Decoder) any { return d.Bool() }, false, "type: expected boolean, got string"},
		{`null`, func(d *jsonwire.Decoder) any { return d.Null() }, true, ""},
		{` {"a": [1,2]} `, func(d *jsonwire.Decoder) any { return d.JSON().String() }, `{"a": [1,2]}`, ""},
	}
	for _, test := range tests {
		got, wrong := consume(test.text, test.method)
		assert.Equal(t, test.wrong, wrong, test.text)
		assert.Equal(t, test.want, got, test.text)
	}
}

func TestEnum(t *testing.T) {
	e := validate.NewEnum("available", "pending", "sold")
	got, wrong := consume(`"p\u0065nding"`, func(d *jsonwire.Decoder) string { return d.Enum(e) })
	assert.Equal(t, "pending", got)
	assert.Empty(t, wrong)
	got, wrong = consume(`"gone"`, func(d *jsonwire.Decoder) string { return d.Enum(e) })
	assert.Empty(t, got)
	assert.Equal(t, "enum: must be one of available, pending, sold", wrong)
	got, wrong = consume(`"gone"`, func(d *jsonwire.Decoder) string { d.Lenient = true; return d.Enum(e) })
	assert.Equal(t, "gone", got)
	assert.Empty(t, wrong)
}

func TestObjectMembersInAnyOrder(t *testing.T) {
	want := pet{ID: 1, Name: "Bo", Status: "sold", Photos: []string{"a"}, Weight: 2}
	for _, text := range []string{
		`{"id":1,"name":"Bo","status":"sold","weight":2,"photos":["a"]}`,
		` { "weight" : 2 , "photos" : [ "a" ] , "status" : "sold" , "name" : "Bo" , "id" : 1 } `,
		"{\n\t\"id\": 1,\r\n\t\"name\": \"Bo\",\n\t\"status\": \"sold\",\n\t\"photos\": [\n\t\t\"a\"\n\t],\n\t\"weight\": 2\n}",
		`{"\u0069d":1,"na\u006de":"Bo","status":"sold","weight":2,"photos":["a"]}`,
		`{"id":9,"name":"Al","id":1,"name":"Bo","status":"sold","weight":2,"photos":["b","c"],"photos":["a"]}`,
	} {
		d := decoder(text)
		var v pet
		v.DecodeJSON(d)
		d.End()
		require.False(t, d.Failed(), "%s: %v %v", text, d.SyntaxError(), d.Violations())
		assert.Equal(t, want, v, text)
	}
}

func TestUnknownMembers(t *testing.T) {
	var v pet
	d := decoder(`{"id":1,"x y":[1,{"z":null}],"name":"Bo","status":"sold","photos":[],"":"e","\u00e9":1}`)
	v.DecodeJSON(d)
	d.End()
	require.False(t, d.Failed())
	assert.Equal(t, map[string]value.JSON{"x y": value.JSON(`[1,{"z":null}]`), "": value.JSON(`"e"`), "é": value.JSON("1")}, v.Extra)
}

func TestUnknownMembersArePassedOver(t *testing.T) {
	for _, text := range []string{
		`{"x":[1],"name":"Bo","y":{"email":2},"email":"b@x.org","z":null}`, `{"name":"Bo" , "x" : 1 , "email":"b@x.org"}`,
		`{"x":1,"email":"b@x.org","name":"Bo"}`,
	} {
		var v owner
		d := decoder(text)
		v.DecodeJSON(d)
		d.End()
		require.False(t, d.Failed(), "%s: %v %v", text, d.SyntaxError(), d.Violations())
		assert.Equal(t, owner{"Bo", "b@x.org"}, v, text)
	}
	for text, offset := range map[string]int{`{"x":1`: 6, `{"x":1,`: 7, `{"x":1 "y":2}`: 7, `{"x":tru}`: 5, `{"x":1,}`: 7, `{"x"}`: 4} {
		d := decoder(text)
		new(owner).DecodeJSON(d)
		d.End()
		require.NotNil(t, d.SyntaxError(), text)
		assert.Equal(t, offset, d.SyntaxError().Offset, text)
	}
	many := decoder(`{` + strings.Repeat(`"x":1,`, 1_000_000) + `"name":"Bo"}`)
	var v owner
	v.DecodeJSON(many)
	assert.Equal(t, "Bo", v.Name)
}

func TestManyKeys(t *testing.T) {
	var names []string
	for i := range 700 {
		names = append(names, fmt.Sprintf("key%03d", i))
	}
	keys := jsonwire.NewKeys(names...).Required("key000", "key064", "key511", "key512", "key699", "beyond").Open()
	var b strings.Builder
	b.WriteByte('{')
	for i := len(names) - 1; i >= 0; i-- { // against the order of the document
		fmt.Fprintf(&b, "%q:%d,", names[i], i)
	}
	d := decoder(b.String() + `"other":0}`)
	var seen jsonwire.SeenWide
	for i := d.Object(keys); i != jsonwire.EndObject; i = d.Next(keys, i) {
		if i == jsonwire.UnknownKey {
			assert.Equal(t, "other", d.Key())
		}
		if n := d.Int64(nil); i >= 0 {
			assert.EqualValues(t, i, n)
		}
		seen.Add(i)
	}
	assert.Equal(t, 700, seen.Len())
	assert.True(t, seen.Has(699))
	assert.False(t, seen.Has(700))
	d.RequireWide(keys, seen)
	assert.Equal(t, []validate.Violation{{In: "body", Pointer: "/beyond", Keyword: "required", Message: "is required"}}, d.Violations())

	d = decoder(`{"key001":0}`)
	seen = jsonwire.SeenWide{}
	for i := d.Object(keys); i != jsonwire.EndObject; i = d.Next(keys, i) {
		d.Skip()
		seen.Add(i)
	}
	d.RequireWide(keys, seen)
	assert.Len(t, d.Violations(), 6)
}

func TestSeen(t *testing.T) {
	var seen jsonwire.Seen
	seen.Add(jsonwire.UnknownKey)
	assert.Zero(t, seen)
	seen.Add(0)
	seen.Add(63)
	seen.Add(63)
	assert.True(t, seen.Has(63))
	assert.Equal(t, 2, seen.Len())
}

func TestMap(t *testing.T) {
	got := map[string]int64{}
	d := decoder(`{ "a" : 1 , "b\n" : 2, "a":3 }`)
	for more := d.Map(); more; more = d.NextEntry() {
		k := d.Key()
		got[k] = d.Int64(nil)
	}
	d.End()
	require.False(t, d.Failed())
	assert.Equal(t, map[string]int64{"a": 3, "b\n": 2}, got)
}

func TestNothingOfTheBodyReachesTheUser(t *testing.T) {
	for _, filler := range []int{0, 8 << 10} {
		body := []byte(`{"id":1,"name":"Bo","tag":"t\n","status":"sold","photos":["abc"],"note":"n","owner":{"name":"Ada"},` +
			`"price":1.25,"other":"` + strings.Repeat("x", filler) + `"}`)
		var v pet
		var d jsonwire.Decoder
		d.Reset(body)
		v.DecodeJSON(&d)
		require.False(t, d.Failed())
		want := fmt.Sprintf("%+v", v)
		for i := range body {
			body[i] = '!'
		}
		d.Reset([]byte(`{"id":2,"name":"\n\n\n\n\n","status":"sold","photos":["\u0041"]}`))
		new(pet).DecodeJSON(&d)
		assert.Equal(t, want, fmt.Sprintf("%+v", v))
	}
}

func TestItems(t *testing.T) {
	long := `"` + strings.Repeat("x", 5000) + `"`
	for text, want := range map[string]int{
		``: 0, `7`: 0, `{"a":[1,2]}`: 0, `[]`: 0, `[ ]`: 0, `[1]`: 1, "[1 ,\n2, 3]": 3,
		`["a,b]","\"],","\\",""]`:                4,
		`["0123456789,]","01234567",9]`:          3,
		`[[1,2],[3,[4,5]],{"a":[6,7],"b":{}}],8`: 3,
		`[1,2`:                                   2,
		`["1,2`:                                  1,
		`["\`:                                    1,
		`[1,` + long:                             2,
		`[` + long + `,1`:                        1, // the window ends within the first one
	} {
		var d jsonwire.Decoder
		d.Reset([]byte(text))
		assert.Equal(t, want, d.Items(), "%.40s", text)
		assert.Zero(t, d.Offset(), "nothing is consumed")
		assert.False(t, d.Failed())
	}
	deep := []byte(strings.Repeat("[", 5) + strings.Repeat("1,", 500))
	var d jsonwire.Decoder
	d.Reset(deep)
	assert.Equal(t, 1, d.Items())
	for range 4 {
		require.True(t, d.Array())
	}
	assert.Equal(t, 128, d.Items(), "a deep array looks at less")
}

func TestAllocations(t *testing.T) {
	body := []byte(petBody)
	var d jsonwire.Decoder
	photos := make([]string, 0, 2)
	allocs := testing.AllocsPerRun(100, func() {
		v := pet{Photos: photos}
		d.Reset(body)
		v.DecodeJSON(&d)
		d.End()
	})
	assert.EqualValues(t, 1, allocs, "one copy of a small body serves all its strings")

	allocs = testing.AllocsPerRun(100, func() {
		d.Reset(body)
		d.PeekKeys(petKeys)
		d.Peek("status")
		d.Skip()
	})
	assert.EqualValues(t, 1, allocs, "peeking copies the body for the string that it returns")

	numbers := []byte(`{"a":[1,-2,3.25,1.5e3,true,null,"2021-04-30T09:15:00Z","2021-04-30","00000000-0000-0000-0000-00000000000f","sold"]}`)
	allocs = testing.AllocsPerRun(100, func() {
		d.Reset(numbers)
		for more := d.Map(); more; more = d.NextEntry() {
			d.Array()
			d.Int64(&petID)
			d.NextItem()
			d.Int64(nil)
			d.NextItem()
			d.Float64(&petWeight)
			d.NextItem()
			d.Float64(nil)
			d.NextItem()
			d.Bool()
			d.NextItem()
			d.Null()
			d.NextItem()
			d.Time()
			d.NextItem()
			d.Date()
			d.NextItem()
			d.UUID()
			d.NextItem()
			d.Enum(petStatus)
			d.NextItem()
		}
	})
	assert.Nil(t, d.SyntaxError())
	assert.Zero(t, allocs)
}
