package route

import (
	"fmt"
	"testing"
)

// largeTable has 500 operations, as a large API has them: 100 resources of five.
func largeTable(b testing.TB) *Table {
	b.Helper()
	tab, count := new(Table), 0
	add := func(method, template string) {
		if err := tab.Add(method, template, count); err != nil {
			b.Fatal(err)
		}
		count++
	}
	for i := range 100 {
		name := fmt.Sprintf("/resource%d", i)
		if i == 50 {
			name = "/pets"
		}
		add("GET", name)
		add("POST", name)
		add("GET", name+"/{id}")
		add("DELETE", name+"/{id}")
		add("GET", name+"/{id}/parts/{partId}.{ext}")
	}
	return tab
}

func BenchmarkMatch(b *testing.B) {
	tab := largeTable(b)
	for _, path := range []string{
		"/pets", "/pets/123", "/pets/123/parts/4.json", "/pets/a%20b", "/pets/123/nothing", "/nothing/123",
	} {
		b.Run(path[1:], func(b *testing.B) {
			b.ReportAllocs()
			var params Params
			method, raw := []byte("GET"), []byte(path)
			for b.Loop() {
				tab.Match(method, raw, &params)
			}
		})
	}
}
