package webhooks_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/webhooks/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

// handler is somebody who has subscribed.
type handler struct {
	api.UnimplementedWebhookHandler
	got  any
	gone bool
}

func (h *handler) NewPetWebhook(_ context.Context, req api.NewPetWebhookRequest) error {
	if h.gone {
		return api.NewPetWebhookGone{}
	}
	h.got = req
	return nil
}

func (h *handler) PetSold(_ context.Context, req api.PetSoldRequest) (api.PetSoldOK, error) {
	h.got = req
	if req.Body.Price == 13 {
		return "", api.PetSoldDefault{Status: http.StatusConflict, Body: api.PetSoldDefaultBody{Message: "bad luck"}}
	}
	return api.PetSoldOKStop, nil
}

type auth struct{}

func (auth) Signature(ctx context.Context, key tornado.APIKey) (context.Context, error) {
	if key.Key != "signed" {
		return nil, tornado.ErrForbidden
	}
	return ctx, nil
}

var id = tornado.UUID{0: 0x12, 15: 0x40}

// TestWebhooks sends webhooks to somebody who has subscribed, at a path of their own.
func TestWebhooks(t *testing.T) {
	h := &handler{}
	url := drive.Serve(t, api.NewWebhookAPI(h, auth{}, tornado.WithOperationPath("newPetWebhook", "hooks/born")))
	hooks := api.NewWebhooks(api.WithSignature("signed"))

	born := api.NewPetWebhookRequest{XDelivery: id, Body: api.Pet{Name: "Tom"}}
	require.NoError(t, hooks.NewPetWebhook(t.Context(), url+"/hooks/born?secret=1#top", born))
	assert.Equal(t, born, h.got)
	h.gone = true
	var gone api.NewPetWebhookGone
	require.ErrorAs(t, hooks.NewPetWebhook(t.Context(), url+"/hooks/born", born), &gone)

	sold := api.PetSoldRequest{Again: tornado.Some(true), Body: api.PetSoldBody{Price: 5}}
	next, err := hooks.PetSold(t.Context(), url+"/pet.sold?a=b", sold)
	require.NoError(t, err)
	assert.Equal(t, api.PetSoldOKStop, next)
	assert.Equal(t, sold, h.got)
	sold.Body.Price = 13
	_, err = hooks.PetSold(t.Context(), url+"/pet.sold", sold)
	var bad api.PetSoldDefault
	require.ErrorAs(t, err, &bad)
	assert.Equal(t, "bad luck", bad.Body.Message)
}

// TestReceiver checks what comes in like any other request.
func TestReceiver(t *testing.T) {
	url := drive.Serve(t, api.NewWebhookAPI(&handler{}, auth{}))
	got := drive.Do(t, http.MethodPost, url+"/new%20pet", `{}`)
	assert.Equal(t, []string{"header X-Delivery required", "body /name required"}, got.Violations(t), got.Body)
	got = drive.Do(t, http.MethodPost, url+"/pet.sold", `{"price":5}`)
	assert.Equal(t, http.StatusUnauthorized, got.Status)
	got = drive.Do(t, http.MethodPost, url+"/pet.sold", `{"price":5}`, "X-Signature", "forged")
	assert.Equal(t, http.StatusForbidden, got.Status)
	got = drive.Do(t, http.MethodDelete, url+"/pet.sold", "")
	assert.Equal(t, http.StatusNotImplemented, got.Status)
	got = drive.Do(t, http.MethodGet, url+"/pets", "")
	assert.Equal(t, http.StatusNotFound, got.Status, "the operations of the API are not served here")
}

// TestAddress refuses addresses that nobody can be called at, and options that cannot be met.
func TestAddress(t *testing.T) {
	hooks := api.NewWebhooks()
	for _, address := range []string{"", "/pets", "ftp://example.com", "http:///a", "http://example.com/%zz", "http://user:secret@"} {
		err := hooks.NewPetWebhook(t.Context(), address, api.NewPetWebhookRequest{})
		require.ErrorContains(t, err, "address", address)
		assert.NotContains(t, err.Error(), "secret")
	}
	for name, option := range map[string]tornado.APIOption{
		"unknown":   tornado.WithOperationPath("nobody", "/a"),
		"variables": tornado.WithOperationPath("petSold", "/a/{b}"),
		"taken":     tornado.WithOperationPath("petSold", "/new%20pet"),
	} {
		listener, err := tornado.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		err = tornado.NewServer().Handle(api.NewWebhookAPI(&handler{}, auth{}, option)).Serve(t.Context(), listener)
		assert.ErrorContains(t, err, "WithOperationPath", name)
	}
}
