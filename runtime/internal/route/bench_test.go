package route

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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

// What a match costs does not depend on how many operations there are.
func BenchmarkMatchAmong(b *testing.B) {
	for _, n := range []int{10, 100, 1000, 5000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			tab := wideTable(b, n)
			var params Params
			method := []byte("GET")
			var paths [64][]byte // all over the table, so that a large one does not stay in the cache of a single path
			for i := range paths {
				paths[i] = fmt.Appendf(nil, "/resource%d/%d/details", i*n/len(paths), i)
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if _, outcome := tab.Match(method, paths[i%len(paths)], &params); outcome != Found {
					b.Fatal(outcome)
				}
			}
		})
	}
}

func BenchmarkAdd(b *testing.B) {
	for _, n := range []int{1000, 5000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			for b.Loop() {
				wideTable(b, n)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/operation")
		})
	}
}

// wideTable has n resources with an operation each.
func wideTable(tb testing.TB, n int) *Table {
	tab := new(Table)
	for i := range n {
		require.NoError(tb, tab.Add("GET", fmt.Sprintf("/resource%d/{id}/details", i), i))
	}
	return tab
}

// The same in what can be counted: the nodes that a match enters, and the slots that it looks at for a segment.
func TestMatchAmongManyOperations(t *testing.T) {
	for _, n := range []int{10, 1000, 5000} {
		tab := wideTable(t, n)
		most, sum := 0, 0
		for i := range n {
			path := fmt.Appendf(nil, "/resource%d/7/details", i)
			w := walk{path: path, params: new(Params), longest: tab.longest, methods: tab.get}
			require.NotNil(t, w.find(&tab.root, 1))
			require.Equal(t, 4, w.entered)
			probes := tab.root.literals.probes(path[1 : len(path)-len("/7/details")])
			most, sum = max(most, probes), sum+probes
		}
		assert.Less(t, float64(sum)/float64(n), 2.0, "%d operations", n)
		assert.Less(t, most, 24, "%d operations", n)
	}
}

// probes is how many slots find looks at.
func (l *literals) probes(text []byte) int {
	mask := uint32(len(l.slots) - 1)
	for n, i := 1, hash(text, wordOf(text))&mask; ; n, i = n+1, (i+1)&mask {
		if slot := &l.slots[i]; slot.next == nil || slot.text == string(text) {
			return n
		}
	}
}
