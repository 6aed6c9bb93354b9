package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/examples/internal/browsertest"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/docs"
)

const withSchemes = `
openapi: 3.1.0
info: { title: Ledger, version: "1" }
servers: [{ url: "https://production.invalid/api" }]
paths:
  /basic: { get: { operationId: basic, security: [{ password: [] }], responses: { "200": { description: What there is. } } } }
  /login: { get: { operationId: login, security: [{ login: [] }], responses: { "200": { description: What there is. } } } }
  /session:
    get:
      operationId: session
      security: [{ session: [] }]
      parameters: [{ name: theme, in: cookie, schema: { type: string } }]
      responses: { "200": { description: What there is. } }
components:
  securitySchemes:
    password: { type: http, scheme: basic }
    session: { type: apiKey, in: cookie, name: sid }
    login: { type: openIdConnect, openIdConnectUrl: PROVIDER/.well-known/openid-configuration }
`

// told answers with the credentials and cookies of a request.
func told(w http.ResponseWriter, r *http.Request) {
	user, password, _ := r.BasicAuth()
	cookies := map[string]string{}
	for _, c := range r.Cookies() {
		cookies[c.Name] += c.Value + ";"
	}
	_, _ = fmt.Fprintf(w, "user %q password %q bearer %q cookies %v", user, password, strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), cookies)
}

// identity is a provider of OpenID Connect at another host, which says of itself what it has.
func identity(t *testing.T) *httptest.Server {
	t.Helper()
	var provider *httptest.Server
	provider = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Access-Control-Allow-Headers", "*, Authorization")
		switch r.URL.Path {
		case "/.well-known/openid-configuration":
			w.Header().Set("Content-Type", "application/json")
			_, _ = fmt.Fprintf(w, `{"issuer": %[1]q, "authorization_endpoint": "%[1]s/authorize", "token_endpoint": "%[1]s/token",
				"grant_types_supported": ["authorization_code"], "scopes_supported": ["openid"]}`, provider.URL)
		case "/authorize":
			q := r.URL.Query()
			http.Redirect(w, r, q.Get("redirect_uri")+"?"+url.Values{"code": {"the-code"}, "state": {q.Get("state")}}.Encode(), http.StatusFound)
		case "/token":
			if r.Method == http.MethodPost && r.FormValue("code") == "the-code" {
				w.Header().Set("Content-Type", "application/json")
				_, _ = w.Write([]byte(`{"access_token": "the-token", "token_type": "bearer"}`))
			}
		default:
			http.Error(w, "nothing else is asked of it", http.StatusTeapot)
		}
	}))
	t.Cleanup(provider.Close)
	return provider
}

// TestDocsSchemes authorises trials by HTTP basic, by a cookie and by OpenID Connect.
func TestDocsSchemes(t *testing.T) {
	noShop(t)
	provider := identity(t)
	host := serveDocument(t, "openapi.yaml", strings.ReplaceAll(withSchemes, "PROVIDER", provider.URL), "/api", told)
	w := browsertest.Open(t, browsertest.Desktop)
	w.Visit("http://" + host + "/docs/")
	basic, session, login := operation("default", "basic"), operation("default", "session"), operation("default", "login")
	for _, op := range []string{basic, session, login} {
		unfold(w, op)
	}

	w.Click(".btn.authorize")
	w.Type("#auth-basic-username", "мия")
	w.Type("#auth-basic-password", "grün: ключ")
	w.Click("form:has(#auth-basic-username) button[type=submit]")
	w.Await(`!document.querySelector("#auth-basic-username")`)
	w.Type(keyField, "the-session")
	w.Click("form:has(" + keyField + ") button[type=submit]")
	w.Await(`!document.querySelector("` + keyField + `")`)
	w.Type("input[id^=client_id]", "ledger")
	w.Click(".modal-btn.authorize")
	w.Await(`!document.querySelector("input[id^=client_id]")`)
	w.Click(".btn-done")

	execute(w, basic, "200")
	assert.Contains(t, answer(w, basic), `user "мия" password "grün: ключ"`, "the charset is UTF-8 (RFC 7617)")
	assert.Contains(t, answer(w, basic), `cookies map[]`, "a cookie is sent where it is asked for alone")
	execute(w, session, "200")
	assert.Contains(t, answer(w, session), "cookies map[sid:the-session;]")
	w.Type(session+` tr[data-param-name=theme] input`, "dark")
	execute(w, session, "200")
	assert.Contains(t, answer(w, session), "cookies map[sid:the-session; theme:dark;]")
	execute(w, login, "200")
	assert.Contains(t, answer(w, login), `bearer "the-token"`)

	leave(w)
	for _, op := range []string{basic, session, login} {
		if op == session {
			w.Type(session+` tr[data-param-name=theme] input`, "light")
		}
		execute(w, op, "200")
		assert.Contains(t, answer(w, op), `user "" password "" bearer ""`)
		assert.NotContains(t, answer(w, op), "the-session")
	}
	w.AsksOnly(host, strings.TrimPrefix(provider.URL, "http://"))
	w.Quiet()
}

const withUpload = `
openapi: 3.1.0
info: { title: Album, version: "1" }
paths:
  /pictures:
    post:
      operationId: addPicture
      requestBody:
        required: true
        content:
          multipart/form-data:
            schema:
              type: object
              required: [title, picture]
              properties: { title: { type: string }, picture: { type: string, format: binary } }
      responses: { "200": { description: It is kept. } }
    put:
      operationId: putPicture
      requestBody: { required: true, content: { image/png: { schema: { type: string, format: binary } } } }
      responses: { "200": { description: It is kept. } }
`

// TestDocsUpload sends a file by a trial: as a part of a form, and as a body.
func TestDocsUpload(t *testing.T) {
	noShop(t)
	picture, err := filepath.Abs("mia.png")
	require.NoError(t, err)
	want, err := os.ReadFile(picture)
	require.NoError(t, err)
	host := serveDocument(t, "openapi.yaml", withUpload, "/pictures", func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			body, _ := io.ReadAll(r.Body) // the answer tells
			_, _ = fmt.Fprintf(w, "%s the same %t", r.Header.Get("Content-Type"), string(body) == string(want))
			return
		}
		file, header, err := r.FormFile("picture")
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		body, _ := io.ReadAll(file)
		_, _ = fmt.Fprintf(w, "%s %s the same %t", r.FormValue("title"), header.Filename, string(body) == string(want))
	})
	w := browsertest.Open(t, browsertest.Desktop)
	w.Visit("http://" + host + "/docs/")
	add, put := operation("default", "addPicture"), operation("default", "putPicture")
	unfold(w, add)
	w.Type(add+` tr[data-property-name=title] input`, "Mia")
	w.Do(chromedp.SetUploadFiles(chromedp.CSS(add+" input[type=file]"), []string{picture}))
	execute(w, add, "200")
	assert.Contains(t, answer(w, add), "Mia mia.png the same true")
	unfold(w, put)
	w.Do(chromedp.SetUploadFiles(chromedp.CSS(put+" input[type=file]"), []string{picture}))
	execute(w, put, "200")
	assert.Contains(t, answer(w, put), "image/png the same true")
	w.AsksOnly(host)
	w.Quiet()
}

const swagger2 = `
swagger: "2.0"
info: { title: Old ledger, version: "1" }
host: production.invalid
basePath: /api
schemes: [https]
paths:
  /entries:
    post:
      operationId: addEntry
      security: [{ key: [] }]
      consumes: [application/json]
      parameters:
        - { name: dry, in: query, type: boolean }
        - { name: entry, in: body, required: true, schema: { $ref: "#/definitions/Entry" } }
      responses: { "200": { description: It is written. } }
securityDefinitions: { key: { type: apiKey, in: header, name: X-Key } }
definitions: { Entry: { type: object, properties: { amount: { type: integer, example: 7 } } } }
`

// TestDocsSwagger2 tries out an operation of a document of Swagger 2.0: at the server of the page, whatever host it names.
func TestDocsSwagger2(t *testing.T) {
	noShop(t)
	host := serveDocument(t, "openapi.yaml", swagger2, "/api/entries", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // the answer tells
		_, _ = fmt.Fprintf(w, "%s %s by %s: %s", r.Method, r.URL, r.Header.Get("X-Key"), strings.Join(strings.Fields(string(body)), ""))
	})
	w := browsertest.Open(t, browsertest.Desktop)
	w.Visit("http://" + host + "/docs/")
	entry := operation("default", "addEntry")
	unfold(w, entry)
	authorise(w, keyField, "demo-key")
	w.Do(chromedp.SetValue(chromedp.CSS(entry+` tr[data-param-name=dry] select`), "true"))
	browsertest.Eval[bool](w, `document.querySelector("`+entry+` tr[data-param-name=dry] select").dispatchEvent(new Event("change", { bubbles: true }))`)
	execute(w, entry, "200")
	assert.Contains(t, answer(w, entry), `POST /api/entries?dry=true by demo-key: {"amount":7}`)
	w.AsksOnly(host)
	w.Quiet()
	for _, look := range browsertest.Looks {
		w.Look(look)
		w.Legible()
		w.Picture("docs-swagger2")
	}
}

// TestDocsSeveral goes from one API of a server to another, and tries out an operation of each where that API is.
func TestDocsSeveral(t *testing.T) {
	noShop(t)
	listener, err := tornado.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	echo := func(w http.ResponseWriter, r *http.Request) { _, _ = fmt.Fprintf(w, "asked for %s", r.URL) }
	server := tornado.NewServer(docs.At("/docs"), tornado.WithMount("/shop", http.HandlerFunc(echo)), tornado.WithMount("/new", http.HandlerFunc(echo)))
	for _, api := range []struct{ title, version, base, actual string }{{"Shop", "1", "/v1", "/shop"}, {"Shop", "2", "/v2", "/new"}} {
		document := fmt.Sprintf("openapi: 3.1.0\ninfo: { title: %s, version: %q }\nservers: [{ url: %s }]\n", api.title, api.version, api.base) +
			"paths: { /things: { get: { operationId: things" + api.version + ", responses: { '200': { description: Things. } } } } }\n"
		server.Handle(tornado.NewAPI(tornado.Info{
			Title: api.title, Version: api.version, BasePath: api.base, Document: []byte(document), DocumentName: "openapi.yaml",
		}, tornado.WithBasePath(api.actual)))
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(context.Background(), listener) }()
	t.Cleanup(func() {
		server.Shutdown()
		require.NoError(t, <-served)
	})
	host := listener.Addr().String()
	w := browsertest.Open(t, browsertest.Desktop)
	w.Visit("http://" + host + "/docs")
	first, second := operation("default", "things1"), operation("default", "things2")
	unfold(w, first)
	execute(w, first, "200")
	assert.Contains(t, answer(w, first), "asked for /shop/things")
	assert.Contains(t, w.Text("nav [aria-current]"), "Shop 1")
	w.Click("nav a:not([aria-current])")
	unfold(w, second)
	execute(w, second, "200")
	assert.Contains(t, answer(w, second), "asked for /new/things")
	assert.Contains(t, w.Text("nav [aria-current]"), "Shop 2")
	w.AsksOnly(host)
	w.Quiet()
	for _, look := range browsertest.Looks {
		w.Look(look)
		w.Legible()
		w.Picture("docs-several")
	}
}
