package suite

import (
	"net/http"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/conformance/internal/target"
)

func start(t *testing.T) *target.Target {
	t.Helper()
	one, err := target.Start()
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, one.Stop()) })
	return one
}

// held demands that no case is open.
func held(t *testing.T, r Result, err error) {
	t.Helper()
	require.NoError(t, err)
	t.Log(r.Line())
	for _, open := range r.Open {
		t.Error(open)
	}
}

// suites is the folder of the public test data; without it the test is skipped, but not in CI.
func suites(t *testing.T) string {
	t.Helper()
	folder := os.Getenv("SUITES")
	if folder == "" {
		const message = "SUITES must name the folder of the public test data"
		if os.Getenv("CI") != "" {
			t.Fatal(message)
		}
		t.Skip(message)
	}
	return folder
}

func TestHTTP1(t *testing.T) {
	r, err := HTTP1(start(t).Echo, suites(t))
	held(t, r, err)
}

func TestHTTP1Held(t *testing.T) {
	r, err := HTTP1Held(start(t).Plain, suites(t))
	held(t, r, err)
}

func TestSmugglingHeld(t *testing.T) { held(t, SmugglingHeld(start(t).Plain), nil) }

func TestSmuggling(t *testing.T) { held(t, Smuggling(start(t).Echo), nil) }

func TestJSON(t *testing.T) {
	r, err := JSON(start(t).Plain, suites(t))
	held(t, r, err)
}

func TestHTTP2(t *testing.T) {
	if testing.Short() {
		t.Skip("half a minute of waiting for frames that must not come; make conformance runs it")
	}
	one := start(t)
	r, err := HTTP2(one.TLS, true)
	held(t, r, err)
	r, err = HTTP2(one.H2C, false)
	held(t, r, err)
}

func TestWebSocket(t *testing.T) { held(t, WebSocket(start(t).Plain, 5), nil) }

func TestNetHTTP(t *testing.T) {
	held(t, NetHTTP(func() http.Handler {
		api, _ := target.API()
		return api.HTTPHandler()
	}), nil)
}
