package pattern_properties_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/pattern_properties/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

type handler struct{ got api.Holder }

func (h *handler) Echo(_ context.Context, req api.EchoRequest) (*api.Holder, error) {
	h.got = req.Body
	return &req.Body, nil
}

func TestPatterns(t *testing.T) {
	h := &handler{}
	url := drive.Serve(t, api.New(h)) + "/echo"
	drive.Echo(t, url, map[string]drive.Exchange{
		"one":            {Send: `{"one":{"x-a":"b"}}`},
		"same":           {Send: `{"same":{"id":1,"a1":"x","b1":"y"}}`},
		"several":        {Send: `{"several":{"n":1.5,"other":true,"s":"a"}}`},
		"open":           {Send: `{"open":{"n":1,"z":["any"]}}`},
		"not its name":   {Send: `{"one":{"y":"b"}}`, Not: []string{"/one/y additionalProperties"}},
		"not its type":   {Send: `{"several":{"n":"a"}}`, Not: []string{"/several/n type"}},
		"not the rest's": {Send: `{"several":{"other":"a"}}`, Not: []string{"/several/other type"}},
		"none of them":   {Send: `{"several":{"s":{}}}`, Not: []string{"/several/s type", "/several/s anyOf"}},
		"no pattern":     {Send: `{"wrong":{"a":1,"n":2},"wrongWithin":{"y":1}}`},
		"beside that":    {Send: `{"wrong":{"n":"a"},"wrongWithin":{"z":1}}`, Not: []string{"/wrong/n type", "/wrongWithin not"}},
		"any character":  {Send: `{"empty":["ab","\n["]}`},
		"one too few":    {Send: `{"empty":["a"]}`, Not: []string{"/empty/0 pattern"}},
		"open's type":    {Send: `{"open":{"n":"a"}}`, Not: []string{"/open/n type"}},
	})
	drive.Do(t, http.MethodPost, url, `{"one":{"x-a":"b"},"same":{"a":"x"},"several":{"n":1.5,"other":true},"open":{"z":1}}`)
	assert.Equal(t, api.Holder{
		One:  map[string]string{"x-a": "b"},
		Same: tornado.Some(api.HolderSame{Extra: map[string]string{"a": "x"}}),
		Several: map[string]api.HolderSeveralValue{
			"n": {Value: api.HolderSeveralValueNumber(1.5)}, "other": {Value: api.HolderSeveralValueBoolean(true)},
		},
		Open: map[string]tornado.JSON{"z": tornado.JSON("1")},
	}, h.got)
}
