package conditional_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/conditional"
	"github.com/tornadogen/tornadogen/runtime/internal/apitest"
)

var changed = time.Date(2024, 5, 6, 7, 8, 9, 500, time.UTC)

func TestAnswers(t *testing.T) {
	a := apitest.New(conditional.New())
	apitest.Handle(a, "GET", "/plain", func(context.Context, []byte) (apitest.Answer, error) { return apitest.Text("hello"), nil })
	apitest.Handle(a, "GET", "/own", func(context.Context, []byte) (apitest.Answer, error) {
		return apitest.Answer{Body: []byte("x"), Head: http.Header{"ETag": {`W/"a,b"`}, "Cache-Control": {"max-age=5"}, "Last-Modified": {changed.Format(http.TimeFormat)}}}, nil
	})
	apitest.Handle(a, "POST", "/plain", func(context.Context, []byte) (apitest.Answer, error) { return apitest.Text("hello"), nil })
	apitest.Poll(a, "/poll", func(_ context.Context, d *tornado.Deferred) {
		go tornado.AnswerWith(d, "later", func(w *tornado.Reply, s string) { w.Bytes(200, "text/plain", []byte(s)) })
	})
	apitest.Each(t, a, func(t *testing.T, c *apitest.Client) {
		for _, path := range []string{"/plain", "/poll"} {
			res, body := c.Get(path)
			tag := res.Header.Get("ETag")
			require.Regexp(t, `^"[\w-]{22}"$`, tag)
			require.NotEmpty(t, body)
			gzipped := strings.TrimSuffix(tag, `"`) + `-gzip"`
			for field, status := range map[string]int{
				tag: 304, "W/" + tag: 304, `"a", ` + tag: 304, "*": 304, `"a"`: 200, "": 200, tag[1:]: 200, gzipped: 304,
			} {
				sent := tag
				if field == gzipped {
					sent = field // what the client has
				}
				for _, method := range []string{"GET", "HEAD"} {
					res, body = c.Ask(method, path, nil, "If-None-Match", field)
					assert.Equal(t, status, res.StatusCode, "%s %s", method, field)
					assert.Equal(t, []string{sent}, res.Header.Values("ETag"))
					if status == 304 {
						assert.Empty(t, body)
						assert.Empty(t, res.Header.Get("Content-Length"))
						assert.Empty(t, res.Header.Get("Content-Type"))
					}
				}
			}
		}
		res, _ := c.Get("/own", "If-None-Match", `"x", "a,b"`)
		assert.Equal(t, 304, res.StatusCode)
		assert.Equal(t, "max-age=5", res.Header.Get("Cache-Control"))
		for since, status := range map[time.Time]int{changed: 304, changed.Add(time.Hour): 304, changed.Add(-time.Hour): 200} {
			res, _ = c.Get("/own", "If-Modified-Since", since.Format(http.TimeFormat))
			assert.Equal(t, status, res.StatusCode)
			res, _ = c.Get("/own", "If-Modified-Since", since.Format(http.TimeFormat), "If-None-Match", `"other"`)
			assert.Equal(t, 200, res.StatusCode, "If-None-Match decides alone")
		}
		res, _ = c.Get("/own", "If-Modified-Since", "yesterday")
		assert.Equal(t, 200, res.StatusCode)
		res, _ = c.Ask("POST", "/plain", nil, "If-None-Match", "*")
		assert.Equal(t, 200, res.StatusCode, "what a POST is about, nobody knows here")
		assert.Empty(t, res.Header.Get("ETag"))
	})
}

func TestCheck(t *testing.T) {
	version := conditional.Version{ETag: conditional.OfInt(7), Modified: changed}
	handle := func(ctx context.Context, _ []byte) (apitest.Answer, error) {
		current := version
		if tornado.Raw(ctx).Header("X-Missing") != "" {
			current = conditional.Version{}
		}
		if err := conditional.Check(ctx, current); err != nil {
			return apitest.Answer{}, err
		}
		return apitest.Text("done"), nil
	}
	a := apitest.New()
	apitest.Handle(a, "GET", "/it", handle)
	apitest.Handle(a, "PUT", "/it", handle)
	apitest.Handle(a, "DELETE", "/it", func(ctx context.Context, _ []byte) (apitest.Answer, error) {
		return apitest.Text("gone"), conditional.Required(ctx)
	})
	at := func(d time.Duration) string { return changed.Add(d).Format(http.TimeFormat) }
	apitest.Each(t, a, func(t *testing.T, c *apitest.Client) {
		for _, one := range []struct {
			method, field, value string
			version              conditional.Version
			status               int
		}{
			{"GET", "If-None-Match", `"7"`, version, 304},
			{"GET", "If-None-Match", `W/"7"`, version, 304},
			{"GET", "If-None-Match", `"7-br"`, version, 304},
			{"GET", "If-None-Match", `"8"`, version, 200},
			{"GET", "If-None-Match", `*`, conditional.Version{}, 200},
			{"GET", "If-Modified-Since", at(0), version, 304},
			{"GET", "If-Modified-Since", at(-time.Second), version, 200},
			{"GET", "If-Match", `"8"`, version, 412},
			{"PUT", "If-Match", `"7"`, version, 200},
			{"PUT", "If-Match", `"7-br"`, version, 200},
			{"PUT", "If-Match", `"6", "7"`, version, 200},
			{"PUT", "If-Match", `W/"7"`, version, 412},
			{"PUT", "If-Match", `"6"`, version, 412},
			{"PUT", "If-Match", `*`, version, 200},
			{"PUT", "If-Match", `*`, conditional.Version{}, 412},
			{"PUT", "If-None-Match", `*`, version, 412},
			{"PUT", "If-None-Match", `*`, conditional.Version{}, 200},
			{"PUT", "If-None-Match", `"7"`, version, 412},
			{"PUT", "If-Unmodified-Since", at(0), version, 200},
			{"PUT", "If-Unmodified-Since", at(-time.Second), version, 412},
			{"PUT", "If-Unmodified-Since", at(0), conditional.Version{}, 412},
			{"PUT", "If-Modified-Since", at(0), version, 200},
		} {
			fields := []string{one.field, one.value}
			if one.version == (conditional.Version{}) {
				fields = append(fields, "X-Missing", "yes")
			}
			res, body := c.Ask(one.method, "/it", nil, fields...)
			assert.Equal(t, one.status, res.StatusCode, "%s %s: %s", one.method, one.field, one.value)
			assert.Equal(t, one.status == 200, body == "done")
			if one.status == 304 {
				assert.Empty(t, body)
				want := `"7"`
				if one.value == `"7-br"` {
					want = one.value // what the client has
				}
				assert.Equal(t, want, res.Header.Get("ETag"))
			}
		}
		res, _ := c.Ask("DELETE", "/it", nil)
		assert.Equal(t, 428, res.StatusCode)
		res, _ = c.Ask("DELETE", "/it", nil, "If-Match", `"7"`)
		assert.Equal(t, 200, res.StatusCode)
	})
}
