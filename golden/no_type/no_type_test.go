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
		"null of unions":       {Send: `{"any":1,"orAnything":null,"orTrue":null,"orLong":null,"orNot":null}`},
		"values of unions":     {Send: `{"any":1,"orAnything":[1],"orTrue":3,"orLong":"ab","orNot":"x","both":"a","notNull":"x"}`},
		"not null":             {Send: `{"any":1,"both":null,"notNull":null}`, Not: []string{"/both oneOf", "/notNull anyOf"}},
		"too short":            {Send: `{"any":1,"orLong":"a"}`, Not: []string{"/orLong minLength"}},
		"required":             {Send: `{}`, Not: []string{"/any required"}},
		"an array is an array": {Send: `{"any":1,"list":{}}`, Not: []string{"/list type"}},
	})
}
