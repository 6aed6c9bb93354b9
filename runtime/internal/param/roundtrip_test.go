package param

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// drawPlace draws a place with an awkward name, with and without reserved characters.
func drawPlace(t *rapid.T) Place {
	p := rapid.SampledFrom(styles).Draw(t, "style").place
	if p.In == InQuery || p.In == InPath {
		p.Name = rapid.SampledFrom([]string{"color", "a.b", "filter[x]", "ü b", "a=b&c", "a+b;c,d"}).Draw(t, "name")
		if rapid.Bool().Draw(t, "reserved") {
			p.Style |= AllowReserved
		}
	}
	return p
}

// drawText draws text with much that has a meaning somewhere.
func drawText(p Place, role Role) *rapid.Generator[string] {
	runes := rapid.SampledFrom([]rune("ab1 %+,;=.|&/?#[]:@!$'()*~-_\"\\äß€\U0001F600\x00\t%2C"))
	return rapid.Custom(func(t *rapid.T) string {
		return rapid.StringOfN(runes, -1, 12, -1).Draw(t, "text")
	}).Filter(func(s string) bool { return p.Expressible(s, role) })
}

// readable puts another pair beside those of a query or of cookies: it must not disturb.
func readable(p Place, raw []byte) string {
	switch p.In {
	case InQuery:
		return "other=1&" + string(raw) + "&another=2"
	case InCookie:
		return "other=1; " + string(raw) + "; another=2"
	}
	return string(raw)
}

func TestRoundTripText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, roundTripText)
}

func roundTripText(t *rapid.T) {
	p := drawPlace(t)
	want := drawText(p, Single).Draw(t, "text")
	raw := AppendText(nil, p, want)
	t.Logf("%s", raw)
	var r Report
	v := valueOf(t, &r, p, readable(p, raw))
	require.True(t, v.Present())
	require.Equal(t, want, v.String(nil))
	require.False(t, r.Failed(), "%v %v", r.Violations(), r.Malformed())
}

func TestRoundTripItems(t *testing.T) {
	t.Parallel()
	rapid.Check(t, roundTripItems)
}

func roundTripItems(t *rapid.T) {
	p := drawPlace(t)
	want := rapid.SliceOfN(drawText(p, Item), 1, 5).Draw(t, "items")
	if len(want) == 1 && want[0] == "" {
		return // in most styles that is how no items are written
	}
	var raw []byte
	for i, item := range want {
		raw = AppendItem(raw, p, i, item)
	}
	t.Logf("%s", raw)
	var r Report
	require.Equal(t, want, items(valueOf(t, &r, p, readable(p, raw))))
	require.False(t, r.Failed(), "%v %v", r.Violations(), r.Malformed())
}

func TestRoundTripNoItems(t *testing.T) {
	t.Parallel()
	for _, s := range styles {
		raw := AppendNoItems(nil, s.place)
		if len(raw) == 0 {
			continue // nothing is sent
		}
		var r Report
		v := valueOf(t, &r, s.place, string(raw))
		require.True(t, v.Present())
		require.Empty(t, items(v), s.place)
		require.Empty(t, members(v), s.place)
		require.False(t, r.Failed())
	}
}

func TestRoundTripMembers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, roundTripMembers)
}

func roundTripMembers(t *rapid.T) {
	p := drawPlace(t)
	names := rapid.SliceOfNDistinct(drawText(p, MemberName).Filter(func(s string) bool {
		wide := p.Style.base() == FormExplode // names are keys
		return s != "" && (!wide || p.In != InCookie && !strings.Contains(s, "["))
	}), 1, 4, rapid.ID[string]).Draw(t, "names")
	var raw []byte
	var want []string
	for i, name := range names {
		text := drawText(p, Item).Draw(t, "text")
		raw = AppendMember(raw, p, i, name, text)
		want = append(want, name+"="+text)
	}
	t.Logf("%s", raw)
	var r Report
	got := members(valueOf(t, &r, p, string(raw)))
	require.Equal(t, want, got)
	require.False(t, r.Failed(), "%v %v", r.Violations(), r.Malformed())
}

func TestRoundTripNumbers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, roundTripNumbers)
}

func roundTripNumbers(t *rapid.T) {
	p := drawPlace(t)
	ints := rapid.SliceOfN(rapid.Int64(), 1, 4).Draw(t, "ints")
	floats := rapid.SliceOfN(rapid.Float64(), 1, 4).Draw(t, "floats")
	var raw []byte
	for i, n := range ints {
		raw = AppendItem(raw, p, i, strconv.AppendInt(nil, n, 10))
	}
	var r Report
	var gotInts []int64
	for item := range valueOf(t, &r, p, readable(p, raw)).Items() {
		gotInts = append(gotInts, item.Int64(nil))
	}
	require.Equal(t, ints, gotInts)
	raw = raw[:0]
	for i, f := range floats {
		raw = AppendItem(raw, p, i, strconv.AppendFloat(nil, f, 'g', -1, 64))
	}
	var gotFloats []float64
	for item := range valueOf(t, &r, p, readable(p, raw)).Items() {
		gotFloats = append(gotFloats, item.Float64(nil))
	}
	require.True(t, slices.Equal(floats, gotFloats))
	n := rapid.Uint64().Draw(t, "uint")
	require.Equal(t, n, valueOf(t, &r, p, readable(p, AppendText(nil, p, strconv.AppendUint(nil, n, 10)))).Uint64(nil))
	b := rapid.Bool().Draw(t, "bool")
	require.Equal(t, b, valueOf(t, &r, p, readable(p, AppendText(nil, p, strconv.AppendBool(nil, b)))).Bool())
	require.False(t, r.Failed(), "%v", r.Violations())
}

// FuzzRoundTrip reads what was written, in every style, nested in brackets, too, from whatever the fuzzer finds.
func FuzzRoundTrip(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(func(t *rapid.T) {
		rapid.SampledFrom([]func(t *rapid.T){roundTripText, roundTripItems, roundTripMembers, roundTripNumbers, roundTripShaped}).Draw(t, "what")(t)
	}))
}
