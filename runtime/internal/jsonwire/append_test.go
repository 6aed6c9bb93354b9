package jsonwire_test

import (
	"encoding/json"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/value"
)

// plainJSON is what encoding/json makes of v without its escapes for HTML.
func plainJSON(t require.TestingT, v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	require.NoError(t, e.Encode(v))
	return strings.TrimSuffix(b.String(), "\n")
}

func TestAppendString(t *testing.T) {
	tests := map[string]string{
		"":                           `""`,
		"plain":                      `"plain"`,
		"exactly8":                   `"exactly8"`,
		"nine char":                  `"nine char"`,
		"<a href=\"x\">&</a>":        `"<a href=\"x\">&</a>"`,
		"back\\slash/":               `"back\\slash/"`,
		"\b\f\n\r\t\x00\x1f\x7f":     "\"\\b\\f\\n\\r\\t\\u0000\\u001f\x7f\"",
		"é€😀\u2028":                  "\"é€😀\u2028\"",
		"bad\xffutf\xc3\x28\xe2\x82": "\"bad\uFFFDutf\uFFFD(\uFFFD\uFFFD\"",
		"0123456789é0123456789\"":    `"0123456789é0123456789\""`,
		"\uFFFD stays":               "\"\uFFFD stays\"",
	}
	for s, want := range tests {
		assert.Equal(t, "x"+want, string(jsonwire.AppendString([]byte("x"), s)), "%q", s)
	}
}

// What has to be escaped is found wherever it stands.
func TestAppendStringAtEveryPlace(t *testing.T) {
	const plain = "the quick brown fox jump"
	for n := range len(plain) {
		for i := range n {
			for c, want := range map[string]string{`"`: `\"`, `\`: `\\`, "\n": `\n`, "é": "é", "\x80": "\uFFFD", "\x7f": "\x7f"} {
				s := plain[:i] + c + plain[i:n]
				assert.Equal(t, `"`+plain[:i]+want+plain[i:n]+`"`, string(jsonwire.AppendString(nil, s)))
				s, want = s+c, plain[:i]+want+plain[i:n]+want
				assert.Equal(t, `"`+want+`"`, string(jsonwire.AppendString(nil, s)))
			}
		}
	}
}

func TestAppendStringAgainstEncodingJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "s")
		want := strings.NewReplacer(`\u2028`, "\u2028", `\u2029`, "\u2029").Replace(plainJSON(t, strings.ReplaceAll(s, `\`, "/")))
		assert.Equal(t, want, string(jsonwire.AppendString(nil, strings.ReplaceAll(s, `\`, "/"))))
	})
}

func TestAppendNumbers(t *testing.T) {
	for _, v := range []float64{
		0, math.Copysign(0, -1), 1, -1, 0.1, 1.5, 100, 1 << 24, 1<<24 + 1, 1 << 53, 123456789.125, 1e20, 1e21, -1e21, 1e22, 1e-6, 1e-7, 9.99e-7, 1e-9, 1e-10,
		5e-324, math.MaxFloat64, 3.4e38, math.Pi, 0.05, 0.01, -1249.95, 1249.9, 1e12 - 0.1, 1e12 + 0.1, 999999999999.99, 1e15 - 1, 1e15, 1e15 + 1,
		0.1 + 0.2, 1.005, 0.29999999999999999, 33.329999999999998, 33.33,
	} {
		assert.Equal(t, plainJSON(t, v), string(jsonwire.AppendFloat64(nil, v)))
		if f := float32(v); !math.IsInf(float64(f), 0) {
			assert.Equal(t, plainJSON(t, f), string(jsonwire.AppendFloat32(nil, f)))
		}
	}
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		assert.Equal(t, "null", string(jsonwire.AppendFloat64(nil, v)))
		assert.Equal(t, "null", string(jsonwire.AppendFloat32(nil, float32(v))))
	}
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.Float64().Draw(t, "f")
		assert.Equal(t, plainJSON(t, f), string(jsonwire.AppendFloat64(nil, f)))
		f32 := rapid.Float32().Draw(t, "f32")
		assert.Equal(t, plainJSON(t, f32), string(jsonwire.AppendFloat32(nil, f32)))
	})
	rapid.Check(t, func(t *rapid.T) { // prices
		f := float64(rapid.Int64Range(-1e14, 1e14).Draw(t, "n")) / rapid.SampledFrom([]float64{1, 10, 100, 1000}).Draw(t, "unit")
		assert.Equal(t, plainJSON(t, f), string(jsonwire.AppendFloat64(nil, f)))
	})
	assert.Equal(t, "-9223372036854775808", string(jsonwire.AppendInt64(nil, math.MinInt64)))
	assert.Equal(t, "18446744073709551615", string(jsonwire.AppendUint64(nil, math.MaxUint64)))
	assert.Equal(t, "true", string(jsonwire.AppendBool(nil, true)))
	assert.Equal(t, "null", string(jsonwire.AppendNull(nil)))
}

func TestAppendKey(t *testing.T) {
	b := jsonwire.AppendInt64(jsonwire.AppendKey([]byte("{"), `"a":`), 1)
	b = jsonwire.AppendInt64(jsonwire.AppendKey(b, `"b":`), 2)
	assert.Equal(t, `{"a":1,"b":2`, string(b))
}

func TestAppendValues(t *testing.T) {
	decimal, err := value.ParseDecimal("1.50")
	require.NoError(t, err)
	tests := []struct {
		got  []byte
		want string
	}{
		{jsonwire.AppendTime(nil, time.Date(2021, 4, 30, 9, 15, 0, 120_000_000, time.FixedZone("", 5400))), `"2021-04-30T09:15:00.12+01:30"`},
		{jsonwire.AppendTime(nil, time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)), "null"},
		{jsonwire.AppendTime(nil, time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC)), "null"},
		{jsonwire.AppendDate(nil, value.Date{Year: 33, Month: 4, Day: 3}), `"0033-04-03"`},
		{jsonwire.AppendDate([]byte(":"), value.Date{}), ":null"},
		{jsonwire.AppendTimeOfDay(nil, value.TimeOfDay{Hour: 9, Nanosecond: 500_000_000, Offset: -90}), `"09:00:00.5-01:30"`},
		{jsonwire.AppendDuration(nil, value.Duration{Hours: 1}), `"PT1H"`},
		{jsonwire.AppendUUID(nil, value.UUID{0: 0xAB}), `"ab000000-0000-0000-0000-000000000000"`},
		{jsonwire.AppendAddr(nil, netip.MustParseAddr("::1")), `"::1"`},
		{jsonwire.AppendAddr(nil, netip.Addr{}), "null"},
		{jsonwire.AppendDecimal(nil, decimal), "1.50"},
		{jsonwire.AppendDecimal(nil, value.Decimal{}), "0"},
		{jsonwire.AppendDecimalString(nil, decimal), `"1.50"`},
		{jsonwire.AppendBase64(nil, []byte{0xff, 0xef}), `"/+8="`},
		{jsonwire.AppendBase64URL(nil, []byte{0xff, 0xef}), `"_-8"`},
		{jsonwire.AppendJSON(nil, nil), "null"},
		{jsonwire.AppendJSON(nil, value.JSON(`{"a": 1}`)), `{"a": 1}`},
		{jsonwire.AppendJSON(nil, value.JSON("{\r\n\"a\":\n1}")), `{"a":1}`},
	}
	for _, test := range tests {
		assert.Equal(t, test.want, string(test.got))
	}
}

func TestPetAgainstEncodingJSON(t *testing.T) {
	var v, again pet
	require.NoError(t, json.Unmarshal([]byte(petBody), &v))
	d := decoder(petBody)
	again.DecodeJSON(d)
	require.False(t, d.Failed())
	assert.Equal(t, v, again)
	assert.Equal(t, plainJSON(t, &v), string(v.AppendJSON(nil)))
}

func TestAppendIntegers(t *testing.T) {
	for v := range int64(20_000) {
		assert.Equal(t, strconv.FormatInt(v, 10), string(jsonwire.AppendInt64(nil, v)))
		assert.Equal(t, strconv.FormatInt(-v, 10), string(jsonwire.AppendInt64(nil, -v)))
	}
	for power := uint64(10); power < 1e19; power *= 10 {
		for _, v := range []uint64{power - 1, power, power + 1, power * 3 / 2, power * 10} {
			assert.Equal(t, strconv.FormatUint(v, 10), string(jsonwire.AppendUint64(nil, v)))
			assert.Equal(t, strconv.FormatInt(-int64(v), 10), string(jsonwire.AppendInt64(nil, -int64(v))))
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Uint64().Draw(t, "v") >> rapid.IntRange(0, 63).Draw(t, "bits")
		b := append(make([]byte, 0, rapid.IntRange(1, 30).Draw(t, "room")), 'x')
		assert.Equal(t, "x"+strconv.FormatUint(v, 10), string(jsonwire.AppendUint64(b, v)))
	})
}
