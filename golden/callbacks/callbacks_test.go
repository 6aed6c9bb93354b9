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
