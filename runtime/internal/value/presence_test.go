package value_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tornadogen/tornadogen/runtime/internal/value"
)

func TestOpt(t *testing.T) {
	var o value.Opt[int]
	assert.False(t, o.IsSet())
	assert.Equal(t, 7, o.Or(7))
	assert.Equal(t, 0, o.Value())
	o.Set(0)
	v, ok := o.Get()
	assert.True(t, ok)
	assert.Zero(t, v)
	assert.True(t, o.IsSet(), "a present zero is not absent")
	assert.Equal(t, 0, o.Or(7))
	assert.Equal(t, o, value.Some(0))
}

func TestNull(t *testing.T) {
	var n value.Null[string]
	assert.True(t, n.IsNull())
	assert.Equal(t, "x", n.Or("x"))
	n.Set("a")
	v, ok := n.Get()
	assert.True(t, ok)
	assert.Equal(t, "a", v)
	assert.Equal(t, "a", n.Value())
	assert.Equal(t, "a", n.Or("x"))
	assert.Equal(t, value.NonNull("a"), n)
	n.SetNull()
	assert.Equal(t, value.Null[string]{}, n)
}

func TestOptNull(t *testing.T) {
	var o value.OptNull[string]
	assert.False(t, o.IsSet())
	assert.False(t, o.IsNull())
	o.SetNull()
	assert.Equal(t, value.Nil[string](), o)
	assert.True(t, o.IsSet())
	assert.True(t, o.IsNull())
	_, ok := o.Get()
	assert.False(t, ok)
	assert.Equal(t, "x", o.Or("x"))
	o.Set("a")
	v, ok := o.Get()
	assert.True(t, ok)
	assert.Equal(t, "a", v)
	assert.Equal(t, "a", o.Or("x"))
	assert.Equal(t, "a", o.Value())
	assert.False(t, o.IsNull())
	assert.Equal(t, value.Present("a"), o)
}

type inner struct {
	N value.Opt[int] `json:"n,omitzero"`
}

type record struct {
	Opt     value.Opt[string]      `json:"opt,omitzero"`
	Null    value.Null[int64]      `json:"null"`
	OptNull value.OptNull[float64] `json:"optNull,omitzero"`
	Inner   value.Opt[inner]       `json:"inner,omitzero"`
	List    value.OptNull[[]inner] `json:"list,omitzero"`
	Raw     value.JSON             `json:"raw"`
	OptRaw  value.Opt[value.JSON]  `json:"optRaw,omitzero"`
	Day     value.Opt[value.Date]  `json:"day,omitzero"`
	When    value.Opt[time.Time]   `json:"when,omitzero"`
	Amount  value.Decimal          `json:"amount"`
}

func TestWithEncodingJSON(t *testing.T) {
	tests := []struct {
		text string
		want record
	}{
		{`{"null":null,"raw":null,"amount":0}`, record{Raw: value.JSON("null"), Amount: decimal(t, "0")}},
		{`{"opt":"","null":0,"optNull":null,"inner":{},"list":[],"raw":[1],"optRaw":null,"amount":1.50}`, record{
			Opt: value.Some(""), Null: value.NonNull[int64](0), OptNull: value.Nil[float64](), Inner: value.Some(inner{}),
			List: value.Present([]inner{}), Raw: value.JSON("[1]"), OptRaw: value.Some(value.JSON("null")), Amount: decimal(t, "1.50"),
		}},
		{`{"opt":"a","null":5,"optNull":1.5,"inner":{"n":0},"list":[{},{"n":3}],"raw":"x","day":"2024-02-29","when":"2024-02-29T00:00:00Z","amount":-1e3}`, record{
			Opt: value.Some("a"), Null: value.NonNull[int64](5), OptNull: value.Present(1.5), Inner: value.Some(inner{N: value.Some(0)}),
			List: value.Present([]inner{{}, {N: value.Some(3)}}), Raw: value.JSON(`"x"`), Day: value.Some(value.Date{Year: 2024, Month: 2, Day: 29}),
			When: value.Some(time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)), Amount: decimal(t, "-1e3"),
		}},
	}
	for _, test := range tests {
		got := record{Opt: value.Some("is replaced or stays"), OptNull: value.Present(9.5)}
		if !test.want.Opt.IsSet() {
			got = record{}
		}
		require.NoError(t, json.Unmarshal([]byte(test.text), &got), test.text)
		assert.Equal(t, test.want, got, test.text)
		printed, err := json.Marshal(got)
		require.NoError(t, err)
		assert.Equal(t, test.text, string(printed))
	}
}

func TestEncodingJSONOfAbsentValues(t *testing.T) {
	printed, err := json.Marshal(struct {
		A value.Opt[int]
		B value.OptNull[int]
		C value.JSON
	}{})
	require.NoError(t, err)
	assert.Equal(t, `{"A":null,"B":null,"C":null}`, string(printed))
	o := value.Some(1)
	require.NoError(t, json.Unmarshal([]byte(" null "), &o))
	assert.False(t, o.IsSet())
}

func TestUnmarshalErrorsLeaveTheValue(t *testing.T) {
	o, n, b := value.Some(1), value.NonNull(2), value.Present(3)
	require.Error(t, json.Unmarshal([]byte(`"x"`), &o))
	require.Error(t, json.Unmarshal([]byte(`"x"`), &n))
	require.Error(t, json.Unmarshal([]byte(`"x"`), &b))
	assert.Equal(t, value.Some(1), o)
	assert.Equal(t, value.NonNull(2), n)
	assert.Equal(t, value.Present(3), b)
}

func TestPresenceRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r record
		switch rapid.IntRange(0, 2).Draw(t, "optNull") {
		case 1:
			r.OptNull.SetNull()
		case 2:
			r.OptNull.Set(rapid.Float64().Draw(t, "f"))
		}
		if rapid.Bool().Draw(t, "opt") {
			r.Opt.Set(rapid.String().Draw(t, "s"))
		}
		if rapid.Bool().Draw(t, "null") {
			r.Null.Set(rapid.Int64().Draw(t, "n"))
		}
		r.Raw = value.JSON("null")
		r.Amount = value.DecimalFromInt64(rapid.Int64().Draw(t, "amount"))
		printed, err := json.Marshal(r)
		require.NoError(t, err)
		var again record
		require.NoError(t, json.Unmarshal(printed, &again))
		assert.Equal(t, r, again)
	})
}

func TestJSON(t *testing.T) {
	assert.Equal(t, "null", value.JSON(nil).String())
	assert.True(t, value.JSON(nil).IsNull())
	assert.True(t, value.JSON(" null").IsNull())
	assert.False(t, value.JSON("0").IsNull())
	var v struct{ A int }
	require.NoError(t, value.JSON(`{"A":3}`).Decode(&v))
	assert.Equal(t, 3, v.A)
	j, err := value.JSONOf(v)
	require.NoError(t, err)
	assert.Equal(t, `{"A":3}`, j.String())
	require.Error(t, j.UnmarshalJSON([]byte("{")))
	text := []byte(`[1]`)
	require.NoError(t, j.UnmarshalJSON(text))
	text[1] = '2'
	assert.Equal(t, `[1]`, j.String(), "the text is copied")
}

func decimal(t *testing.T, text string) value.Decimal {
	t.Helper()
	d, err := value.ParseDecimal(text)
	require.NoError(t, err)
	return d
}

// TestPrinted prints and logs what there is, alone and in a struct, by every way of fmt and slog.
func TestPrinted(t *testing.T) {
	type holder struct {
		Opt     value.Opt[int]
		Null    value.Null[string]
		OptNull value.OptNull[value.Date]
	}
	date := value.Date{Year: 2024, Month: 2, Day: 29}
	for want, h := range map[string]holder{
		"{absent null absent}": {},
		"{0 a 2024-02-29}":     {value.Some(0), value.NonNull("a"), value.Present(date)},
		"{absent null null}":   {OptNull: value.Nil[value.Date]()},
	} {
		assert.Equal(t, want, fmt.Sprint(h))
		assert.Equal(t, want, "{"+h.Opt.String()+" "+h.Null.String()+" "+h.OptNull.String()+"}")
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("m", "a", h.Opt, "b", h.Null, "c", h.OptNull)
		words := strings.Fields(strings.Trim(want, "{}"))
		assert.Contains(t, log.String(), "a="+words[0]+" b="+words[1]+" c="+words[2])
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("m", "a", value.Some(7))
	assert.Contains(t, log.String(), `"a":7}`, "a number stays one")
}
