package client_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/tornadogen/tornadogen/runtime/client"
	"github.com/tornadogen/tornadogen/runtime/internal/param"
)

// BenchmarkCall is what a call costs without net/http's transport.
func BenchmarkCall(b *testing.B) {
	b.ReportAllocs()
	c, err := client.New("http://localhost/v1", client.WithTimeout(0), client.WithMiddleware(func(client.Doer) client.Doer {
		return client.DoerFunc(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader("12"))}, nil
		})
	}))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		call := c.Call(b.Context(), &getPet)
		call.Path("petId", param.Simple).Int64(12)
		call.Query("limit", param.Form).Int64(10)
		res, err := call.Do()
		if err != nil {
			b.Fatal(err)
		}
		res.JSON().Int64(nil)
		if err := res.EndJSON(); err != nil {
			b.Fatal(err)
		}
	}
}
