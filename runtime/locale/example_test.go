package locale_test

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/tornadogen/tornadogen/runtime/locale"
	"golang.org/x/text/language"
)

func Example() {
	languages := locale.New(language.English, []language.Tag{language.German})
	page := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, locale.Of(r.Context()), locale.Printer(r.Context()).Sprint(" ", 1234.5))
	})
	server := httptest.NewServer(languages.Handler(page)) // of an API: petapi.New(shop, languages.Option())
	defer server.Close()
	for _, accept := range []string{"de-AT, en;q=0.5", "fr"} {
		req, err := http.NewRequest("GET", server.URL, nil)
		if err != nil {
			log.Fatal(err)
		}
		req.Header.Set("Accept-Language", accept)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			log.Fatal(err)
		}
		text, err := io.ReadAll(res.Body)
		res.Body.Close()
		fmt.Println(string(text), err)
	}
	// Output:
	// de 1.234,5 <nil>
	// en 1,234.5 <nil>
}
