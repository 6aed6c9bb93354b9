package client_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/client"
	"github.com/tornadogen/tornadogen/runtime/internal/value"
)

var problemType = http.Header{"Content-Type": {"application/problem+json"}}

// TestProblem reads problems of this and of other servers.
func TestProblem(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ body, want string }{
		{`{}`, "422 Unprocessable Content"},
		{`{"title":"Unprocessable Content","status":422}`, "422 Unprocessable Content"},
		{`{"title":"No credit","detail":"it lacks 5","status":403}`, "422 Unprocessable Content: No credit: it lacks 5"},
		{`{"title":7,"detail":"d"}`, "422 Unprocessable Content: d"},
		{`{"title":"t","errors":{"name":["is required"]}}`, "422 Unprocessable Content: t"},
		{`{"errors":[{"in":"body","pointer":"","message":"m"},{"in":"query","pointer":"q","message":"n"}]}`, "422 Unprocessable Content: body m; query q n"},
		{
			`{"errors":[{"in":"a","message":"1"},{"in":"b","message":"2"},{"in":"c","message":"3"},{"in":"d","message":"4"},{"in":"e","message":"5"}]}`,
			"422 Unprocessable Content: a 1; b 2; c 3; and 2 more",
		},
	} {
		err := answer(t, 422, problemType, tt.body).Unexpected()
		assert.EqualError(t, err, "listPets: "+tt.want)
		var problem *client.Problem
		require.ErrorAs(t, err, &problem)
		assert.EqualError(t, problem, tt.want)
	}
	err := answer(t, 422, problemType, `["no object"]`).Unexpected()
	assert.EqualError(t, err, `listPets: GET /pets: unexpected status 422 Unprocessable Content, application/problem+json: ["no object"]`)
	var problem *client.Problem
	assert.NotErrorAs(t, err, &problem)
}

// TestMediaTypes reads nothing of an answer in another media type than the document has for its status.
func TestMediaTypes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		sent     string
		declared []string
		fits     bool
	}{
		{"application/json", nil, true},
		{"application/vnd.x+json", nil, false},
		{"application/vnd.x+json", []string{"text/plain", "application/*+json"}, true},
		{"image/png", []string{"image/*"}, true},
		{"application/problem+json", nil, false},
		{"application/problem+json", []string{"application/problem+json"}, true},
		{"application/problem+json", []string{"application/*+json"}, true},
		{"application/problem+json", []string{"*/*"}, false},
		{"nonsense", nil, true},
	} {
		res := answer(t, 200, http.Header{"Content-Type": {tt.sent}}, `"a"`)
		text := res.JSON(tt.declared...).String(nil)
		err := res.EndJSON()
		if tt.fits {
			require.NoError(t, err, tt.sent)
			assert.Equal(t, "a", text)
			continue
		}
		var unexpected *client.UnexpectedResponse
		require.ErrorAs(t, err, &unexpected, tt.sent)
		assert.Empty(t, text)
		if tt.declared != nil {
			assert.Equal(t, tt.declared, unexpected.Declared)
		}
	}
	res := answer(t, 200, problemType, "{}")
	assert.Nil(t, res.Bytes("image/png"))
	assert.ErrorContains(t, res.Fail(nil), "listPets: 200 OK")
	res = answer(t, 200, problemType, "{}")
	assert.Equal(t, value.Blob{}, res.Blob("image/png", "text/*"))
	require.Error(t, res.End())
	res = answer(t, 200, problemType, "{}")
	assert.Equal(t, "{}", string(res.Blob("*/*").Data), "bytes are whatever a range covers")
	assert.NoError(t, res.End())
}
