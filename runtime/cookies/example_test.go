package cookies_test

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"

	petapi "github.com/tornadogen/tornadogen/golden/petshop/expected"
	"github.com/tornadogen/tornadogen/runtime/cookies"
)

// A shop remembers the last pet that was looked at, in a cookie that nobody else can read or forge; petapi is generated from its document.
type shop struct {
	petapi.UnimplementedDefaultHandler
	jar *cookies.Jar
}

func (s shop) GetPet(ctx context.Context, req petapi.GetPetRequest) (*petapi.Pet, error) {
	last, err := s.jar.Get(ctx, "last")
	fmt.Printf("%q %v\n", last, err)
	return &petapi.Pet{Name: req.Name}, s.jar.Set(ctx, http.Cookie{Name: "last", Value: req.Name})
}

func Example() {
	newKey, oldKey := bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{2}, 32) // from a secret store
	jar, err := cookies.Encrypted([][]byte{newKey, oldKey})
	if err != nil {
		log.Fatal(err)
	}
	server := httptest.NewTLSServer(petapi.New(shop{jar: jar}).HTTPHandler())
	defer server.Close()

	browser := server.Client()
	if browser.Jar, err = cookiejar.New(nil); err != nil {
		log.Fatal(err)
	}
	for range 2 {
		res, err := browser.Get(server.URL + "/pets/mia")
		if err != nil {
			log.Fatal(err)
		}
		res.Body.Close()
	}
	// Output:
	// "" http: named cookie not present
	// "mia" <nil>
}
