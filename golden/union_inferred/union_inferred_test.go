package union_inferred_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/union_inferred/expected"
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
		`{"byKey":{"fins":1}}`:                   &api.Fish{Fins: 1},
		`{"byKey":{"wings":2}}`:                  &api.Bird{Wings: 2},
		`{"byType":"a"}`:                         api.HolderByTypeString("a"),
		`{"byType":7}`:                           api.HolderByTypeInteger(7),
		`{"byType":["a","b"]}`:                   api.HolderByTypeStringArray{"a", "b"},
		`{"byType":null}`:                        nil,
		`{"list":"abc"}`:                         api.HolderListString("abc"),
		`{"list":true}`:                          api.HolderListBoolean(true),
		`{"list":[1]}`:                           api.HolderListIntegerArray{1},
		`{"byConst":{"type":"text","text":"a"}}`: &api.PartText{Type: api.PartTextTypeText, Text: "a"},
		`{"byConst":{"type":"image","url":"b"}}`: &api.PartImage{Type: api.PartImageTypeImage, URL: "b"},
		`{"inOrder":9}`:                          api.HolderInOrderInteger(9),
		`{"inOrder":10}`:                         api.HolderInOrderNumber(10),
		`{"inOrder":"red"}`:                      api.ColorRed,
		`{"inOrder":"2024-02-29"}`:               api.HolderInOrderDate{Year: 2024, Month: 2, Day: 29},
		`{"inOrder":"a@example.com"}`:            api.HolderInOrderEmail("a@example.com"),
		`{"exactly":4}`:                          api.HolderExactlyInteger(4),
		`{"exactly":9}`:                          api.HolderExactlyInteger2(9),
		`{"mixed":"a"}`:                          api.HolderMixedString("a"),
		`{"mixed":{"fins":3}}`:                   &api.Fish{Fins: 3},
		`{"mixed":{"type":"text","text":"b"}}`:   &api.Part{Value: &api.PartText{Type: api.PartTextTypeText, Text: "b"}},
		`{"tree":{"a":["b",{"c":"d"}]}}`:         nil,
		`{"each":[1,null,"a"]}`:                  nil,
		`{"named":{"a":true,"b":[["c"]]}}`:       nil,
	} {
		got := drive.Do(t, http.MethodPost, url, body)
		require.Equal(t, http.StatusOK, got.Status, "%s: %s", body, got.Body)
		assert.Equal(t, body, got.Body)
		held := []any{
			h.got.ByKey.Value().Value, h.got.ByType.Value().Value, h.got.List.Value().Value, h.got.ByConst.Value().Value,
			h.got.InOrder.Value().Value, h.got.Exactly.Value().Value, h.got.Mixed.Value().Value,
		}
		if want != nil {
			assert.Contains(t, held, want, body)
		}
	}
}

func TestNoMember(t *testing.T) {
	url := drive.Serve(t, api.New(&handler{})) + "/echo"
	drive.Echo(t, url, map[string]drive.Exchange{
		"both":                     {Send: `{"byKey":{"fins":1,"wings":2}}`, Not: []string{"/byKey oneOf"}},
		"neither":                  {Send: `{"byKey":{}}`, Not: []string{"/byKey oneOf"}},
		"one that is wrong inside": {Send: `{"byKey":{"fins":"x"}}`, Not: []string{"/byKey/fins type"}},
		"another type":             {Send: `{"byType":{}}`, Not: []string{"/byType anyOf"}},
		"not in the list":          {Send: `{"list":1}`, Not: []string{"/list type"}},
		"too long":                 {Send: `{"list":"abcd"}`, Not: []string{"/list maxLength"}},
		"an item":                  {Send: `{"byType":[1]}`, Not: []string{"/byType/0 type"}},
		"no constant":              {Send: `{"byConst":{"type":"sound"}}`, Not: []string{"/byConst oneOf"}},
		"member of a constant":     {Send: `{"byConst":{"type":"text"}}`, Not: []string{"/byConst/text required"}},
		"twice":                    {Send: `{"exactly":6}`, Not: []string{"/exactly oneOf"}},
		"never":                    {Send: `{"exactly":5}`, Not: []string{"/exactly oneOf"}},
		"none in order":            {Send: `{"inOrder":"blue"}`, Not: []string{"/inOrder anyOf"}},
		"null":                     {Send: `{"byKey":null}`, Not: []string{"/byKey oneOf"}},
		"in a list":                {Send: `{"each":[1,2.5,{}]}`, Not: []string{"/each/1 type", "/each/2 type"}},
		"deep":                     {Send: `{"tree":["a",["b",{"c":1}]]}`, Not: []string{"/tree/1/1/c anyOf"}},
	})
}

// TestClientKeepsWhatItDoesNotKnow has a server that has grown.
func TestClientKeepsWhatItDoesNotKnow(t *testing.T) {
	const grown = `{"byKey":{"legs":4},"byConst":{"type":"sound","volume":11},"byType":{"new":1.0}}`
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, err := io.WriteString(w, grown)
		assert.NoError(t, err)
	}))
	defer server.Close()
	client, err := api.NewClient(server.URL)
	require.NoError(t, err)
	got, err := client.Echo(t.Context(), api.EchoRequest{})
	require.NoError(t, err)
	assert.Equal(t, api.UnknownValue(`{"legs":4}`), got.ByKey.Value().Value)
	assert.Equal(t, api.UnknownValue(`{"type":"sound","volume":11}`), got.ByConst.Value().Value)
	assert.JSONEq(t, grown, string(got.AppendJSON(nil)), "it is written as it came")
	require.Error(t, tornado.UnmarshalJSON([]byte(grown), &api.Holder{}))
}

// TestConstantIsFilledIn leaves out what tells the members apart.
func TestConstantIsFilledIn(t *testing.T) {
	part := api.Part{Value: &api.PartImage{URL: "a"}}
	assert.Equal(t, `{"type":"image","url":"a"}`, string(part.AppendJSON(nil)))
}
