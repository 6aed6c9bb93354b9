package codecs

import (
	"cmp"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func all(tb testing.TB) []Corpus {
	folder, err := Folder()
	require.NoError(tb, err)
	corpora, err := Corpora(folder)
	require.NoError(tb, err)
	return corpora
}

func TestCodecsLoseNothing(t *testing.T) {
	for _, corpus := range all(t) {
		var want any
		require.NoError(t, json.Unmarshal(corpus.Text, &want))
		for _, name := range Names {
			t.Run(corpus.Name+"/"+name, func(t *testing.T) {
				v, err := corpus.Codecs[name].Decode(corpus.Text)
				require.NoError(t, err)
				text, err := corpus.Codecs[name].Encode(v)
				require.NoError(t, err)
				var got any
				require.NoError(t, json.Unmarshal(text, &got))
				assert.True(t, assert.ObjectsAreEqual(want, got))
			})
		}
	}
}

func TestOnlyOursChecksLimits(t *testing.T) {
	pet := all(t)[0]
	for _, name := range Names {
		_, err := pet.Codecs[name].Decode([]byte(`{"id":0,"name":"","status":"sold","tags":[],"price":-1}`))
		assert.Equal(t, name == "jsonwire", err != nil, name)
	}
}

func BenchmarkDecode(b *testing.B) {
	for _, corpus := range all(b) {
		for _, name := range Names {
			codec := corpus.Codecs[name]
			b.Run(corpus.Name+"/"+name, func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(len(corpus.Text)))
				for b.Loop() {
					if _, err := codec.Decode(corpus.Text); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	for _, corpus := range all(b) {
		for _, name := range Names {
			codec := corpus.Codecs[name]
			b.Run(corpus.Name+"/"+name, func(b *testing.B) {
				v, err := codec.Decode(corpus.Text)
				require.NoError(b, err)
				b.ReportAllocs()
				b.SetBytes(int64(len(corpus.Text)))
				for b.Loop() {
					if _, err := codec.Encode(v); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// TestAllocationsOfGeneratedCode: reading allocates a string for each that lives on, or one for all of a small body, a slice for each list, and
// the value that holds them; writing allocates nothing but the answer, for which there is memory here. Lists over 16 KiB grow as they are
// read, which canada has, and citm_catalog has maps, whose names are sorted.
func TestAllocationsOfGeneratedCode(t *testing.T) {
	for _, corpus := range all(t) {
		var tree any
		require.NoError(t, json.Unmarshal(corpus.Text, &tree))
		strings, lists := count(tree)
		codec := corpus.Codecs["jsonwire"]
		v, err := codec.Decode(corpus.Text)
		require.NoError(t, err)
		reads := testing.AllocsPerRun(5, func() { _, err = codec.Decode(corpus.Text) })
		require.NoError(t, err)
		writes := testing.AllocsPerRun(5, func() { _, err = codec.Encode(v) })
		require.NoError(t, err)
		most := map[string]float64{"pet": 1 + 1 + 1, "canada": 1.04 * float64(strings+lists+1)}
		assert.LessOrEqual(t, reads, cmp.Or(most[corpus.Name], float64(strings+lists+1)), "%s: %d strings, %d lists", corpus.Name, strings, lists)
		if corpus.Name != "citm_catalog" {
			assert.Zero(t, writes, corpus.Name)
		}
	}
}

// count returns how many strings and how many lists stand in a text.
func count(v any) (strings, lists int) {
	add := func(v any) {
		s, l := count(v)
		strings, lists = strings+s, lists+l
	}
	switch v := v.(type) {
	case string:
		return 1, 0
	case []any:
		lists++
		for _, item := range v {
			add(item)
		}
	case map[string]any:
		for _, member := range v {
			add(member)
		}
	}
	return strings, lists
}
