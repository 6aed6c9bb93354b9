package param

import (
	"testing"

	"github.com/tornadogen/tornadogen/runtime/internal/validate"
)

func BenchmarkQuery(b *testing.B) {
	raw := []byte("limit=10&status=sold&tags=a&tags=b%20c&offset=20")
	status := validate.NewEnum("available", "pending", "sold")
	rule := &validate.IntRule{HasMin: true, HasMax: true, Max: 100}
	b.Run("parse", func(b *testing.B) {
		b.ReportAllocs()
		var q Query
		for b.Loop() {
			_ = q.Parse(raw, 0)
		}
	})
	b.Run("parse and read", func(b *testing.B) {
		b.ReportAllocs()
		var q Query
		var r Report
		for b.Loop() {
			_ = q.Parse(raw, 0)
			r.Lookup(Place{"limit", InQuery, FormExplode}, &q.Pairs).Int64(rule)
			r.Lookup(Place{"offset", InQuery, FormExplode}, &q.Pairs).Int64(nil)
			r.Lookup(Place{"status", InQuery, FormExplode}, &q.Pairs).Enum(status)
			for item := range r.Lookup(Place{"tags", InQuery, FormExplode}, &q.Pairs).Items() {
				item.Bytes()
			}
		}
	})
}

func BenchmarkPathInt64(b *testing.B) {
	b.ReportAllocs()
	var r Report
	raw := []byte("123")
	for b.Loop() {
		r.Value(Place{"petId", InPath, Simple}, raw, true).Int64(nil)
	}
}

func BenchmarkAccepts(b *testing.B) {
	offered := []string{"application/json", "application/problem+json"}
	for _, accept := range []string{"*/*", "application/json", "text/html,application/xml;q=0.9,*/*;q=0.8"} {
		b.Run(accept, func(b *testing.B) {
			b.ReportAllocs()
			field := []byte(accept)
			for b.Loop() {
				Accepts(field, offered)
			}
		})
	}
}

func BenchmarkContentType(b *testing.B) {
	b.ReportAllocs()
	field := []byte("application/json; charset=utf-8")
	for b.Loop() {
		ContentType(field)
	}
}
