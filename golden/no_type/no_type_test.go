package no_type_test

import (
	"context"
	"testing"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/no_type/expected"
)

type handler struct {
	api.UnimplementedDefaultHandler
}

func (handler) Echo(_ context.Context, req api.EchoRequest) (*api.Bag, error) {
	return &req.Body, nil
}

func TestEcho(t *testing.T) {
	drive.Echo(t, drive.Serve(t, api.New(handler{}))+"/echo", map[string]drive.Exchange{
		"anything":             {Send: `{"any":{"a":[1,2.50,"x",null]},"yes":1e400,"list":[1,"x"],"several":"x"}`},
		"null":                 {Send: `{"any":null}`},
		"required":             {Send: `{}`, Not: []string{"/any required"}},
		"an array is an array": {Send: `{"any":1,"list":{}}`, Not: []string{"/list type"}},
	})
}
