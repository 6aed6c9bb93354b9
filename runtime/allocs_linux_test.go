//go:build !race && !loopcheck

package tornado

import (
	"context"
	"runtime"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
)

// What a request allocates between the socket and the answer is a promise: nothing in the runtime, and in generated code the answer,
// a slice for each list, and a string for each that lives on, or one for all of a small body. Contexts, which a handler may keep, are
// made sixteen at a time.
func TestAllocationsOfARequest(t *testing.T) {
	kept := &benchPet{ID: 1, Name: "Barnaby", Tags: []string{"senior"}, Price: 7.5}
	api := NewAPI(Info{})
	RegisterPtr(api, &opGetPet, (*getPetRequest).decode, func(context.Context, *getPetRequest) (*benchPet, error) { return kept, nil }, writePet)
	RegisterPtr(api, &opCreatePet, (*createPetRequest).decode, func(ctx context.Context, req *createPetRequest) (*benchPet, error) { return createPet(ctx, *req) }, writePet)
	RegisterPtr(api, &opFindPet, (*findPetRequest).decode, func(context.Context, *findPetRequest) (*benchPet, error) { return kept, nil }, writePet)
	chunk := "POST /pets HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" +
		strconv.FormatInt(int64(len(benchBody)), 16) + "\r\n" + benchBody + "\r\n0\r\n\r\n"
	for name, c := range map[string]struct {
		request string
		allowed float64
	}{
		"without a body":                    {benchGet, 0},
		"with a query that is a number":     {"GET /pets?limit=20 HTTP/1.1\r\nHost: a\r\n\r\n", 0},
		"with header fields":                {"GET /pets/1 HTTP/1.1\r\nHost: a\r\nAccept: */*\r\nUser-Agent: x\r\nCookie: a=b\r\n\r\n", 0},
		"with two strings":                  {"GET /pets?name=Rex&tag=old HTTP/1.1\r\nHost: a\r\n\r\n", 2},
		"answer, list and strings":          {benchPost, 3},
		"the same, and the body in a chunk": {chunk, 4},
	} {
		t.Run(name, func(t *testing.T) {
			assert.InDelta(t, c.allowed, allocationsOf(t, api, c.request), 0.49, "one more in each request, and not what others do")
		})
	}
}

// allocationsOf is how many allocations one of many equal requests makes: the least of three times, since others may allocate, too.
func allocationsOf(t *testing.T, api *API, request string) float64 {
	const n = 8192
	least := uint64(1 << 62)
	for range 3 {
		serve := serveCanned(t, api, request, fewConnections, n)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		serve()
		runtime.ReadMemStats(&after)
		least = min(least, after.Mallocs-before.Mallocs)
	}
	return float64(least) / n
}

var opFindPet = Operation{ID: "findPet", Name: "FindPet", Method: "GET", Path: "/pets", Produces: []string{"application/json"}}

type findPetRequest struct {
	Limit     int64
	Name, Tag string
}

func (r *findPetRequest) decode(in *Input) {
	if p := in.Query("limit", FormExplode); p.Present() {
		r.Limit = p.Int64(&itemRule)
	}
	if p := in.Query("name", FormExplode); p.Present() {
		r.Name = p.String(nil)
	}
	if p := in.Query("tag", FormExplode); p.Present() {
		r.Tag = p.String(nil)
	}
}

// longAnswer gives an answer of size bytes as generated code does.
func longAnswer(w *Reply, size int) {
	b := w.JSON(200, "application/json")
	for range size {
		b = append(b, 'x')
	}
	w.Done(b)
}

// Answers that are too long for a frame to keep their buffer take one that is used again, and do not grow from nothing each time, also where a filter
// gives each another body; a long one has no part in those behind a short one.
func TestAllocationsOfLongAnswers(t *testing.T) {
	var w Reply
	for _, size := range []int{maxKeptBuffer - 1, 100_000} { // what the first has grown in is longer than that
		longAnswer(&w, size)
		w.reset()
		assert.LessOrEqual(t, testing.AllocsPerRun(20, func() {
			longAnswer(&w, size)
			w.reset()
		}), 1.0)
	}
	coded := make([]byte, 5000)
	longAnswer(&w, 100_000)
	w.SwapBody(coded)
	w.reset()
	assert.GreaterOrEqual(t, cap(w.JSON(200, "application/json")), 100_000)
	w.reset()
	for range 2 {
		longAnswer(&w, 1)
		w.reset()
	}
	assert.LessOrEqual(t, cap(w.body), maxKeptBuffer)
	longAnswer(&w, maxExpected+1)
	w.reset()
	assert.LessOrEqual(t, cap(w.JSON(200, "application/json")), maxKeptBuffer)
}

func BenchmarkLongAnswer(b *testing.B) {
	b.ReportAllocs()
	var w Reply
	for b.Loop() {
		longAnswer(&w, 65_000)
		w.reset()
	}
}
