package apitest

import (
	"net/http"
	"testing"
	"time"
)

// Await asks a server that begins for a URL until it answers, for 20 seconds. Where the server has ended instead, the test ends with what
// served says of it.
func Await(t testing.TB, c *http.Client, url string, served <-chan error) *http.Response {
	t.Helper()
	patient := *c
	patient.Timeout = 5 * time.Second // whoever else has the port may say nothing
	for late := time.After(20 * time.Second); ; {
		res, err := patient.Get(url)
		if err == nil {
			return res
		}
		select {
		case ended := <-served:
			t.Fatalf("the server has ended: %v", ended)
		case <-late:
			t.Fatal(err)
		case <-time.After(5 * time.Millisecond):
		}
	}
}
