package tornado

import (
	"context"
	"net/http"
	"net/http/httptest"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestIsPlain(t *testing.T) {
	t.Parallel()
	type inner struct {
		A [3]float32
		B Opt[int32]
	}
	for _, v := range []any{struct{}{}, struct{ N int64 }{}, struct{ I inner }{}, [0]bool{}, Date{}, UUID{}} {
		assert.True(t, isPlain(reflect.TypeOf(v)), "%T", v)
	}
	for _, v := range []any{
		"", struct{ S string }{}, []int{}, map[int]int{}, new(int), func() {}, struct{ V any }{}, struct{ I [2]*inner }{}, time.Time{}, Opt[string]{}, JSON{},
	} {
		assert.False(t, isPlain(reflect.TypeOf(v)), "%T", v)
	}
}

type plainRequest struct {
	First  int64
	Second Opt[float64]
	Rest   [5]uint16
}

type fullRequest struct {
	plainRequest
	Text *string
}

// What a request has set is not there in the next one of its operation, which has the same memory.
func TestRequestsAreCleared(t *testing.T) {
	t.Parallel()
	api := NewAPI(Info{})
	set := false
	fill := func(r *plainRequest) {
		if set {
			*r = plainRequest{First: -1, Second: Some(1.5), Rest: [5]uint16{1, 2, 3, 4, 5}}
		}
	}
	var plains []plainRequest
	var fulls []fullRequest
	RegisterNoContent(api, &Operation{ID: "plain", Method: "GET", Path: "/plain"}, func(r *plainRequest, _ *Input) { fill(r) },
		func(_ context.Context, r *plainRequest) error { plains = append(plains, *r); return nil }, http.StatusNoContent)
	RegisterNoContent(api, &Operation{ID: "full", Method: "GET", Path: "/full"}, func(r *fullRequest, _ *Input) {
		if fill(&r.plainRequest); set {
			r.Text = new(string)
		}
	}, func(_ context.Context, r *fullRequest) error { fulls = append(fulls, *r); return nil }, http.StatusNoContent)
	RegisterNoContent(api, &Operation{ID: "empty", Method: "GET", Path: "/empty"}, func(*struct{}, *Input) {},
		func(context.Context, *struct{}) error { return nil }, http.StatusNoContent)
	h := api.HTTPHandler()
	for _, set = range []bool{true, false, true, false} {
		for _, path := range []string{"/plain", "/full", "/full", "/empty", "/plain", "/plain"} {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
			assert.Equal(t, http.StatusNoContent, w.Code)
		}
		if !set {
			assert.Equal(t, []plainRequest{{}, {}, {}}, plains)
			assert.Equal(t, []fullRequest{{}, {}}, fulls)
		}
		plains, fulls = nil, nil
	}
}

func TestRegisterPtrDemandsAPointer(t *testing.T) {
	t.Parallel()
	decode := func(*struct{}, *Input) {}
	assert.Panics(t, func() {
		RegisterPtr(NewAPI(Info{}), &Operation{ID: "a", Method: "GET", Path: "/"}, decode, func(context.Context, *struct{}) (any, error) { return nil, nil }, func(*Reply, any) {})
	})
	assert.Panics(t, func() {
		RegisterPtr(NewAPI(Info{}), &Operation{ID: "a", Method: "GET", Path: "/"}, decode, func(context.Context, *struct{}) (int, error) { return 1, nil }, func(*Reply, int) {})
	})
}
