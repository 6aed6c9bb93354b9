package strings_test

import (
	"context"
	"testing"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/strings/expected"
)

type handler struct {
	api.UnimplementedDefaultHandler
}

func (handler) Echo(_ context.Context, req api.EchoRequest) (*api.Strings, error) {
	return &req.Body, nil
}

func TestEcho(t *testing.T) {
	drive.Echo(t, drive.Serve(t, api.New(handler{}))+"/echo", map[string]drive.Exchange{
		"all":                      {Send: `{"short":"äöü","none":"","code":"AB-12","ahead":"x1","tags":["a","b"]}`},
		"lengths count characters": {Send: `{"short":"äöüß","none":"x"}`, Not: []string{"/short maxLength", "/none maxLength"}},
		"patterns":                 {Send: `{"code":"ab-12","ahead":"x"}`, Not: []string{"/code pattern", "/ahead pattern"}},
		"unique items":             {Send: `{"tags":["a","\u0061"]}`, Not: []string{"/tags uniqueItems"}},
		"items":                    {Send: `{"tags":["",1]}`, Not: []string{"/tags/0 minLength", "/tags/1 type"}},
		"escapes":                  {Send: `{"short":"\u00e4\n\"","tags":["\ud83d\ude00"]}`, Want: `{"short":"ä\n\"","tags":["😀"]}`},
	})
}
