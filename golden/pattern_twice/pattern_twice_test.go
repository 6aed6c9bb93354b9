package pattern_twice_test

import (
	"context"
	"testing"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/pattern_twice/expected"
)

type handler struct{}

func (handler) Echo(_ context.Context, req api.EchoRequest) (*api.Holder, error) {
	return &req.Body, nil
}

func TestBothHold(t *testing.T) {
	drive.Echo(t, drive.Serve(t, api.New(handler{}))+"/echo", map[string]drive.Exchange{
		"what both take":           {Send: `{"twice":{"a":3,"x":"s"}}`},
		"what the first refuses":   {Send: `{"twice":{"a":"s"}}`, Not: []string{"/twice/a type"}},
		"what the second refuses":  {Send: `{"twice":{"a":2}}`, Not: []string{"/twice/a minimum"}},
		"with a pattern besides":   {Send: `{"twice":{"ab":10}}`, Not: []string{"/twice/ab maximum"}},
		"of the second alone":      {Send: `{"twice":{"c":1}}`, Not: []string{"/twice/c type"}},
		"of all names":             {Send: `{"once":{"x":3}}`},
		"of all names, the first":  {Send: `{"once":{"x":"s"}}`, Not: []string{"/once/x type"}},
		"of all names, the second": {Send: `{"once":{"x":2}}`, Not: []string{"/once/x minimum"}},
	})
}
