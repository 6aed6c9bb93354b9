package recursive_test

import (
	"context"
	"testing"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/recursive/expected"
)

type handler struct {
	api.UnimplementedDefaultHandler
}

func (handler) Echo(_ context.Context, req api.EchoRequest) (*api.Node, error) {
	return &req.Body, nil
}

func TestEcho(t *testing.T) {
	drive.Echo(t, drive.Serve(t, api.New(handler{}))+"/echo", map[string]drive.Exchange{
		"one":                 {Send: `{"value":1}`},
		"a list":              {Send: `{"value":1,"next":{"value":2,"next":{"value":3}}}`},
		"a tree":              {Send: `{"value":1,"children":[{"value":2,"children":[]},{"value":3}],"byName":{"x":{"value":4}}}`},
		"two types":           {Send: `{"value":1,"left":{"right":{"left":{"right":{"left":null}}}}}`},
		"a fault deep inside": {Send: `{"value":1,"next":{"value":2,"children":[{"value":3,"byName":{"a/b":{}}}]}}`, Not: []string{"/next/children/0/byName/a~1b/value required"}},
	})
}
