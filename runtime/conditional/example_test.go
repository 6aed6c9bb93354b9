package conditional_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	petapi "github.com/tornadogen/tornadogen/golden/petshop/expected"
	"github.com/tornadogen/tornadogen/runtime/conditional"
)

// shop answers the operations of a small API; petapi is generated from its document.
type shop struct {
	petapi.UnimplementedDefaultHandler
}

func (shop) GetPet(_ context.Context, req petapi.GetPetRequest) (*petapi.Pet, error) {
	return &petapi.Pet{Name: req.Name}, nil
}

func Example() {
	server := httptest.NewServer(petapi.New(shop{}, conditional.New()).HTTPHandler())
	defer server.Close()
	tag := ""
	for range 2 {
		req, err := http.NewRequest("GET", server.URL+"/pets/mia", nil)
		if err != nil {
			log.Fatal(err)
		}
		if tag != "" {
			req.Header.Set("If-None-Match", tag)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			log.Fatal(err)
		}
		res.Body.Close()
		tag = res.Header.Get("ETag")
		fmt.Println(res.Status)
	}
	// Output:
	// 200 OK
	// 304 Not Modified
}
