package limits_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/limits/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

// handler waits for what the body says.
type handler struct {
	api.UnimplementedDefaultHandler
}

func (handler) Slow(ctx context.Context, req api.SlowRequest) (string, error) {
	body, _ := req.Body.Get()
	if body == "quick" {
		return body, nil
	}
	<-ctx.Done()
	if body == "late" {
		return body, nil
	}
	return "", errors.New("the database gave up")
}

func (handler) Declared(ctx context.Context, _ api.DeclaredRequest) error {
	if until, ok := ctx.Deadline(); !ok || time.Until(until) > 90*time.Second {
		return errors.New("there is no deadline")
	}
	return nil
}

func (handler) Later(context.Context, api.LaterRequest, api.LaterReply) {}

func serve(t *testing.T) string {
	return drive.Serve(t, api.New(handler{}, tornado.WithAPILogger(slog.New(slog.DiscardHandler))))
}

// TestTimeout answers 503 where a handler gave up since its time was over, and whatever a handler answers that does not look.
func TestTimeout(t *testing.T) {
	url := serve(t)
	for body, status := range map[string]int{`"quick"`: 200, `"late"`: 200, `"wait"`: 503} {
		got := drive.Do(t, http.MethodPost, url+"/slow", body)
		assert.Equal(t, status, got.Status, "%s %s", body, got.Body)
		if status == 503 {
			assert.Contains(t, got.Body, "the answer took too long")
			assert.NotContains(t, got.Body, "database")
		}
	}
	assert.Equal(t, 204, drive.Do(t, http.MethodGet, url+"/declared", "").Status)
}

// TestTimeoutOfADeferredAnswer answers 503 in place of a reply that nobody uses.
func TestTimeoutOfADeferredAnswer(t *testing.T) {
	assert.Equal(t, 503, drive.Do(t, http.MethodGet, serve(t)+"/later", "").Status)
}

// TestHeader refuses a header that is too large for the operation alone.
func TestHeader(t *testing.T) {
	url := serve(t)
	for path, want := range map[string]int{"/slow": 431, "/declared": 204} {
		method := map[string]string{"/slow": http.MethodPost, "/declared": http.MethodGet}[path]
		req, err := http.NewRequestWithContext(t.Context(), method, url+path, strings.NewReader(""))
		require.NoError(t, err)
		req.Header.Set("X-Padding", strings.Repeat("x", 1024))
		res, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		assert.Equal(t, want, res.StatusCode, path)
	}
}
