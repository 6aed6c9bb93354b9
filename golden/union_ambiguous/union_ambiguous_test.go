package union_ambiguous_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/union_ambiguous/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

type handler struct{ got api.Holder }

func (h *handler) Echo(_ context.Context, req api.EchoRequest) (*api.Holder, error) {
	h.got = req.Body
	return &req.Body, nil
}

func TestMembers(t *testing.T) {
	h := &handler{}
	url := drive.Serve(t, api.New(h)) + "/echo"
	for body, want := range map[string]any{
		`{"sameScalars":"a"}`:          api.HolderSameScalarsString("a"),
		`{"sameScalars":true}`:         api.HolderSameScalarsBoolean(true),
		`{"sameNumbers":7}`:            api.HolderSameNumbersInteger(7),
		`{"sameType":{"kind":"a"}}`:    &api.Cat{Kind: "a"},
		`{"sameObjects":{"id":1}}`:     &api.Node{ID: tornado.Some(int64(1))},
		`{"sameBeside":{"a":"x"}}`:     nil,
		`{"wideString":"c"}`:           api.HolderWideStringString("c"),
		`{"wideNumber":1.5}`:           api.HolderWideNumberNumber(1.5),
		`{"wideList":["abcd"]}`:        api.HolderWideListStringArray{"abcd"},
		`{"wideBeside":{"a":"x"}}`:     nil,
		`{"toldApart":{"kind":"Dog"}}`: &api.Dog{Kind: "Dog"},
		`{"partly":{"kind":"Bird"}}`:   &api.Cat{Kind: "Bird"},
		`{"partly":{"wings":2}}`:       &api.HolderPartlyBird{Wings: 2},
		`{"alike":{"kind":"x"}}`:       &api.Cat{Kind: "x"},
		`{"apart":10}`:                 api.HolderApartInteger2(10),
		`{"inOrder":1}`:                nil,
		`{"nullTwice":null}`:           nil,
		`{"nullBeside":null}`:          nil,
		`{"nullOnce":null}`:            nil,
	} {
		got := drive.Do(t, http.MethodPost, url, body)
		require.Equal(t, http.StatusOK, got.Status, "%s: %s", body, got.Body)
		assert.Equal(t, body, got.Body)
		held := []any{
			h.got.SameScalars.Value().Value, h.got.SameNumbers.Value().Value, h.got.SameType.Value().Value, h.got.SameObjects.Value().Value,
			h.got.WideString.Value().Value, h.got.WideNumber.Value().Value, h.got.WideList.Value().Value, h.got.ToldApart.Value().Value,
			h.got.Partly.Value().Value, h.got.Alike.Value().Value, h.got.Apart.Value().Value,
		}
		if want != nil {
			assert.Contains(t, held, want, body)
		}
	}
}

func TestWhatFitsTwoIsRefused(t *testing.T) {
	drive.Echo(t, drive.Serve(t, api.New(&handler{}))+"/echo", map[string]drive.Exchange{
		"a string of the enum":   {Send: `{"wideString":"a"}`, Not: []string{"/wideString oneOf"}},
		"an integer":             {Send: `{"wideNumber":1}`, Not: []string{"/wideNumber oneOf"}},
		"an object of two types": {Send: `{"wideObject":{"kind":"a"}}`, Not: []string{"/wideObject oneOf"}},
		"a short list":           {Send: `{"wideList":["abc"]}`, Not: []string{"/wideList oneOf"}},
		"members beside":         {Send: `{"wideBeside":{"a":"x","b":"y"}}`, Not: []string{"/wideBeside oneOf"}},
		"objects without names":  {Send: `{"partly":{"kind":"Cat","wings":1}}`, Not: []string{"/partly oneOf"}},
	})
}
