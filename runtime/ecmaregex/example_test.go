package ecmaregex_test

import (
	"context"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	api "github.com/tornadogen/tornadogen/golden/strings/expected"
	_ "github.com/tornadogen/tornadogen/runtime/ecmaregex"
)

// echo answers what it gets; api is generated from its document, where ahead has the pattern ^(?=.*\d).+$: package api imports this one.
type echo struct {
	api.UnimplementedDefaultHandler
}

func (echo) Echo(_ context.Context, req api.EchoRequest) (*api.Strings, error) { return &req.Body, nil }

func Example() {
	server := httptest.NewServer(api.New(echo{}).HTTPHandler())
	defer server.Close()
	for _, ahead := range []string{"one digit: 1", "none"} {
		res, err := http.Post(server.URL+"/echo", "application/json", strings.NewReader(`{"ahead": "`+ahead+`"}`))
		if err != nil {
			log.Fatal(err)
		}
		_, err = io.Copy(os.Stdout, io.MultiReader(res.Body, strings.NewReader("\n")))
		if err != nil {
			log.Fatal(err)
		}
		_ = res.Body.Close()
	}
	// Output:
	// {"ahead":"one digit: 1"}
	// {"title":"Unprocessable Content","status":422,"detail":"the request breaks the rules of the API","errors":[{"in":"body","pointer":"/ahead","keyword":"pattern","message":"must match ^(?=.*\\d).+$"}]}
}
