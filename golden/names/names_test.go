package names_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/names/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

// everything has every name of the document, in its order.
const everything = `{"id":"a","ID":"b","html-url":"c","userIds":["d"],"1st":"e","$ref2":"f","größe":1,"日本":"g","":"h","-":"i","a,b":"j",` +
	`"func":"k","decodeJSON":"l","DecodeJSON":"m","AppendJSON":"n","_":"o","other":{"x":1},"item":{"x":2},"renamed":"p",` +
	`"error":{"Error":"q"},"client":{"x":3},"req":{"x":4},"op":"a"}`

type handler struct {
	got  api.GetThingRequest2
	give api.Thing
}

func (h *handler) GetThing(_ context.Context, req api.GetThingRequest2) (*api.Thing, error) {
	h.got = req
	return &h.give, nil
}

func (h *handler) DeleteThingsByThingIDByType(context.Context, api.DeleteThingsByThingIDByTypeRequest) error {
	return nil
}

func TestNames(t *testing.T) {
	h := &handler{}
	var d tornado.Decoder
	d.Reset([]byte(everything))
	h.give.DecodeJSON(&d)
	d.End()
	require.False(t, d.Failed(), d.Violations())
	url := drive.Serve(t, api.New(h))
	got := drive.Do(t, http.MethodGet, url+"/things/t/path?type=query&ctx=c&body=b", "", "X-Type", "header")
	require.Equal(t, http.StatusOK, got.Status, got.Body)
	assert.Equal(t, everything, got.Body)

	client, err := api.NewClient(url)
	require.NoError(t, err)
	want := h.got
	thing, err := client.GetThing(t.Context(), want)
	require.NoError(t, err)
	assert.Equal(t, &h.give, thing)
	assert.Equal(t, want, h.got, "no parameter is mixed up with another one of its name")
}
