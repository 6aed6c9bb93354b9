package numbers_test

import (
	"context"
	"testing"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/numbers/expected"
)

type handler struct {
	api.UnimplementedDefaultHandler
}

func (handler) Echo(_ context.Context, req api.EchoRequest) (*api.Numbers, error) {
	return &req.Body, nil
}

func TestEcho(t *testing.T) {
	drive.Echo(t, drive.Serve(t, api.New(handler{}))+"/echo", map[string]drive.Exchange{
		"all":                              {Send: `{"plain":-1,"small":100,"large":9007199254740993,"unsigned":18446744073709551615,"open":9,"even":4,"real":1.5,"single":0.25,"double":-0.5,"cents":0.29,"exact":0.10,"list":[0,1]}`},
		"integers with a fraction of zero": {Send: `{"plain":1.0,"small":1e1,"even":20e-1}`, Want: `{"plain":1,"small":10,"even":2}`},
		"the largest and the smallest":     {Send: `{"plain":9223372036854775807,"small":1,"unsigned":9223372036854775808,"real":1.7976931348623157e308}`, Want: `{"plain":9223372036854775807,"small":1,"unsigned":9223372036854775808,"real":1.7976931348623157e+308}`},
		"fractions are no integers":        {Send: `{"plain":1.5,"small":2.5}`, Not: []string{"/plain type", "/small type"}},
		"out of bounds":                    {Send: `{"plain":0,"small":0,"large":9007199254740994,"unsigned":9223372036854775807,"open":10,"even":3,"double":0.5,"cents":0.295,"exact":-0.1,"list":[1,-1]}`, Not: []string{"/small minimum", "/large maximum", "/unsigned minimum", "/open maximum", "/even multipleOf", "/double exclusiveMaximum", "/cents multipleOf", "/exact minimum", "/list/1 minimum"}},
		"too large for their type":         {Send: `{"plain":9223372036854775808,"small":2147483648,"real":1e999}`, Not: []string{"/plain format", "/small maximum", "/small format", "/real format"}},
		"too many and too few":             {Send: `{"plain":0,"small":1,"list":[]}`, Not: []string{"/list minItems"}},
		"beyond 64 bits":                   {Send: `{"plain":0,"small":1,"huge":123456789012345678901234567890,"multiples":0.4}`},
		"one too many":                     {Send: `{"plain":0,"small":1,"huge":123456789012345678901234567891,"multiples":0.12}`, Not: []string{"/huge maximum", "/multiples multipleOf"}},
		"no integer":                       {Send: `{"plain":0,"small":1,"huge":1.5,"rounded":9223372036854775808}`, Not: []string{"/huge type", "/rounded format"}},
		"other types":                      {Send: `{"plain":"1","small":true}`, Not: []string{"/plain type", "/small type"}},
	})
}
