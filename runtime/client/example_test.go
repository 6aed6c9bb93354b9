package client_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"time"

	petapi "github.com/tornadogen/tornadogen/golden/petshop/expected"
	"github.com/tornadogen/tornadogen/runtime/client"
)

// What fails for a moment is sent again, as often as the options allow; options of an operation or of a call narrow those of the client.
func Example() {
	calls := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if calls++; calls == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"name": "Mia"}`)
	}))
	defer server.Close()

	c, err := petapi.NewClient(server.URL,
		client.WithTimeout(10*time.Second),
		client.WithRetry(2),
		client.WithBackoff(client.Backoff{First: time.Millisecond}),
	)
	if err != nil {
		log.Fatal(err)
	}
	pet, err := c.GetPet(context.Background(), petapi.GetPetRequest{Name: "mia"})
	fmt.Println(pet.Name, err, calls)
	// Output: Mia <nil> 2
}
