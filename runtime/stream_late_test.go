package tornado

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestSendBehindTheHandler: who goes on sending when the handler has returned is refused, and nothing of it comes behind the end of the answer.
func TestSendBehindTheHandler(t *testing.T) {
	for mode, opts := range modes {
		t.Run(mode, func(t *testing.T) {
			refused := make(chan error, 4)
			c := start(t, watching(nil, func(_ context.Context, out *EventStream[string]) error {
				for range cap(refused) {
					go func() {
						for {
							if err := out.Send("one"); err != nil {
								refused <- err
								return
							}
						}
					}()
				}
				time.Sleep(100 * time.Microsecond)
				return nil
			}), opts...).dial(t)
			for range 50 {
				c.send(askWatch + getItem)
				res, _ := c.answer("GET")
				require.Equal(t, http.StatusOK, res.StatusCode)
				res, body := c.answer("GET")
				require.Equal(t, http.StatusOK, res.StatusCode)
				require.JSONEq(t, `{"id":1}`, body)
				for range cap(refused) {
					assert.ErrorIs(t, <-refused, ErrStreamEnded)
				}
			}
		})
	}
}
