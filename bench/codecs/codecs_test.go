package codecs

import (
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
