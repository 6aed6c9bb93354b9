package tornado

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkStart is what a program with n operations does before it accepts its first connection: the largest variables of the generated
// package, New with the registration of each operation, and Serve. It is to take less than 100 ms for 5,000 operations; `make bench-start`
// measures a whole program.
func BenchmarkStart(b *testing.B) {
	for _, n := range []int{100, 1000, 5000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			for b.Loop() {
				stop := startWith(b, n)
				b.StopTimer()
				stop()
				b.StartTimer()
			}
			b.ReportMetric(b.Elapsed().Seconds()*1000/float64(b.N), "ms/start")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/operation")
		})
	}
}

// startWith returns once a server with n operations accepts, and what ends it.
func startWith(tb testing.TB, n int) (stop func()) {
	tb.Helper()
	keys := make([]*Keys, 0, n)
	names := make([]string, 12)
	for i := range names {
		names[i] = fmt.Sprintf("member%d", i)
	}
	for range n { // a type of twelve members for each
		keys = append(keys, NewKeys(names...).Required(names[:4]...))
	}
	require.Len(tb, keys, n)
	api := NewAPI(Info{Title: "large"})
	for i := range n {
		op := &Operation{
			ID: "getResource" + strconv.Itoa(i), Name: "GetResource" + strconv.Itoa(i), Method: "GET",
			Path: fmt.Sprintf("/group%d/resource%d/{petId}", i/50, i), Produces: []string{"application/json"},
		}
		RegisterPtr(api, op, func(*startRequest, *Input) {}, func(context.Context, *startRequest) (*startRequest, error) { return nil, nil },
			func(*Reply, *startRequest) {})
		api.Fallback(op, func(int, string) error { return nil })
	}
	s := NewServer(WithLogger(slog.New(slog.DiscardHandler))).Handle(api)
	ln, err := Listen("tcp", "127.0.0.1:0")
	require.NoError(tb, err)
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, ln) }()
	<-s.Bound()
	return func() {
		cancel()
		require.NoError(tb, <-served)
	}
}

type startRequest struct{ PetID int64 }
