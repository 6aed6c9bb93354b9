package jsonwire_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
)

func BenchmarkDecode(b *testing.B) {
	body := []byte(petBody)
	require.Len(b, body, 268)
	b.Run("jsonwire", func(b *testing.B) {
		var d jsonwire.Decoder
		photos := make([]string, 0, 2)
		b.ReportAllocs()
		b.SetBytes(int64(len(body)))
		for b.Loop() {
			v := pet{Photos: photos}
			d.Reset(body)
			v.DecodeJSON(&d)
			d.End()
			if d.Failed() {
				b.Fatal(d.Violations(), d.SyntaxError())
			}
		}
	})
	b.Run("encoding_json", func(b *testing.B) {
		photos := make([]string, 0, 2)
		b.ReportAllocs()
		b.SetBytes(int64(len(body)))
		for b.Loop() {
			v := pet{Photos: photos}
			if err := json.Unmarshal(body, &v); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	var v pet
	require.NoError(b, json.Unmarshal([]byte(petBody), &v))
	b.Run("jsonwire", func(b *testing.B) {
		buf := make([]byte, 0, 512)
		b.ReportAllocs()
		for b.Loop() {
			buf = v.AppendJSON(buf[:0])
		}
	})
	b.Run("encoding_json", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := json.Marshal(&v); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkList is 65 kB: beyond the size up to which a body is copied as a whole.
func BenchmarkList(b *testing.B) {
	body := []byte("[" + strings.Repeat(petBody+",", 242) + petBody + "]")
	var pets []pet
	decode := func(d *jsonwire.Decoder) {
		pets = pets[:0]
		d.Reset(body)
		for more := d.Array(); more; more = d.NextItem() {
			pets = append(pets, pet{})
			pets[len(pets)-1].DecodeJSON(d)
		}
		d.End()
	}
	b.Run("decode", func(b *testing.B) {
		var d jsonwire.Decoder
		b.ReportAllocs()
		b.SetBytes(int64(len(body)))
		for b.Loop() {
			decode(&d)
		}
	})
	b.Run("skip", func(b *testing.B) {
		var d jsonwire.Decoder
		b.SetBytes(int64(len(body)))
		for b.Loop() {
			d.Reset(body)
			d.Skip()
		}
	})
	b.Run("encode", func(b *testing.B) {
		var d jsonwire.Decoder
		decode(&d)
		buf := make([]byte, 0, 1<<17)
		b.ReportAllocs()
		for b.Loop() {
			buf = append(buf[:0], '[')
			for i := range pets {
				buf = append(pets[i].AppendJSON(buf), ',')
			}
		}
	})
	b.Run("encoding_json", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := json.Unmarshal(body, &pets); err != nil {
				b.Fatal(err)
			}
		}
	})
}
