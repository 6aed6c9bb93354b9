package null_refused_test

import (
	"context"
	"testing"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/null_refused/expected"
)

type handler struct{}

func (handler) Echo(_ context.Context, req api.EchoRequest) (*api.Holder, error) {
	return &req.Body, nil
}

func TestNullIsRefused(t *testing.T) {
	drive.Echo(t, drive.Serve(t, api.New(handler{}))+"/echo", map[string]drive.Exchange{
		"by one of two enums":          {Send: `{"enums":null}`, Not: []string{"/enums enum"}},
		"by neither":                   {Send: `{"enums":2}`},
		"by a constant":                {Send: `{"constant":null}`, Not: []string{"/constant type"}},
		"by not of null":               {Send: `{"not":null}`, Not: []string{"/not type"}},
		"by not of a type":             {Send: `{"notType":null}`, Not: []string{"/notType not", "/notType type"}},
		"by not of another value":      {Send: `{"notOther":null}`},
		"by then":                      {Send: `{"if":null}`, Not: []string{"/if not", "/if type"}},
		"by else":                      {Send: `{"else":null}`, Not: []string{"/else not", "/else type"}},
		"by the second not":            {Send: `{"both":null}`, Not: []string{"/both not", "/both type"}},
		"by what stands beside":        {Send: `{"union":null}`, Not: []string{"/union anyOf"}},
		"by the type beside a union":   {Send: `{"unionTyped":null}`, Not: []string{"/unionTyped anyOf"}},
		"by the type beside one":       {Send: `{"oneTyped":null}`, Not: []string{"/oneTyped type"}},
		"and a string by null":         {Send: `{"onlyNull":"a"}`, Not: []string{"/onlyNull oneOf"}},
		"by the other member alone":    {Send: `{"memberOnly":null}`},
		"which says nothing of others": {Send: `{"not":1,"notType":"a","if":"ab","else":"ab","both":"c","union":3,"unionTyped":3,"oneTyped":"ab"}`},
	})
}
