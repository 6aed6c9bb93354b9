package csrf_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tornadogen/tornadogen/runtime/internal/apitest"
	"github.com/tornadogen/tornadogen/runtime/internal/documented"
)

func TestDefaultsAreDocumented(t *testing.T) {
	documented.Defaults(t, "../../SECURITY.md", map[string]any{"csrf": "pages of the server's own origin"})
	c := apitest.NewClient(t, apitest.Serve(t, newAPI()))
	for origin, status := range map[string]int{"http://shop.example": 200, "https://app.example": 403} {
		res, _ := c.Ask("POST", "/it", nil, "Origin", origin, "Host", "shop.example")
		assert.Equal(t, status, res.StatusCode, origin)
	}
}
