package enums_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	api "github.com/tornadogen/tornadogen/golden/enums/expected"
	"github.com/tornadogen/tornadogen/golden/internal/drive"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

type handler struct {
	got  api.GetLightRequest
	give api.Light
}

func (h *handler) GetLight(_ context.Context, req api.GetLightRequest) (*api.Light, error) {
	h.got = req
	return &h.give, nil
}

func TestRequest(t *testing.T) {
	h := &handler{}
	url := drive.Serve(t, api.New(h))
	for path, want := range map[string]api.GetLightRequest{
		"/lights/red":                      {Color: api.ColorRed, Order: tornado.Some(api.GetLightOrderAsc)},
		"/lights/dark%20blue?size=40":      {Color: api.ColorDarkBlue, Size: tornado.Some(api.Size40), Order: tornado.Some(api.GetLightOrderAsc)},
		"/lights/%2B1?size=1&order=desc":   {Color: api.ColorPlus1, Size: tornado.Some(api.Size1), Order: tornado.Some(api.GetLightOrderDesc)},
		"/lights/-1?order=asc&order2=desc": {Color: api.ColorMinus1, Order: tornado.Some(api.GetLightOrderAsc)},
	} {
		require.Equal(t, http.StatusOK, drive.Do(t, http.MethodGet, url+path, "").Status, path)
		assert.Equal(t, want, h.got, path)
	}
	got := drive.Do(t, http.MethodGet, url+"/lights/blue?size=3&order=ASC", "")
	assert.Equal(t, http.StatusUnprocessableEntity, got.Status)
	assert.Equal(t, []string{"path color enum", "query size enum", "query order enum"}, got.Violations(t))
}

// TestAnswer sends every member, and a value that the document does not name: servers may grow before their clients.
func TestAnswer(t *testing.T) {
	h := &handler{give: api.Light{
		Color: "ultraviolet", Size: tornado.Some(api.Size2), Mood: tornado.Nil[api.LightMood](), Other: tornado.Some(api.MoodHAPPY),
		Named: tornado.Some(api.NamedOn), List: []api.Color{api.ColorRed, api.ColorEmpty},
	}}
	url := drive.Serve(t, api.New(h))
	assert.Equal(t, `{"color":"ultraviolet","size":2,"mood":null,"other":"HAPPY","named":1,"list":["red",""]}`,
		drive.Do(t, http.MethodGet, url+"/lights/red", "").Body)
	client, err := api.NewClient(url)
	require.NoError(t, err)
	light, err := client.GetLight(t.Context(), api.GetLightRequest{Color: api.ColorDarkBlue, Size: tornado.Some(api.Size40)})
	require.NoError(t, err)
	assert.Equal(t, &h.give, light)
	assert.Equal(t, api.ColorDarkBlue, h.got.Color)
	assert.Equal(t, tornado.Some(api.Size40), h.got.Size)
}

func TestValid(t *testing.T) {
	assert.True(t, api.ColorEmpty.Valid())
	assert.False(t, api.Color("blue").Valid())
	assert.True(t, api.Size(40).Valid())
	assert.False(t, api.Size(3).Valid())
}
