package exact_values_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	api "github.com/tornadogen/tornadogen/golden/exact_values/expected"
	"github.com/tornadogen/tornadogen/golden/internal/drive"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

type handler struct{ got api.Exact }

func (h *handler) Echo(_ context.Context, req api.EchoRequest) (*api.Exact, error) {
	h.got = req.Body
	req.Body.Price = tornado.Opt[tornado.Decimal]{}
	req.Body.Labels, req.Body.Pairs = nil, nil
	req.Body.Choice = tornado.Opt[api.ExactChoice]{}
	req.Body.Inner = tornado.Opt[api.ExactInner]{}
	return &req.Body, nil
}

func TestValues(t *testing.T) {
	url := drive.Serve(t, api.New(&handler{})) + "/echo"
	drive.Echo(t, url, map[string]drive.Exchange{
		"constants":                   {Send: `{"truth":true,"lie":false,"number":1.5,"numbers":1,"integer":7,"nothing":null}`},
		"object":                      {Send: `{"object":{"b":"x","a":1.0}}`},
		"mixed":                       {Send: `{"mixed":{"b":[1,2]}}`},
		"mixed null":                  {Send: `{"mixed":null}`},
		"lists":                       {Send: `{"lists":[1,2]}`},
		"huge":                        {Send: `{"huge":123456789012345678901234567890}`},
		"lie":                         {Send: `{"truth":false,"lie":true}`, Not: []string{"/truth const", "/lie const"}},
		"no boolean":                  {Send: `{"truth":"true"}`, Not: []string{"/truth type"}},
		"number":                      {Send: `{"number":1.6,"numbers":2}`, Not: []string{"/number enum", "/numbers enum"}},
		"integer":                     {Send: `{"integer":8}`, Not: []string{"/integer enum"}},
		"nothing":                     {Send: `{"nothing":0}`, Not: []string{"/nothing const"}},
		"not mixed":                   {Send: `{"mixed":"b"}`, Not: []string{"/mixed enum"}},
		"not object":                  {Send: `{"object":{"a":1}}`, Not: []string{"/object const"}},
		"not listed":                  {Send: `{"lists":[2]}`, Not: []string{"/lists enum"}},
		"const, not in enum of allOf": {Send: `{"other":"a"}`, Not: []string{"/other enum"}},
		"enum of allOf, not const":    {Send: `{"other":"b"}`, Not: []string{"/other const"}},
		"const, not in enum":          {Send: `{"beside":"c"}`, Not: []string{"/beside enum"}},
		"two const":                   {Send: `{"both":2}`, Not: []string{"/both const"}},
		"agreed":                      {Send: `{"agreed":"b","day":"2020-01-01","mail":"a@example.com","beyond":1e400}`},
		"agreed on another":           {Send: `{"agreed":"c"}`, Not: []string{"/agreed enum"}},
		"enum, not of its format":     {Send: `{"day":"x","mail":"a"}`, Not: []string{"/day format", "/mail format"}},
		"beyond a float64":            {Send: `{"beyond":1e300}`, Not: []string{"/beyond const"}},
		"almost huge":                 {Send: `{"huge":123456789012345678901234567891}`, Not: []string{"/huge const"}},
	})
	assert.Equal(t, http.StatusOK, drive.Do(t, http.MethodPost, url+"?sure=true", `{}`).Status)
	assert.Equal(t, []string{"query sure const"}, drive.Do(t, http.MethodPost, url+"?sure=false", `{}`).Violations(t))
}

func TestDefaults(t *testing.T) {
	h := &handler{}
	url := drive.Serve(t, api.New(h)) + "/echo"
	for range 2 {
		require.Equal(t, http.StatusOK, drive.Do(t, http.MethodPost, url, `{}`).Status)
		assert.Equal(t, "12.50", h.got.Price.Value().String())
		assert.Equal(t, map[string]string{"a": "b"}, h.got.Labels)
		assert.Equal(t, []tornado.Null[int64]{tornado.NonNull[int64](1), {}}, h.got.Pairs)
		assert.Equal(t, api.ExactChoice{Value: api.ExactChoiceInteger(3)}, h.got.Choice.Value())
		assert.Equal(t, api.ExactInner{A: tornado.Some[int64](5), B: tornado.Some("x")}, h.got.Inner.Value())
		h.got.Labels["a"] = "a handler may change what it gets"
	}
	require.Equal(t, http.StatusOK, drive.Do(t, http.MethodPost, url, `{"inner":{},"labels":{}}`).Status)
	inner := h.got.Inner.Value()
	assert.False(t, inner.A.IsSet())
	assert.Empty(t, h.got.Labels)
}
