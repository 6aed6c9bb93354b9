package beside_types_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	api "github.com/tornadogen/tornadogen/golden/beside_types/expected"
	"github.com/tornadogen/tornadogen/golden/internal/drive"
)

type handler struct{}

func (handler) Echo(_ context.Context, req api.EchoRequest) (*api.All, error) { return &req.Body, nil }

// refusals posts a body and returns what is wrong with it, as "pointer keyword".
func refusals(t *testing.T, url, body string) []string {
	t.Helper()
	got := drive.Do(t, http.MethodPost, url, body)
	if got.Status == http.StatusOK {
		return nil
	}
	require.Equal(t, http.StatusUnprocessableEntity, got.Status, "%s: %s", body, got.Body)
	var problem struct {
		Errors []struct{ Pointer, Keyword string }
	}
	require.NoError(t, json.Unmarshal([]byte(got.Body), &problem))
	var all []string
	for _, e := range problem.Errors {
		all = append(all, e.Pointer+" "+e.Keyword)
	}
	return all
}

func TestBodies(t *testing.T) {
	url := drive.Serve(t, api.New(handler{})) + "/echo"
	for body, want := range map[string][]string{
		`{"order":{"card":"1","address":"a"}}`:            nil,
		`{"order":{"card":"1"}}`:                          {"/order/address dependentRequired"},
		`{"order":{"card":"1","iban":"2","address":"a"}}`: {"/order oneOf", "/order/address const"},

		`{"order":{}}`:                                  {"/order oneOf"},
		`{"strict":{"name":"a"}}`:                       nil,
		`{"strict":{"id":1,"naem":"a"}}`:                {"/strict/naem unevaluatedProperties"},
		`{"numbers":[1,7]}`:                             nil,
		`{"numbers":[1]}`:                               {"/numbers contains"},
		`{"numbers":[7,7,7]}`:                           {"/numbers maxContains"},
		`{"pair":["a",1]}`:                              nil,
		`{"pair":["a",1,2]}`:                            {"/pair/2 unevaluatedItems"},
		`{"headers":{"accept":"a","Accept":"b"}}`:       {"/headers/Accept propertyNames"},
		`{"extensions":{"x-a":"a","n-a":1}}`:            nil,
		`{"extensions":{"x-a":1,"b":1}}`:                {"/extensions/x-a type", "/extensions/b additionalProperties"},
		`{"date":"1999-12-31"}`:                         {"/date pattern"},
		`{"address":{"country":"US","zip":"123"}}`:      {"/address/zip pattern"},
		`{"address":{"country":"US"}}`:                  {"/address/zip required"},
		`{"address":{"zip":"123456789"}}`:               {"/address/zip maxLength"},
		`{"code":"abz"}`:                                nil,
		`{"code":"az"}`:                                 {"/code not"},
		`{"code":"ab"}`:                                 {"/code pattern"},
		`{"bare":[1]}`:                                  nil,
		`{"bare":2}`:                                    {"/bare minimum"},
		`{"bare":"abc"}`:                                {"/bare maxLength"},
		`{"either":"a"}`:                                nil,
		`{"either":0}`:                                  {"/either not"},
		`{"either":""}`:                                 {"/either not"},
		`{"never":null}`:                                {"/never not"},
		`{"tree":{"leaf":true,"kids":[]}}`:              nil,
		`{"tree":{"kids":[{"leaf":true,"kids":[{}]}]}}`: {"/tree/kids/0 not"},
		`{"counted":{"n":1,"more":"a"}}`:                nil,
		`{"counted":{"s":1}}`:                           {"/counted/s type"},
	} {
		assert.ElementsMatch(t, want, refusals(t, url, body), body)
	}
}

func TestParameters(t *testing.T) {
	url := drive.Serve(t, api.New(handler{})) + "/echo"
	assert.Empty(t, refusals(t, url+"?code=a&odd=1&odd=3", `{}`))
	assert.Equal(t, []string{"code not"}, refusals(t, url+"?code=none", `{}`))
	assert.Len(t, refusals(t, url+"?odd=1&odd=2", `{}`), 1)
}
