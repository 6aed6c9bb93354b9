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

// BenchmarkUnion finds the member of a union in the ways that generated code has, and reads it: a pet in each case, which comes behind
// a person among the members. plain reads the same body without a union.
func BenchmarkUnion(b *testing.B) {
	last := petBody[:len(petBody)-1] + `,"kind":"pet"}`
	first := `{"kind":"pet",` + petBody[1:]
	keys := jsonwire.NewKeys("status", "email")
	asPet := func(d *jsonwire.Decoder) any { return readPet(d) }
	peek := func(d *jsonwire.Decoder) any {
		switch name, _ := d.Peek("kind"); name {
		case "person":
			return readPerson(d)
		case "pet":
			return readPet(d)
		}
		return d.Unmatched("discriminator", "kind must be one of pet, person")
	}
	choose := func(k *jsonwire.Keys, status, email jsonwire.Seen) func(d *jsonwire.Decoder) any {
		return func(d *jsonwire.Decoder) any {
			v, _ := jsonwire.OneOf(d, k,
				jsonwire.Alternative[any]{Needs: email, Read: func() any { return readPerson(d) }},
				jsonwire.Alternative[any]{Needs: status, Read: func() any { return readPet(d) }},
			)
			return v
		}
	}
	for _, way := range []struct {
		name, body string
		read       func(d *jsonwire.Decoder) any
	}{
		{"plain", first, asPet},
		{"discriminator_first", first, peek},
		{"discriminator_last", last, peek},
		{"unique_keys", first, choose(keys, 1, 2)},
		{"trial", first, choose(nil, 0, 0)},
	} {
		b.Run(way.name, func(b *testing.B) {
			var d jsonwire.Decoder
			body := []byte(way.body)
			b.ReportAllocs()
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				d.Reset(body)
				v := way.read(&d)
				d.End()
				if _, ok := v.(*pet); !ok || d.Failed() {
					b.Fatal(v, d.Violations(), d.SyntaxError())
				}
			}
		})
	}
}

func readPet(d *jsonwire.Decoder) *pet {
	v := new(pet)
	v.DecodeJSON(d)
	return v
}

var personKeys = jsonwire.NewKeys("name", "email").Required("name", "email")

func readPerson(d *jsonwire.Decoder) *owner {
	v := new(owner)
	var seen jsonwire.Seen
	for i := d.Object(personKeys); i != jsonwire.EndObject; i = d.Next(personKeys, i) {
		switch i {
		case 0:
			v.Name = d.String(&petName)
		case 1:
			v.Email = d.String(&ownerMail)
		}
		seen.Add(i)
	}
	d.Require(personKeys, seen)
	return v
}
