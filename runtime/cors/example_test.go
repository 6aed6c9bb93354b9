package cors_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	petapi "github.com/tornadogen/tornadogen/golden/petshop/expected"
	"github.com/tornadogen/tornadogen/runtime/cors"
)

// shop answers the operations of a small API; petapi is generated from its document.
type shop struct {
	petapi.UnimplementedDefaultHandler
}

func (shop) GetPet(_ context.Context, req petapi.GetPetRequest) (*petapi.Pet, error) {
	return &petapi.Pet{Name: req.Name}, nil
}

func Example() {
	server := httptest.NewServer(petapi.New(shop{}, cors.New(cors.Options{Origins: []string{"https://app.example"}})).HTTPHandler())
	defer server.Close()
	req, err := http.NewRequest("GET", server.URL+"/pets/mia", nil)
	if err != nil {
		log.Fatal(err)
	}
	req.Header.Set("Origin", "https://app.example")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		log.Fatal(err)
	}
	defer res.Body.Close()
	fmt.Println(res.Header.Get("Access-Control-Allow-Origin"))
	// Output: https://app.example
}
