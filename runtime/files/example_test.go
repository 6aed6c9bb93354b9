package files_test

import (
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"testing/fstest"

	"github.com/tornadogen/tornadogen/runtime/files"
)

func Example() {
	static := files.New("/static", fstest.MapFS{"css/app.css": {Data: []byte("body {}")}}) // an embed.FS, or files.Dir
	server := httptest.NewServer(static)                                                   // tornado.NewServer(static.At())
	defer server.Close()

	for _, url := range []string{"/static/css/app.css", static.URL("css/app.css")} { // the second changes with the file
		res, err := http.Get(server.URL + url)
		if err != nil {
			log.Fatal(err)
		}
		res.Body.Close()
		fmt.Println(res.Status, res.Header.Get("Cache-Control"))
	}
	// Output:
	// 200 OK no-cache
	// 200 OK public, max-age=31536000, immutable
}
