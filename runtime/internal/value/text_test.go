package value_test

import (
	"encoding"
	"encoding/json"
	"math"
	"math/big"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tornadogen/tornadogen/runtime/internal/value"
)

// texter is what every type with a text form of its own offers.
type texter interface {
	String() string
	encoding.TextMarshaler
	encoding.TextAppender
}

// sameText checks that all ways to print v agree, and that parsing gives v again.
func sameText[T interface {
	comparable
	texter
}, P interface {
	*T
	encoding.TextUnmarshaler
}](t require.TestingT, v T, parse func(string) (T, error),
) {
	text := v.String()
	marshalled, err := v.MarshalText()
	require.NoError(t, err)
	assert.Equal(t, text, string(marshalled))
	appended, err := v.AppendText([]byte("x"))
	require.NoError(t, err)
	assert.Equal(t, "x"+text, string(appended))
	parsed, err := parse(text)
	require.NoError(t, err, text)
	assert.Equal(t, v, parsed)
	var again T
	require.NoError(t, P(&again).UnmarshalText(marshalled))
	assert.Equal(t, v, again)
}

func drawDate(t *rapid.T) value.Date {
	return value.DateOf(time.Unix(rapid.Int64Range(-62167219200, 253402300799).Draw(t, "unix"), 0).UTC())
}

func drawTimeOfDay(t *rapid.T) value.TimeOfDay {
	return value.TimeOfDay{
		Hour: rapid.IntRange(0, 23).Draw(t, "hour"), Minute: rapid.IntRange(0, 59).Draw(t, "minute"),
		Second: rapid.IntRange(0, 59).Draw(t, "second"), Nanosecond: rapid.IntRange(0, 999_999_999).Draw(t, "nanosecond"),
		Offset: rapid.IntRange(-1439, 1439).Draw(t, "offset"),
	}
}

func TestTextRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sameText(t, drawDate(t), value.ParseDate)
		sameText(t, drawTimeOfDay(t), value.ParseTimeOfDay)
		var u value.UUID
		copy(u[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "uuid"))
		sameText(t, u, value.ParseUUID)
		count := rapid.Int64Range(0, math.MaxInt64)
		if rapid.Bool().Draw(t, "weeks") {
			sameText(t, value.Duration{Weeks: count.Draw(t, "n")}, value.ParseDuration)
		} else {
			sameText(t, value.Duration{
				Years: count.Draw(t, "years"), Months: count.Draw(t, "months"), Days: count.Draw(t, "days"),
				Hours: count.Draw(t, "hours"), Minutes: count.Draw(t, "minutes"), Seconds: count.Draw(t, "seconds"),
			}, value.ParseDuration)
		}
	})
}

func TestParseDate(t *testing.T) {
	for text, ok := range map[string]bool{
		"2024-02-29": true, "2023-02-29": false, "2000-02-29": true, "1900-02-29": false, "0000-01-01": true, "9999-12-31": true,
		"2024-04-31": false, "2024-13-01": false, "2024-00-01": false, "2024-01-00": false, "2024-1-01": false, "2024/01/01": false,
		"2024-01-01 ": false, "+024-01-01": false, "20a4-01-01": false, "": false,
	} {
		_, err := value.ParseDate(text)
		assert.Equal(t, ok, err == nil, text)
	}
	d := value.Date{Year: 2024, Month: 2, Day: 29}
	assert.Equal(t, 0, d.Compare(d))
	assert.Equal(t, -1, d.Compare(value.Date{Year: 2024, Month: 3, Day: 1}))
	assert.Equal(t, 1, d.Compare(value.Date{Year: 2023, Month: 12, Day: 31}))
	assert.Equal(t, time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC), d.In(time.UTC))
	assert.True(t, value.Date{}.IsZero())
	_, err := value.Date{}.MarshalText()
	require.Error(t, err, "the zero date cannot be written")
	_, err = value.Date{Year: 10000, Month: 1, Day: 1}.MarshalText()
	require.Error(t, err)
}

func TestParseTime(t *testing.T) {
	zone := func(minutes int) *time.Location { return time.FixedZone("", minutes*60) }
	tests := []struct {
		text string
		want time.Time
	}{
		{"2024-02-29T12:30:05Z", time.Date(2024, 2, 29, 12, 30, 5, 0, time.UTC)},
		{"2024-02-29t12:30:05.123456789123z", time.Date(2024, 2, 29, 12, 30, 5, 123456789, time.UTC)},
		{"2024-02-29T12:30:05-00:00", time.Date(2024, 2, 29, 12, 30, 5, 0, time.UTC)},
		{"2024-02-29T12:30:05+05:30", time.Date(2024, 2, 29, 12, 30, 5, 0, zone(330))},
		{"1998-12-31T23:59:60Z", time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC)},
		{"1998-12-31T15:59:60.5-08:00", time.Date(1998, 12, 31, 16, 0, 0, 5e8, zone(-480))},
	}
	for _, test := range tests {
		got, err := value.ParseTime(test.text)
		require.NoError(t, err, test.text)
		assert.Equal(t, test.want, got, test.text)
	}
	for _, text := range []string{
		"", "2024-02-29", "2024-02-29T", "2024-02-30T12:30:05Z", "2024-02-29 12:30:05Z", "2024-02-29T24:00:00Z", "2024-02-29T12:60:00Z",
		"2024-02-29T12:30:61Z", "2024-02-29T12:30:60Z", "2024-02-29T12:30Z", "2024-02-29T12:30:05", "2024-02-29T12:30:05.Z", "2024-02-29T12:30:05,5Z",
		"2024-02-29T12:30:05+24:00", "2024-02-29T12:30:05+05:60", "2024-02-29T12:30:05+0530", "2024-02-29T12:30:05Z ", "2024-02-29T1:30:05Z",
	} {
		_, err := value.ParseTime(text)
		require.Error(t, err, text)
	}
	rapid.Check(t, func(t *rapid.T) {
		day, clock := drawDate(t), drawTimeOfDay(t)
		want := day.At(clock)
		got, err := value.ParseTime(want.Format(time.RFC3339Nano))
		require.NoError(t, err)
		assert.True(t, want.Equal(got))
		assert.Equal(t, clock, value.TimeOfDayOf(got))
		assert.Equal(t, day, value.DateOf(got))
	})
}

func TestTimeOfDay(t *testing.T) {
	leap, err := value.ParseTimeOfDay("01:29:60+01:30")
	require.NoError(t, err)
	assert.Equal(t, "01:29:60+01:30", leap.String())
	_, err = value.ParseTimeOfDay("01:29:60+01:29")
	require.Error(t, err)
	assert.Equal(t, "09:05:00.05Z", value.TimeOfDay{Hour: 9, Minute: 5, Nanosecond: 50_000_000}.String())
	assert.Equal(t, "00:00:00-00:30", value.TimeOfDay{Offset: -30}.String())
	for _, bad := range []value.TimeOfDay{{Hour: 24}, {Minute: -1}, {Second: 60}, {Second: 61}, {Nanosecond: 1e9}, {Offset: 1440}} {
		_, err := bad.MarshalText()
		require.Error(t, err, bad)
	}
}

func TestDuration(t *testing.T) {
	tests := map[string]value.Duration{
		"PT0S": {}, "P1Y": {Years: 1}, "P1M": {Months: 1}, "PT1M": {Minutes: 1}, "P2W": {Weeks: 2}, "P1Y0M2D": {Years: 1, Days: 2},
		"PT1H0M2S": {Hours: 1, Seconds: 2}, "P1DT12H": {Days: 1, Hours: 12}, "P1Y2M3DT4H5M6S": {1, 2, 0, 3, 4, 5, 6},
	}
	for text, want := range tests {
		got, err := value.ParseDuration(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got)
		assert.Equal(t, text, got.String())
	}
	assert.Equal(t, "P1Y0M15D", value.Duration{Years: 1, Weeks: 2, Days: 1}.String(), "weeks stand alone or not at all")
	for _, text := range []string{"", "P", "PT", "P1YT", "1D", "P1", "PT1D", "P1S", "P2D1Y", "P1Y1W", "P1Y2D", "PT1H2S", "P-1D", "-P1D", "PT0.5S", "P1D ", "p1d", "PW", "P1W2"} {
		_, err := value.ParseDuration(text)
		require.ErrorContains(t, err, "ISO 8601", text)
	}
	for _, text := range []string{"P99999999999999999999D", "P99999999999999999999W", "P1DT99999999999999999999S"} {
		_, err := value.ParseDuration(text)
		require.ErrorContains(t, err, "range", text)
	}
	_, err := value.Duration{Days: -1}.MarshalText()
	require.Error(t, err)

	std, ok := value.Duration{Weeks: 1, Days: 1, Hours: 1, Minutes: 1, Seconds: 1}.Std()
	assert.True(t, ok)
	assert.Equal(t, 8*24*time.Hour+time.Hour+time.Minute+time.Second, std)
	assert.Equal(t, value.Duration{Hours: 26, Minutes: 3, Seconds: 4}, value.DurationOf(26*time.Hour+3*time.Minute+4*time.Second+5))
	assert.Equal(t, value.Duration{}, value.DurationOf(-time.Hour))
	for _, d := range []value.Duration{{Years: 1}, {Months: 1}, {Hours: math.MaxInt64}, {Days: 106751, Hours: 24}, {Seconds: -1}} {
		_, ok := d.Std()
		assert.False(t, ok, d)
	}
}

func TestParseUUID(t *testing.T) {
	u, err := value.ParseUUID("2EB8AA08-aa98-11ea-B4AA-73b441d16380")
	require.NoError(t, err)
	assert.Equal(t, "2eb8aa08-aa98-11ea-b4aa-73b441d16380", u.String())
	assert.False(t, u.IsZero())
	for _, text := range []string{
		"", "2eb8aa08aa9811eab4aa73b441d16380", "2eb8aa08-aa98-11ea-b4aa-73b441d1638g", "2eb8aa08-aa98-11ea-b4aa-73b441d163800",
		"2eb8aa0-8aa98-11ea-b4aa-73b441d16380", "{2eb8aa08-aa98-11ea-b4aa-73b441d1638}",
	} {
		_, err := value.ParseUUID(text)
		require.Error(t, err, text)
	}
}

func TestParseAddr(t *testing.T) {
	for _, test := range []struct {
		text    string
		version int
		ok      bool
	}{
		{"1.2.3.4", 4, true},
		{"1.2.3.4", 0, true},
		{"1.2.3.4", 6, false},
		{"::1", 6, true},
		{"::1", 0, true},
		{"::1", 4, false},
		{"fe80::1%eth0", 6, false},
		{"1.2.3.04", 4, false},
		{"", 0, false},
	} {
		got, err := value.ParseAddr(test.text, test.version)
		assert.Equal(t, test.ok, err == nil, test)
		if test.ok {
			assert.Equal(t, netip.MustParseAddr(test.text), got)
		}
	}
}

func TestDecimal(t *testing.T) {
	for text, ok := range map[string]bool{
		"0": true, "-0": true, "1.50": true, "-12e-3": true, "1E+5": true, "1e1000000000": true, "1e1000000001": false, "1e99999999999999999999": false,
		"": false, "-": false, "01": false, "1.": false, ".5": false, "+1": false, "1e": false, "1e+": false, "NaN": false, "1 ": false, "0x1": false,
	} {
		d, err := value.ParseDecimal(text)
		assert.Equal(t, ok, err == nil, text)
		if ok {
			assert.Equal(t, text, d.String())
		}
	}
	ordered := []string{"-1e1000", "-2", "-1.5", "-0.1", "0", "1e-1000", "0.1", "0.10000000000000000001", "1", "9.99", "10", "1e1", "10.1", "123e-1", "1e1000"}
	equal := map[string]string{"1e1": "10"}
	for i, a := range ordered {
		for j, b := range ordered {
			want := 0
			switch {
			case equal[a] == b || equal[b] == a || i == j:
			case i < j:
				want = -1
			default:
				want = 1
			}
			assert.Equal(t, want, decimal(t, a).Cmp(decimal(t, b)), "%s, %s", a, b)
		}
	}
	for text, canonical := range map[string]string{"0.00": "0", "-0e5": "0", "1.50": "15e-1", "1500": "15e2", "-0.015E2": "-15e-1"} {
		assert.Equal(t, canonical, decimal(t, text).Canonical())
	}
	assert.Equal(t, 0, value.Decimal{}.Sign())
	assert.Equal(t, -1, decimal(t, "-0.1").Sign())
	assert.InDelta(t, 1.5, decimal(t, "1.50").Float64(), 0)
	f, err := value.DecimalFromFloat64(1e21)
	require.NoError(t, err)
	assert.Equal(t, "1e+21", f.String())
	_, err = value.DecimalFromFloat64(math.NaN())
	require.Error(t, err)
	var d value.Decimal
	require.NoError(t, json.Unmarshal([]byte(`"2.50"`), &d))
	require.NoError(t, json.Unmarshal([]byte(`null`), &d))
	assert.Equal(t, "2.50", d.String())
	require.Error(t, json.Unmarshal([]byte(`"x"`), &d))
}

func TestDecimalIntegers(t *testing.T) {
	tests := []struct {
		text     string
		integer  bool
		int64    int64
		fits     bool
		uint64   uint64
		fitsUint bool
	}{
		{"1.0", true, 1, true, 1, true},
		{"12e2", true, 1200, true, 1200, true},
		{"1200e-2", true, 12, true, 12, true},
		{"-5", true, -5, true, 0, false},
		{"-0.0", true, 0, true, 0, true},
		{"1.5", false, 0, false, 0, false},
		{"9223372036854775808", true, 0, false, 9223372036854775808, true},
		{"18446744073709551616", true, 0, false, 0, false},
		{"1e1000000", true, 0, false, 0, false},
	}
	for _, test := range tests {
		d := decimal(t, test.text)
		assert.Equal(t, test.integer, d.IsInteger(), test.text)
		i, ok := d.Int64()
		assert.Equal(t, test.fits, ok, test.text)
		if ok {
			assert.Equal(t, test.int64, i)
		}
		u, ok := d.Uint64()
		assert.Equal(t, test.fitsUint, ok, test.text)
		if ok {
			assert.Equal(t, test.uint64, u)
		}
	}
}

func TestDecimalAgainstBigRat(t *testing.T) {
	number := rapid.StringMatching(`-?(0|[1-9][0-9]{0,12})(\.[0-9]{1,12})?([eE][+-]?[0-9]{1,2})?`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := number.Draw(t, "a"), number.Draw(t, "b")
		x, err := value.ParseDecimal(a)
		require.NoError(t, err)
		y, err := value.ParseDecimal(b)
		require.NoError(t, err)
		exactX, _ := new(big.Rat).SetString(a)
		exactY, _ := new(big.Rat).SetString(b)
		assert.Equal(t, exactX.Cmp(exactY), x.Cmp(y))
		assert.Equal(t, exactX.Sign(), x.Sign())
		assert.Equal(t, exactX.IsInt(), x.IsInteger())
		assert.Equal(t, exactX.Cmp(exactY) == 0, x.Canonical() == y.Canonical())
	})
}

func TestNewUUID(t *testing.T) {
	seen := map[value.UUID]bool{}
	for range 100 {
		u := value.NewUUID()
		require.False(t, seen[u])
		seen[u] = true
		require.Equal(t, byte('4'), u.String()[14], "version 4")
		require.Contains(t, "89ab", string(u.String()[19]), "variant of RFC 9562")
	}
}
