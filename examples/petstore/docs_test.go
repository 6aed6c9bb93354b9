package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/examples/internal/browsertest"
	"github.com/tornadogen/tornadogen/examples/petstore/petapi"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/docs"
)

// operation is what the page shows of an operation, by its path in the folds of its tag.
func operation(tag, id string) string { return "#operations-" + tag + "-" + id }

// unfold opens an operation, if it is not, and waits until Swagger UI has read it: only then does it show what the answers are.
func unfold(w *browsertest.Window, op string) {
	w.Await(`document.querySelector("` + op + `")`)
	if !browsertest.Eval[bool](w, `document.querySelector("`+op+`").matches(".is-open")`) {
		w.Click(op + " .opblock-summary-control")
	}
	w.Await(`document.querySelector("` + op + ` .execute") && document.querySelector("` + op + ` .responses-inner .response")`)
}

// execute tries an operation out, and waits for the status of the answer.
func execute(w *browsertest.Window, op, status string) {
	if browsertest.Eval[bool](w, `!!document.querySelector("`+op+` .btn-clear")`) {
		w.Click(op + " .btn-clear")
	}
	w.Click(op + " .execute")
	w.Await(`document.querySelector("` + op + `  .live-responses-table tbody .response-col_status")?.innerText.includes("` + status + `")`)
}

// answer is the body of the answer that the page shows.
func answer(w *browsertest.Window, op string) string {
	return w.Text(op + " .live-responses-table tbody .response-col_description .highlight-code")
}

// write puts a text into the body of an operation, as a person does.
func write(w *browsertest.Window, op, text string) {
	w.Type(op+" textarea.body-param__text", text)
}

// authorise gives the page what a scheme asks for in a field, and closes the dialogue.
func authorise(w *browsertest.Window, field, value string) {
	w.Click(".btn.authorize")
	w.Type(field, value)
	w.Click("form:has(" + field + ") button[type=submit]")
	w.Await(`!document.querySelector("` + field + `")`)
	w.Click(".btn-done")
	w.Await(`!document.querySelector(".dialog-ux")`)
}

// leave takes all credentials from the page again.
func leave(w *browsertest.Window) {
	w.Click(".btn.authorize")
	browsertest.Eval[bool](w, `[...document.querySelectorAll(".auth-btn-wrapper .btn")].filter((b) => b.innerText === "Logout").forEach((b) => b.click()), true`)
	w.Click(".btn-done")
	w.Await(`!document.querySelector(".dialog-ux")`)
}

const (
	keyField    = `#api_key_value`
	bearerField = `#auth-bearer-value`
)

// TestDocs reads the API on its page, and tries it out, in a browser.
func TestDocs(t *testing.T) {
	address := open(t).URL
	at, err := url.Parse(address)
	require.NoError(t, err)
	w := browsertest.Open(t, browsertest.Desktop)
	w.Visit(address + "/docs")
	list, create := operation("pets", "listPets"), operation("pets", "createPet")

	// A GET is tried out.
	unfold(w, list)
	w.Type(list+` tr[data-param-name=limit] input`, "2")
	execute(w, list, "200")
	assert.Contains(t, answer(w, list), `"Mia"`)
	assert.Contains(t, w.Text(list+" .request-url"), address+"/v1/pets?limit=2")

	// A POST is refused to a stranger, and says all that is wrong to whoever has the key.
	unfold(w, create)
	write(w, create, `{"name": "", "status": "lost"}`)
	execute(w, create, "401")
	authorise(w, keyField, "demo-key")
	execute(w, create, "422")
	for _, want := range []string{"/name", "/status", "keyword"} {
		assert.Contains(t, answer(w, create), want)
	}
	write(w, create, `{"name": "Rex", "status": "available"}`)
	execute(w, create, "201")
	assert.Contains(t, answer(w, create), `"Rex"`)

	// Likewise to whoever has the token alone.
	leave(w)
	write(w, create, `{"name": "Ada", "status": "available"}`)
	execute(w, create, "401")
	authorise(w, bearerField, "demo-token")
	execute(w, create, "201")
	assert.Contains(t, w.Text(create+" .curl-command"), "Bearer demo-token")
	c, err := petapi.NewClient(address + "/v1")
	require.NoError(t, err)
	pets, err := c.ListPets(t.Context(), petapi.ListPetsRequest{})
	require.NoError(t, err)
	assert.Len(t, pets.Body, 5)

	w.AsksOnly(at.Host)
	console := w.Console()
	for _, said := range console {
		assert.True(t, strings.Contains(said, "401") || strings.Contains(said, "422"), "the console has only what was provoked: %s", said)
	}
	for _, look := range browsertest.Looks {
		w.Look(look)
		w.Legible()
		w.Picture("docs")
	}
	w.Click(".btn.authorize")
	for _, look := range []browsertest.Look{browsertest.Desktop, browsertest.PhoneDark} {
		w.Look(look)
		w.Legible()
		w.Picture("docs-authorise")
	}
}

// serveDocument serves the page of a document until the test ends, beside a handler at a path, and returns the host.
func serveDocument(t *testing.T, name, document, path string, handler http.HandlerFunc) string {
	t.Helper()
	listener, err := tornado.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := tornado.NewServer(docs.At("/docs"), tornado.WithMount(path, handler)).
		Handle(tornado.NewAPI(tornado.Info{Title: "Ledger", BasePath: "/api", Document: []byte(document), DocumentName: name}))
	served := make(chan error, 1)
	go func() { served <- server.Serve(context.Background(), listener) }()
	t.Cleanup(func() {
		server.Shutdown()
		require.NoError(t, <-served)
	})
	return listener.Addr().String()
}

const withLogin = `{
  "openapi": "3.1.0", "info": {"title": "Ledger", "version": "1"}, "servers": [{"url": "https://production.invalid/api"}],
  "paths": {"/balance": {"get": {"operationId": "getBalance", "security": [{"login": []}], "responses": {"200": {"description": "What there is."}}}}},
  "components": {"securitySchemes": {"login": {"type": "oauth2", "flows": {"authorizationCode": {
    "authorizationUrl": "PROVIDER/authorize", "tokenUrl": "PROVIDER/token", "scopes": {"read": "To look."}}}}}}
}`

// TestDocsLogin gets a token of OAuth 2.0 from a provider at another host, and sends it to the server of the page: never to that host, and
// never to the servers of the document.
func TestDocsLogin(t *testing.T) {
	noShop(t)
	provider := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/authorize":
			q := r.URL.Query()
			http.Redirect(w, r, q.Get("redirect_uri")+"?"+url.Values{"code": {"the-code"}, "state": {q.Get("state")}}.Encode(), http.StatusFound)
		case "/token":
			w.Header().Set("Access-Control-Allow-Origin", "*")
			w.Header().Set("Access-Control-Allow-Headers", "*, Authorization")
			if r.Method == http.MethodPost && r.FormValue("code") == "the-code" {
				w.Header().Set("Content-Type", "application/json")
				_, _ = w.Write([]byte(`{"access_token": "the-token", "token_type": "bearer"}`))
			}
		default:
			http.Error(w, "nothing else is asked of it", http.StatusTeapot)
		}
	}))
	t.Cleanup(provider.Close)
	document := strings.ReplaceAll(withLogin, "PROVIDER", provider.URL)
	host := serveDocument(t, "openapi.json", document, "/api/balance", func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte("asked with " + r.Header.Get("Authorization")))
	})

	w := browsertest.Open(t, browsertest.Desktop)
	w.Visit("http://" + host + "/docs/")
	w.Click(".btn.authorize")
	w.Type("input[id^=client_id]", "petshop")
	w.Click(".modal-btn.authorize")
	w.Await(`document.querySelector(".modal-ux")?.innerText.includes("Logout")`)
	w.Click(".btn-done")
	balance := operation("default", "getBalance")
	unfold(w, balance)
	execute(w, balance, "200")
	assert.Contains(t, answer(w, balance), "asked with Bearer the-token")
	w.AsksOnly(host, strings.TrimPrefix(provider.URL, "http://"))
	w.Quiet()
}

// TestDocs32 reads a document of OpenAPI 3.2, which Swagger UI does not know: operations of its methods are shown and tried out like others.
func TestDocs32(t *testing.T) {
	noShop(t)
	document, err := os.ReadFile("../../golden/openapi32/openapi.yaml")
	require.NoError(t, err)
	host := serveDocument(t, "openapi.yaml", string(document), "/notes", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // the answer tells
		_, _ = fmt.Fprintf(w, "asked by %s %s for %s", r.Method, r.URL, body)
	})
	w := browsertest.Open(t, browsertest.Desktop)
	w.Visit("http://" + host + "/docs/")
	search, watch, purge := operation("search", "searchNotes"), operation("notes", "watchNotes"), operation("notes", "purgeNotes")
	w.Await(`document.querySelector("` + search + `")`)
	assert.Contains(t, w.Text(".info .title"), "OAS 3.2")
	plain := func(selector string) string { return strings.ReplaceAll(w.Text(selector), "\u200b", "") } // where a line may break
	for op, method := range map[string]string{search: "QUERY", watch: "GET", purge: "PURGE", operation("notes", "linkNotes"): "LINK"} {
		assert.Equal(t, method, w.Text(op+" .opblock-summary-method"))
		assert.Equal(t, "/notes", plain(op+" .opblock-summary-path"))
	}

	unfold(w, search)
	assert.Contains(t, w.Text(search+" .responses-wrapper"), "The notes that were found.")
	assert.Contains(t, browsertest.Eval[string](w, `document.querySelector("`+search+` textarea.body-param__text").value`), `"text"`, "its schema stands at a name")
	write(w, search, `{"text": "milk"}`)
	execute(w, search, "200")
	assert.Contains(t, answer(w, search), `asked by QUERY /notes for {"text": "milk"}`)
	assert.Contains(t, w.Text(search+" .curl-command"), "-X 'QUERY'")
	unfold(w, purge)
	execute(w, purge, "200")
	assert.Contains(t, answer(w, purge), "asked by Purge /notes for", "a method has the capitals of its key")
	unfold(w, watch)
	assert.Contains(t, w.Text(watch+" .responses-wrapper"), "application/jsonl")

	w.AsksOnly(host)
	w.Quiet()
	for _, look := range browsertest.Looks {
		w.Look(look)
		w.Legible()
		w.Picture("docs-32")
	}
	w.Click(".btn.authorize")
	w.Legible()
	w.Picture("docs-32-authorise")

	res, err := http.Get("http://" + host + "/docs/document.yaml")
	require.NoError(t, err)
	defer res.Body.Close()
	served, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	assert.Equal(t, string(document), string(served), "others are given the document as it is")
}
