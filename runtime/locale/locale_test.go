package locale_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/language"
	"golang.org/x/text/message/catalog"

	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/internal/apitest"
	"github.com/tornadogen/tornadogen/runtime/locale"
)

func locales(t *testing.T) *locale.Locales {
	t.Helper()
	words := catalog.NewBuilder()
	for tag, text := range map[language.Tag]string{language.English: "%d pets", language.German: "%d Tiere", language.BrazilianPortuguese: "%d bichos"} {
		require.NoError(t, words.SetString(tag, "pets", text))
	}
	return locale.New(language.English, []language.Tag{language.German, language.BrazilianPortuguese}, locale.WithCatalog(words), locale.WithCookie("lang"), locale.WithQuery("lang"))
}

func TestLanguages(t *testing.T) {
	l := locales(t)
	a := apitest.New(l.Option())
	say := func(ctx context.Context) string { return locale.Printer(ctx).Sprintf("pets", 1234567) }
	apitest.Handle(a, "GET", "/pets", func(ctx context.Context, _ []byte) (apitest.Answer, error) { return apitest.Text(say(ctx)), nil })
	test := func(t *testing.T, c *apitest.Client) {
		for _, one := range []struct{ path, accept, cookie, tag, text string }{
			{"/pets", "", "", "en", "1,234,567 pets"},
			{"/pets", "de", "", "de", "1.234.567 Tiere"},
			{"/pets", "de-CH, en;q=0.5", "", "de", "1.234.567 Tiere"},
			{"/pets", "fr, de;q=0.1", "", "de", "1.234.567 Tiere"},
			{"/pets", "pt", "", "pt-BR", "1.234.567 bichos"},
			{"/pets", "ja", "", "en", "1,234,567 pets"},
			{"/pets", ";;;", "", "en", "1,234,567 pets"},
			{"/pets", "de", "lang=pt-BR", "pt-BR", "1.234.567 bichos"},
			{"/pets", "de", "lang=junk!", "de", "1.234.567 Tiere"},
			{"/pets?lang=en", "de", "lang=pt-BR", "en", "1,234,567 pets"},
		} {
			res, body := c.Get(one.path, "Accept-Language", one.accept, "Cookie", one.cookie)
			assert.Equal(t, one.text, body, "%+v", one)
			assert.Equal(t, one.tag, res.Header.Get("Content-Language"))
			assert.Contains(t, res.Header.Get("Vary"), "Accept-Language")
		}
	}
	apitest.Each(t, a, test)
	t.Run("mounted", func(t *testing.T) {
		s := httptest.NewServer(l.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, say(r.Context())) })))
		defer s.Close()
		test(t, apitest.NewClient(t, s.URL))
	})
	assert.Equal(t, language.Und, locale.Of(t.Context()))
}

// TestRefusals: what the runtime says of a request before its handler is called is English, and what handlers say of a failure is theirs.
func TestRefusals(t *testing.T) {
	l := locales(t)
	a := apitest.New(l.Option())
	apitest.Handle(a, "GET", "/pets", func(ctx context.Context, _ []byte) (apitest.Answer, error) {
		return apitest.Answer{}, &tornado.StatusError{Status: http.StatusConflict, Detail: locale.Printer(ctx).Sprintf("pets", 3)}
	})
	apitest.Each(t, a, func(t *testing.T, c *apitest.Client) {
		res, body := c.Get("/pets", "Accept-Language", "de")
		assert.Equal(t, 409, res.StatusCode)
		assert.Contains(t, body, "3 Tiere")
		assert.Equal(t, "de", res.Header.Get("Content-Language"))
		for method, path := range map[string]string{"GET": "/nothing", "DELETE": "/pets"} {
			res, body = c.Ask(method, path, nil, "Accept-Language", "de")
			assert.GreaterOrEqual(t, res.StatusCode, 400)
			assert.NotEmpty(t, body)
			assert.Empty(t, res.Header.Get("Content-Language"), path)
		}
	})
}
