package sessions_test

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"

	"github.com/tornadogen/tornadogen/runtime/sessions"
)

func Example() {
	manager := sessions.InStore(sessions.NewMemory())
	visits := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := sessions.From(r.Context())
		count := 0
		s.Get("count", &count) // 0 for a visitor who is new
		if err := s.Set("count", count+1); err != nil {
			log.Print(err)
		}
		fmt.Fprintf(w, "visit %d", count+1)
	})
	server := httptest.NewServer(manager.Handler(visits)) // of an API: petapi.New(shop, manager.Option())
	defer server.Close()

	jar, err := cookiejar.New(nil)
	if err != nil {
		log.Fatal(err)
	}
	visitor := http.Client{Jar: jar}
	for range 2 {
		res, err := visitor.Get(server.URL)
		if err != nil {
			log.Fatal(err)
		}
		text, err := io.ReadAll(res.Body)
		res.Body.Close()
		fmt.Println(string(text), err)
	}
	// Output:
	// visit 1 <nil>
	// visit 2 <nil>
}
