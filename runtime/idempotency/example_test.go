package idempotency_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"

	petapi "github.com/tornadogen/tornadogen/golden/petshop/expected"
	"github.com/tornadogen/tornadogen/runtime/idempotency"
)

// counting counts the pets that were added; petapi is generated from the document of a small API.
type counting struct {
	petapi.UnimplementedDefaultHandler
	added int
}

func (s *counting) AddPet(context.Context, petapi.AddPetRequest) error {
	s.added++
	return nil
}

func Example() {
	s := &counting{}
	server := httptest.NewServer(petapi.New(s, idempotency.New()).HTTPHandler())
	defer server.Close()
	for range 2 { // the answer to the first may have been lost
		req, err := http.NewRequest("POST", server.URL+"/pets", strings.NewReader(`{"name": "Mia"}`))
		if err != nil {
			log.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set(idempotency.Header, "5f2c")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			log.Fatal(err)
		}
		res.Body.Close()
		fmt.Println(res.Status, s.added)
	}
	// Output:
	// 204 No Content 1
	// 204 No Content 1
}
