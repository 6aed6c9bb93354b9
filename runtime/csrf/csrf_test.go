package csrf_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"

	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/csrf"
	"github.com/tornadogen/tornadogen/runtime/internal/apitest"
)

func newAPI(opts ...csrf.Option) *tornado.API {
	a := apitest.New(csrf.New(opts...))
	ok := func(context.Context, []byte) (apitest.Answer, error) { return apitest.Text("ok"), nil }
	apitest.Handle(a, "GET", "/it", ok)
	apitest.Handle(a, "POST", "/it", ok)
	apitest.Handle(a, "POST", "/open", ok)
	return a
}

func TestOrigins(t *testing.T) {
	apitest.Each(t, newAPI(csrf.WithTrustedOrigins("https://app.example"), csrf.WithExemptOperations("POST /open")), func(t *testing.T, c *apitest.Client) {
		for _, one := range []struct {
			method, path string
			fields       []string
			status       int
		}{
			{"POST", "/it", nil, 200},
			{"POST", "/it", []string{"Sec-Fetch-Site", "same-origin"}, 200},
			{"POST", "/it", []string{"Sec-Fetch-Site", "none"}, 200},
			{"POST", "/it", []string{"Sec-Fetch-Site", "cross-site"}, 403},
			{"POST", "/it", []string{"Sec-Fetch-Site", "same-site"}, 403},
			{"POST", "/it", []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://app.example"}, 200},
			{"POST", "/it", []string{"Origin", "https://evil.example"}, 403},
			{"POST", "/it", []string{"Origin", "null"}, 403},
			{"POST", "/it", []string{"Origin", "http://shop.example", "Host", "shop.example"}, 200},
			{"GET", "/it", []string{"Sec-Fetch-Site", "cross-site"}, 200},
			{"POST", "/open", []string{"Sec-Fetch-Site", "cross-site"}, 200},
		} {
			res, _ := c.Ask(one.method, one.path, nil, one.fields...)
			assert.Equal(t, one.status, res.StatusCode, "%+v", one)
		}
	})
}

func TestWrongOptions(t *testing.T) {
	assert.Panics(t, func() { newAPI(csrf.WithTrustedOrigins("app.example")).HTTPHandler() })
	assert.Panics(t, func() { newAPI(csrf.WithExemptOperations("nothing")).HTTPHandler() })
}
