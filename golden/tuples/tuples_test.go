package tuples_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/tuples/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

type handler struct{ got api.Drawing }

func (h *handler) Echo(_ context.Context, req api.EchoRequest) (*api.Drawing, error) {
	h.got = req.Body
	req.Body.Origin = tornado.Opt[api.Point]{}
	return &req.Body, nil
}

func TestTuples(t *testing.T) {
	h := &handler{}
	url := drive.Serve(t, api.New(h)) + "/echo"
	drive.Echo(t, url, map[string]drive.Exchange{
		"point":     {Send: `{"point":[1.5,-2]}`},
		"points":    {Send: `{"path":[[0,0],[1,1]]}`},
		"short":     {Send: `{"named":{"a":[1]}}`},
		"null":      {Send: `{"named":{"a":[1,null]}}`},
		"whole":     {Send: `{"named":{"a":[1,"x",[true]],"b":[2,null,[],"y","z"]}}`},
		"recursive": {Send: `{"node":["a",["b",["c"]]]}`},
		"open":      {Send: `{"open":["a",{"b":1},2]}`},
		"empty":     {Send: `{"open":[]}`},
		"no array":  {Send: `{"open":null}`},
		"member":    {Send: `{"either":[1,2]}`},

		"too few":      {Send: `{"point":[1]}`, Not: []string{"/point minItems"}},
		"too many":     {Send: `{"point":[1,2,3]}`, Not: []string{"/point maxItems"}},
		"wrong item":   {Send: `{"point":[1,"a"]}`, Not: []string{"/point/1 type"}},
		"wrong rest":   {Send: `{"named":{"a":[1,"x",[],"long"]}}`, Not: []string{"/named/a/3 maxLength"}},
		"no tuple":     {Send: `{"point":{}}`, Not: []string{"/point type"}},
		"wrong member": {Send: `{"either":1}`, Not: []string{"/either oneOf"}},
	})
	drive.Do(t, http.MethodPost, url, `{"named":{"a":[7,"x",[],"r"]}}`)
	assert.Equal(t, map[string]api.Row{
		"a": {V0: 7, V1: tornado.Present("x"), V2: []bool{}, Rest: []string{"r"}},
	}, h.got.Named)
	assert.Equal(t, api.Point{}, h.got.Origin.Value())
	assert.True(t, h.got.Origin.IsSet(), "the default is filled in")
}

func TestAppendEndsAtWhatIsAbsent(t *testing.T) {
	assert.Equal(t, `[0]`, string(api.Row{V2: []bool{true}}.AppendJSON(nil)))
	assert.Equal(t, `[0,0]`, string(api.Point{}.AppendJSON(nil)))
}

func TestEncodingJSON(t *testing.T) {
	data, err := json.Marshal([]api.Point{{V0: 1, V1: 2}})
	require.NoError(t, err)
	assert.Equal(t, `[[1,2]]`, string(data))
	var got []api.Point
	require.NoError(t, json.Unmarshal(data, &got))
	assert.Equal(t, []api.Point{{V0: 1, V1: 2}}, got)
	require.Error(t, json.Unmarshal([]byte(`[[1]]`), &got))
}
