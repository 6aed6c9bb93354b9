package wide_object_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/wide_object/expected"
)

type handler struct{}

func (handler) Echo(_ context.Context, req api.EchoRequest) (*api.Wide, error) {
	return &req.Body, nil
}

func TestEcho(t *testing.T) {
	var all []string
	for i := 1; i <= 70; i++ {
		all = append(all, fmt.Sprintf(`"field%d":%d`, i, i))
	}
	drive.Echo(t, drive.Serve(t, api.New(handler{}))+"/echo", map[string]drive.Exchange{
		"all":      {Send: "{" + strings.Join(all, ",") + "}"},
		"required": {Send: `{"field2":1}`, Not: []string{"/field1 required", "/field64 required", "/field65 required", "/field70 required"}},
		"two":      {Send: `{"field70":1,"field1":1}`, Not: []string{"/field64 required", "/field65 required"}},
	})
}
