package additional_properties_test

import (
	"context"
	"testing"

	api "github.com/tornadogen/tornadogen/golden/additional_properties/expected"
	"github.com/tornadogen/tornadogen/golden/internal/drive"
)

type handler struct {
	api.UnimplementedDefaultHandler
}

func (handler) Echo(_ context.Context, req api.EchoRequest) (*api.Maps, error) {
	return &req.Body, nil
}

func TestEcho(t *testing.T) {
	drive.Echo(t, drive.Serve(t, api.New(handler{}))+"/echo", map[string]drive.Exchange{
		"all":                {Send: `{"labels":{"a":"b"},"anything":{"x":[1,{"y":null}]},"nested":{"p":{"q":true}},"open":{"id":1,"more":"x"},"closed":{"id":2},"ignoring":{"id":3}}`},
		"keys are sorted":    {Send: `{"labels":{"b":"2","a":"1","c/d~":"3"}}`, Want: `{"labels":{"a":"1","b":"2","c/d~":"3"}}`},
		"unknown members":    {Send: `{"open":{"x":"1","id":1},"ignoring":{"x":1}}`, Want: `{"open":{"id":1,"x":"1"},"ignoring":{}}`},
		"refused":            {Send: `{"closed":{"id":1,"x":1}}`, Not: []string{"/closed/x additionalProperties"}},
		"values are checked": {Send: `{"labels":{"a":"123456789","b":1},"open":{"id":1,"x":2}}`, Not: []string{"/labels/a maxLength", "/labels/b type", "/open/x type"}},
		"too few, too many":  {Send: `{"labels":{}}`, Not: []string{"/labels minProperties"}},
		"too many":           {Send: `{"labels":{"a":"","b":"","c":"","d":"","e":""}}`, Not: []string{"/labels maxProperties"}},
		"escaped names":      {Send: `{"labels":{"a\"\u00e4":"x"}}`, Want: `{"labels":{"a\"ä":"x"}}`},
	})
}
