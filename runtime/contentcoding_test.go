package tornado

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Who goes on decoding a body after the handler has returned touches nothing of its connection, which serves others by then. The race
// detector sees who does.
func TestCodedUploadReadAfterReturn(t *testing.T) {
	ended := make(chan struct{})
	r := start(t, uploadAPI(func(_ context.Context, req uploadRequest) (string, error) {
		go func() {
			_, _ = io.Copy(io.Discard, req.Body) // it ends with the body, or with the handler
			ended <- struct{}{}
		}()
		return "", nil
	}, WithContentDecoder("gzip", unzip)), WithLoops(1))
	body := zipped(strings.Repeat("a", 1<<20))
	for range 20 {
		c := r.dial(t)
		c.send(putBinary + "Content-Encoding: gzip\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body)
		res, _ := c.answer("PUT")
		assert.Equal(t, http.StatusOK, res.StatusCode)
		<-ended
	}
}
