package jsonwire_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
)

// stricter are the reasons for which this package refuses what encoding/json takes: it replaces what is not Unicode, and allows
// for more depth. Each has the name that docs/reference/robustness.md has for it.
var stricter = map[string]string{
	"string is not UTF-8":                    "strings that are not UTF-8",
	"surrogate without its pair in a string": "lone surrogates",
	"nested too deeply":                      "depth over 512",
}

// otherCase is what that page has for the one thing that both take and read in another way.
const otherCase = "names of members in another case"

// TestOtherwiseThanEncodingJSON: robustness.md has stricter and otherCase, and nothing else that encoding/json does.
func TestOtherwiseThanEncodingJSON(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../../docs/reference/robustness.md")
	require.NoError(t, err)
	var told []string
	for _, m := range regexp.MustCompile(`(?m)^\| (.+) \| .+ \| encoding/json .+ \|$`).FindAllStringSubmatch(string(page), -1) {
		told = append(told, strings.Split(m[1], ", ")...)
	}
	assert.ElementsMatch(t, append(slices.Collect(maps.Values(stricter)), otherCase), told)
}

// TestNamesHaveTheirCase: a member whose name has another case is another member, which it is not to encoding/json.
func TestNamesHaveTheirCase(t *testing.T) {
	t.Parallel()
	text := strings.Replace(petBody, `"tag"`, `"TAG"`, 1)
	var v pet
	d := decoder(text)
	v.DecodeJSON(d)
	require.False(t, d.Failed())
	assert.False(t, v.Tag.IsSet())
	assert.Contains(t, v.Extra, "TAG")
	var plain plainPet
	require.NoError(t, json.Unmarshal([]byte(text), &plain))
	assert.NotNil(t, plain.Tag)
}

// FuzzDecode holds decoding against encoding/json: both take the same texts, but for the strictness above, and read the same
// value; the last one of members with the same name counts in both.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		petBody, ` {"a" : [1, -2.5e+3, "\u00e9\ud83d\ude00", null, true, {"a":{},"a":[]}]} `, `"\ud800"`, "\"\xff\"", `[1e1000,-0,0.10]`, `{"a":1,}`, `01`,
		`{"id":1000,"name":"0","status":"available","photos":[],"owner":{"name":"0"}}`,
		`{"id":1,"name":"\n","status":"sold","photos":["a","b"],"note":null,"price":1.50,"parents":["00000000-0000-0000-0000-000000000000"]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var d jsonwire.Decoder
		d.Reset(text)
		d.Skip()
		d.End()
		if err := d.SyntaxError(); err != nil {
			assert.LessOrEqual(t, err.Offset, len(text))
			assert.True(t, !json.Valid(text) || stricter[err.Reason] != "", "%s", err)
			return
		}
		require.True(t, json.Valid(text))
		assert.True(t, utf8.Valid(text))

		reader := json.NewDecoder(bytes.NewReader(text))
		reader.UseNumber()
		var tree any
		require.NoError(t, reader.Decode(&tree))
		printed, err := json.Marshal(tree)
		require.NoError(t, err)
		want, ok1 := jsonwire.Canonical(printed)
		got, ok2 := jsonwire.Canonical(text)
		require.True(t, ok1 && ok2)
		assert.Equal(t, want, got)

		var v pet
		d.Reset(text)
		v.DecodeJSON(&d)
		d.End()
		require.Nil(t, d.SyntaxError())
		for _, violation := range d.Violations() {
			assert.True(t, resolves(tree, violation.Pointer, violation.Keyword == "required"), violation.Pointer)
		}
		if !d.Failed() {
			sameAsStruct(t, text, &v)
			roundTrip(t, &v)
		}
	})
}

// plainPet is a pet as encoding/json decodes it. A pointer tells what is absent, or null, from what is there.
type plainPet struct {
	ID       int64           `json:"id"`
	Name     string          `json:"name"`
	Tag      *string         `json:"tag"`
	Status   string          `json:"status"`
	Weight   float64         `json:"weight"`
	Born     time.Time       `json:"born"`
	Neutered bool            `json:"neutered"`
	Photos   []string        `json:"photos"`
	Note     *string         `json:"note"`
	Owner    json.RawMessage `json:"owner"`
	Parents  *[]string       `json:"parents"`
	Chip     *string         `json:"chip"`
	Price    json.Number     `json:"price"`
}

// plainOwner is an owner, likewise.
type plainOwner struct {
	Name  string `json:"name"`
	Email string `json:"email"`
}

// sameAsStruct holds a pet that was taken against encoding/json, which decodes the same text into a struct. Members count there by the name in any
// case (otherCase), so that only those with the very name are given to it: the last of each.
func sameAsStruct(t *testing.T, text []byte, v *pet) {
	t.Helper()
	var members map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(text, &members))
	known := map[string]json.RawMessage{}
	for _, name := range []string{"id", "name", "tag", "status", "weight", "born", "neutered", "photos", "note", "owner", "parents", "chip", "price"} {
		if member, ok := members[name]; ok {
			known[name] = member
		}
	}
	exact, err := json.Marshal(known)
	require.NoError(t, err)
	var want plainPet
	require.NoError(t, json.Unmarshal(exact, &want), "%s", exact)
	assert.Equal(t, want.ID, v.ID)
	assert.Equal(t, want.Name, v.Name)
	assert.Equal(t, want.Status, v.Status)
	assert.Equal(t, want.Weight, v.Weight) //nolint:testifylint // the same bits
	assert.True(t, want.Born.Equal(v.Born), "%s and %s", want.Born, v.Born)
	assert.Equal(t, want.Neutered, v.Neutered)
	assert.True(t, slices.Equal(want.Photos, v.Photos), "%q and %q", want.Photos, v.Photos)
	tag, _ := v.Tag.Get()
	assert.Equal(t, want.Tag, pointer(tag, v.Tag.IsSet()))
	note, ok := v.Note.Get()
	assert.Equal(t, want.Note, pointer(note, ok))
	assert.Equal(t, members["note"] != nil && want.Note == nil, v.Note.IsNull())
	price, _ := v.Price.Get()
	if v.Price.IsSet() {
		assert.Equal(t, want.Price.String(), price.String())
	}
	assert.Equal(t, members["price"] != nil, v.Price.IsSet())
	chip, ok := v.Chip.Get()
	assert.Equal(t, want.Chip != nil, ok)
	if ok {
		assert.True(t, strings.EqualFold(*want.Chip, chip.String()))
	}
	parents, ok := v.Parents.Get()
	assert.Equal(t, want.Parents != nil, ok)
	if ok && assert.Len(t, parents, len(*want.Parents)) {
		for i, parent := range parents {
			assert.True(t, strings.EqualFold((*want.Parents)[i], parent.String()))
		}
	}
	owner, ok := v.Owner.Get()
	require.Equal(t, want.Owner != nil, ok)
	if ok {
		var members map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(want.Owner, &members))
		var name, email string
		require.NoError(t, json.Unmarshal(members["name"], &name))
		if members["email"] != nil {
			require.NoError(t, json.Unmarshal(members["email"], &email))
		}
		assert.Equal(t, plainOwner{name, email}, plainOwner(owner))
	}
}

// pointer is one to v, or nil.
func pointer[T any](v T, ok bool) *T {
	if !ok {
		return nil
	}
	return &v
}

// roundTrip encodes v and decodes that again.
func roundTrip(t *testing.T, v *pet) {
	v.Extra = nil                  // is not encoded
	v.Weight = cmp.Or(v.Weight, 1) // zero values, which stand for what is absent here, are refused
	if o, ok := v.Owner.Get(); ok {
		o.Email = cmp.Or(o.Email, "a@b")
		v.Owner.Set(o)
	}
	text := v.AppendJSON(nil)
	require.True(t, json.Valid(text), "%s", text)
	var d jsonwire.Decoder
	d.Reset(text)
	var again pet
	again.DecodeJSON(&d)
	d.End()
	require.False(t, d.Failed(), "%s", text)
	assert.Equal(t, string(text), string(again.AppendJSON(nil)))
}

// resolves reports whether the pointer leads to a value in tree, or to one that misses.
func resolves(tree any, pointer string, misses bool) bool {
	tokens := strings.Split(pointer, "/")[1:]
	for i, token := range tokens {
		name := strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
		switch node := tree.(type) {
		case map[string]any:
			next, ok := node[name]
			if !ok {
				return misses && i == len(tokens)-1
			}
			tree = next
		case []any:
			var index int
			if json.Unmarshal([]byte(token), &index) != nil || index >= len(node) {
				return false
			}
			tree = node[index]
		default:
			return true // an earlier member of the same name was refused
		}
	}
	return true
}

// FuzzAppendString encodes any string and reads it back, with this package and with encoding/json.
func FuzzAppendString(f *testing.F) {
	for _, seed := range []string{"", "plain", "é\u2028\"\\\x00\x1f", "\xff\xed\xa0\x80", "0123456789abcdef\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text := jsonwire.AppendString(nil, s)
		want := string([]rune(s)) // what is not UTF-8 is U+FFFD, byte by byte
		var got string
		require.NoError(t, json.Unmarshal(text, &got))
		assert.Equal(t, want, got)
		var d jsonwire.Decoder
		d.Reset(text)
		assert.Equal(t, want, d.String(nil))
		d.End()
		assert.False(t, d.Failed())
	})
}
