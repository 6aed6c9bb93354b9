package callbacks_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	api "github.com/tornadogen/tornadogen/golden/callbacks/expected"
	"github.com/tornadogen/tornadogen/golden/internal/drive"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

// subscriber receives the callbacks.
type subscriber struct{ got []any }

func (s *subscriber) SubscribeOnDataCallback(_ context.Context, req api.SubscribeOnDataCallbackRequest) (api.SubscribeOnDataCallbackResponse, error) {
	s.got = append(s.got, req)
	if req.Body.Value > 50 {
		return api.SubscribeOnDataCallbackNoContent{}, nil
	}
	return api.SubscribeOnDataCallbackAccepted{}, nil
}

func (s *subscriber) ReportFailure(_ context.Context, req api.ReportFailureRequest) (*api.ReportFailureDefault, error) {
	s.got = append(s.got, req)
	return &api.ReportFailureDefault{StatusCode: http.StatusTeapot}, nil
}

func (s *subscriber) SubscribeClosedCallback(context.Context, api.SubscribeClosedCallbackRequest) error {
	return nil
}

func (s *subscriber) SubscribeClosedAgainCallback(context.Context, api.SubscribeClosedAgainCallbackRequest) error {
	s.got = append(s.got, "again")
	return nil
}

// TestCallbacks calls somebody back who serves the callbacks below a path of their own.
func TestCallbacks(t *testing.T) {
	s := &subscriber{}
	url := drive.Serve(t, api.NewCallbackAPI(s, tornado.WithBasePath("/calls"), tornado.WithOperationPath("subscribeOnDataCallback", "/1/data")))
	calls := api.NewCallbacks()

	reading := api.SubscribeOnDataCallbackRequest{Body: api.Reading{Value: 5}}
	answer, err := calls.SubscribeOnDataCallback(t.Context(), url+"/1/data?token=t", reading)
	require.NoError(t, err)
	assert.Equal(t, api.SubscribeOnDataCallbackAccepted{}, answer)
	assert.Equal(t, []any{reading}, s.got)
	reading.Body.Value = 55
	answer, err = calls.SubscribeOnDataCallback(t.Context(), url+"/1/data", reading)
	require.NoError(t, err)
	assert.Equal(t, api.SubscribeOnDataCallbackNoContent{}, answer)

	got := drive.Do(t, http.MethodPost, url+"/1/data", `{"value":101}`)
	assert.Equal(t, []string{"body /value maximum"}, got.Violations(t), got.Body)
	failed, err := calls.ReportFailure(t.Context(), url+"/subscribe/onFailure", api.ReportFailureRequest{Body: tornado.Some("broken")})
	require.NoError(t, err)
	assert.Equal(t, http.StatusTeapot, failed.StatusCode)
	require.NoError(t, calls.SubscribeClosedCallback(t.Context(), url+"/subscribe/closed", api.SubscribeClosedCallbackRequest{}))
}

// TestURLs makes the addresses of callbacks of what was asked and answered.
func TestURLs(t *testing.T) {
	req := api.SubscribeRequest{ID: 5, CallbackURL: "https://example.com/me"}
	url, ok := api.SubscribeOnDataURL(req, &api.SubscribeCreated{Token: "t"})
	require.True(t, ok)
	assert.Equal(t, "https://example.com/me/5/data?token=t", url)
	_, ok = api.SubscribeOnFailureURL(req)
	assert.False(t, ok, "the request names no address")
	req.Body.Set(api.SubscribeBody{Failed: tornado.Some(api.SubscribeBodyFailed{URL: tornado.Some("https://example.com/failed")})})
	url, ok = api.SubscribeOnFailureURL(req)
	require.True(t, ok)
	assert.Equal(t, "https://example.com/failed", url)
}

// TestCallbackOfACallback calls the caller back.
func TestCallbackOfACallback(t *testing.T) {
	s := &subscriber{}
	url := drive.Serve(t, api.NewCallbackAPI(s, tornado.WithOperationPath("subscribeClosedAgainCallback", "/again/DELETE")))
	_, ok := api.SubscribeClosedAgainURL(api.SubscribeClosedCallbackRequest{})
	assert.False(t, ok, "the request names no address")
	again, ok := api.SubscribeClosedAgainURL(api.SubscribeClosedCallbackRequest{Again: tornado.Some(url + "/again")})
	require.True(t, ok)
	require.NoError(t, api.NewCallbacks().SubscribeClosedAgainCallback(t.Context(), again, api.SubscribeClosedAgainCallbackRequest{}))
	assert.Equal(t, []any{"again"}, s.got)
}
