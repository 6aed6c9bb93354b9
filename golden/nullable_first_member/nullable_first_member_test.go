package nullable_first_member_test

import (
	"context"
	"testing"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/nullable_first_member/expected"
)

type handler struct {
	api.UnimplementedDefaultHandler
}

func (handler) Echo(_ context.Context, req api.EchoRequest) (*api.Shelf, error) {
	return &req.Body, nil
}

func TestEcho(t *testing.T) {
	drive.Echo(t, drive.Serve(t, api.New(handler{}))+"/echo", map[string]drive.Exchange{
		"null": {Send: `{"best":{"subtitle":null,"title":"a"},"books":[{"subtitle":null,"title":"a"},{"subtitle":null,"title":"b"}],` +
			`"loans":{"1":{"reader":null,"days":3}}}`},
		"text": {Send: `{"best":{"subtitle":"s","title":"a"},"books":[{"subtitle":"s","title":"a"}],"loans":{"1":{"reader":{"name":"n"}}}}`},
	})
}
