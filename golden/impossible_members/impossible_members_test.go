package impossible_members_test

import (
	"context"
	"testing"

	"github.com/tornadogen/tornadogen/golden/internal/drive"

	api "github.com/tornadogen/tornadogen/golden/impossible_members/expected"
)

type handler struct{}

func (handler) Echo(_ context.Context, req api.EchoRequest) (*api.Holder, error) {
	return &req.Body, nil
}

func TestTheOtherMembersAreTaken(t *testing.T) {
	drive.Echo(t, drive.Serve(t, api.New(handler{}))+"/echo", map[string]drive.Exchange{
		"of the type beside it":    {Send: `{"type":{"x":1}}`},
		"of both":                  {Send: `{"type":{"y":2,"x":3}}`},
		"another type":             {Send: `{"type":"a"}`, Not: []string{"/type type"}},
		"what both unions take":    {Send: `{"unions":"ab"}`},
		"too short for one":        {Send: `{"unions":"a"}`, Not: []string{"/unions minLength"}},
		"an object of both unions": {Send: `{"unions":{"id":1}}`},
		"what one union takes":     {Send: `{"unions":[]}`, Not: []string{"/unions anyOf"}},
		"a value of the enum":      {Send: `{"value":{"kind":"bell","size":1.5}}`},
		"a value that it lacks":    {Send: `{"value":{"kind":"lamp"}}`, Not: []string{"/value oneOf"}},
		"the member that is left":  {Send: `{"only":{"kind":"b","b":"x"}}`},
		"the value of the other":   {Send: `{"only":{"kind":"a","b":"x"}}`, Not: []string{"/only/kind enum"}},
	})
}
