package presence_test

import (
	"context"
	"testing"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/presence/expected"
)

type handler struct {
	api.UnimplementedDefaultHandler
}

func (handler) Echo(_ context.Context, req api.EchoRequest) (*api.Everything, error) {
	return &req.Body, nil
}

func TestEcho(t *testing.T) {
	drive.Echo(t, drive.Serve(t, api.New(handler{}))+"/echo", map[string]drive.Exchange{
		"all there":                {Send: `{"a":"x","b":"y","c":"z","d":"","e":[1],"f":[2,3],"g":[4],"h":[5],"i":{"x":1},"j":{"x":2},"k":{"x":3},"l":{},"m":{"p":1,"q":null},"n":{"r":"s"},"o":["t",null]}`},
		"as little as possible":    {Send: `{"a":"","b":null,"e":[],"g":null,"i":{},"k":null}`},
		"null where it may be":     {Send: `{"a":"","b":null,"d":null,"e":[],"g":null,"h":null,"i":{},"k":null,"l":null,"n":null}`},
		"empty is not absent":      {Send: `{"a":"","b":"","c":"","d":"","e":[],"f":[],"g":[],"h":[],"i":{},"j":{},"k":{},"l":{},"m":{},"n":{},"o":[]}`},
		"absent":                   {Send: `{}`, Not: []string{"/a required", "/b required", "/e required", "/g required", "/i required", "/k required"}},
		"null where it may not be": {Send: `{"a":null,"b":null,"c":null,"e":null,"f":null,"g":null,"i":null,"j":null,"k":null,"m":null,"o":[1]}`, Not: []string{"/a type", "/c type", "/e type", "/f type", "/i type", "/j type", "/m type", "/o/0 type"}},
	})
}
