package compress_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"

	petapi "github.com/tornadogen/tornadogen/golden/petshop/expected"
	"github.com/tornadogen/tornadogen/runtime/compress"
)

// shop answers the operations of a small API; petapi is generated from its document.
type shop struct {
	petapi.UnimplementedDefaultHandler
}

func (shop) GetPet(_ context.Context, req petapi.GetPetRequest) (*petapi.Pet, error) {
	return &petapi.Pet{Name: strings.Repeat(req.Name, 1000)}, nil
}

func Example() {
	server := httptest.NewServer(petapi.New(shop{}, compress.New()).HTTPHandler())
	defer server.Close()
	req, err := http.NewRequest("GET", server.URL+"/pets/mia", nil)
	if err != nil {
		log.Fatal(err)
	}
	req.Header.Set("Accept-Encoding", "br;q=1.0, gzip;q=0.5")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		log.Fatal(err)
	}
	defer res.Body.Close()
	fmt.Println(res.Status, res.Header.Get("Content-Encoding"), res.Header.Get("Vary"))
	// Output: 200 OK br Accept-Encoding
}
