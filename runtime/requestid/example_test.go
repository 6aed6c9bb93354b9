package requestid_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	petapi "github.com/tornadogen/tornadogen/golden/petshop/expected"
	"github.com/tornadogen/tornadogen/runtime/requestid"
)

// shop answers the operations of a small API; petapi is generated from its document.
type shop struct {
	petapi.UnimplementedDefaultHandler
}

func (shop) GetPet(_ context.Context, req petapi.GetPetRequest) (*petapi.Pet, error) {
	return &petapi.Pet{Name: req.Name}, nil
}

func Example() {
	counted := 0
	fresh := func() string { counted++; return fmt.Sprint("request-", counted) }
	server := httptest.NewServer(petapi.New(shop{}, requestid.New(requestid.WithGenerator(fresh))).HTTPHandler())
	defer server.Close()
	res, err := http.Get(server.URL + "/pets/mia")
	if err != nil {
		log.Fatal(err)
	}
	defer res.Body.Close()
	fmt.Println(res.Header.Get("X-Request-Id"))
	// Output: request-1
}
