package openapi30_test

import (
	"context"
	"testing"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/openapi30/expected"
)

type handler struct {
	api.UnimplementedDefaultHandler
}

func (handler) Echo(_ context.Context, req api.EchoRequest) (*api.Words, error) {
	return &req.Body, nil
}

func TestEcho(t *testing.T) {
	drive.Echo(t, drive.Serve(t, api.New(handler{}))+"/echo", map[string]drive.Exchange{
		"all":    {Send: `{"note":"x","more":1}`},
		"tuples": {Send: `{"note":null,"pair":["a",1],"rest":["a",true]}`},
		"items":  {Send: `{"note":null,"pair":[1,"a",2],"rest":["a",1]}`, Not: []string{"/pair maxItems", "/pair/0 type", "/pair/1 type", "/rest/1 type"}},
		"null":   {Send: `{"note":null}`},
		"bounds": {Send: `{"note":null,"more":0}`, Not: []string{"/more minimum"}},
	})
}
