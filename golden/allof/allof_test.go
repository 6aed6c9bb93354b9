package allof_test

import (
	"context"
	"testing"

	api "github.com/tornadogen/tornadogen/golden/allof/expected"
	"github.com/tornadogen/tornadogen/golden/internal/drive"
)

type handler struct {
	api.UnimplementedDefaultHandler
}

func (handler) Echo(_ context.Context, req api.EchoRequest) (*api.Manager, error) {
	return &req.Body, nil
}

func TestEcho(t *testing.T) {
	drive.Echo(t, drive.Serve(t, api.New(handler{}))+"/echo", map[string]drive.Exchange{
		"all":                    {Send: `{"name":"A","age":40,"salary":1,"team":[{"name":"B","salary":2},{"name":"C","age":1,"salary":3}]}`},
		"required of all levels": {Send: `{}`, Not: []string{"/name required", "/age required", "/salary required"}},
		"the narrower bounds":    {Send: `{"name":"","age":17,"salary":1,"team":[{"name":"B","age":17,"salary":1}]}`, Not: []string{"/name minLength", "/age minimum"}},
		"a bound beside allOf":   {Send: `{"name":"12345678901234567890123456789012345678901","age":18,"salary":1}`, Not: []string{"/name maxLength"}},
	})
}
