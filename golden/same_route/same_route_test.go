package same_route_test

import (
	"context"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/same_route/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/cors"
)

// said answers with the name of the operation, in the place of every handler.
func said(tornado.Handler) tornado.Handler {
	return func(_ context.Context, call *tornado.Call) (any, error) { return call.Operation.ID, nil }
}

func newAPI(opts ...tornado.APIOption) *tornado.API {
	return api.New(struct {
		api.UnimplementedDefaultHandler
	}{}, append(opts, tornado.WithMiddleware(said))...)
}

func both(t *testing.T, test func(t *testing.T, url string)) {
	drive.Both(t, func(*testing.T) *tornado.API { return newAPI() }, test)
}

func TestChoice(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		for target, want := range map[string]string{
			"/list/b":                              "getBucket",
			"/list/b?acls":                         "getBucket",
			"/list/b?acl":                          "getACL",
			"/list/b?a%63l=":                       "getACL",
			"/list/b?x=%zz&acl":                    "getACL",
			"/list/b?acl&list-type=1":              "getACL",
			"/list/b?acl&list-type=2":              "getACLs",
			"/xml/?comp=list":                      "listAll",
			"/xml/?x=1&comp=list":                  "listAll",
			"/xml/?comp=a+b&restype=service":       "getProperties",
			"/xml/?restype=service&comp=%61%20%62": "getProperties",
			"/queue?Action=Purge":                  "purge",
			"/queue?Action=Peek&Label=x":           "peek",
			"/queue":                               "purge",
			"/cards/open":                          "cardsByState",
			"/cards/%6fpen":                        "cardsByState",
			"/cards/7":                             "cardByNumber",
			"/cards/0":                             "cardByName",
			"/cards/x":                             "cardByName",
			"/codes/12":                            "byDigits",
			"/codes/ab":                            "byLetters",
			"/servers":                             "listServers",
			"/servers?fields=name":                 "listServers",
			"/servers?name=":                       "serverByName",
			"/files/7":                             "getFile",
			"/files/7?fields=shared_link":          "getFile",
			"/alone":                               "alone",
			"/alone?beta=true":                     "alone",
		} {
			got := drive.Do(t, http.MethodGet, url+target, "")
			assert.Equal(t, http.StatusOK, got.Status, "%s: %s", target, got.Body)
			assert.Equal(t, `"`+want+`"`, got.Body, target)
		}
		assert.Equal(t, `"deleteAll"`, drive.Do(t, http.MethodDelete, url+"/xml/", "").Body, "it has the method for itself")
		for _, target := range []string{"Pricing.GetProducts", "Pricing.ListPriceLists"} {
			got := drive.Do(t, http.MethodPost, url+"/", "", "x-amz-target", target)
			assert.Contains(t, target, got.Body[2:len(got.Body)-1])
		}
	})
}

// TestNoChoice is what is said to requests that are for none of the operations of their path.
func TestNoChoice(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		for _, target := range []string{"/xml/", "/xml/?comp=lists", "/xml/?restype=service", "/xml/?comp=list&comp=list"} {
			got := drive.Do(t, http.MethodGet, url+target, "")
			assert.Equal(t, http.StatusNotFound, got.Status, target)
			assert.Contains(t, got.Body, "no operation of this path has this query", target)
		}
		for request, want := range map[[2]string]string{
			{http.MethodGet, "/xml/?comp=a+b"}:     "query restype required",
			{http.MethodPost, "/"}:                 "header X-Amz-Target required",
			{http.MethodGet, "/queue?Action=Drop"}: "query Action enum",
			{http.MethodGet, "/queue?Action=Peek"}: "query Label required",
			{http.MethodGet, "/codes/Ab"}:          "path digits pattern",
		} {
			got := drive.Do(t, request[0], url+request[1], "")
			assert.Equal(t, http.StatusUnprocessableEntity, got.Status, request)
			assert.Equal(t, []string{want}, got.Violations(t), request)
		}
		got := drive.Do(t, http.MethodGet, url+"/queue?Action=%zz", "")
		assert.Equal(t, http.StatusBadRequest, got.Status)

		got = drive.Do(t, http.MethodPut, url+"/xml/?comp=list", "")
		assert.Equal(t, http.StatusMethodNotAllowed, got.Status)
		assert.Equal(t, []string{"DELETE, GET, HEAD, OPTIONS"}, got.Header["Allow"])
		got = drive.Do(t, http.MethodOptions, url+"/xml/?comp=list", "")
		assert.Equal(t, http.StatusNoContent, got.Status)
		assert.Equal(t, []string{"DELETE, GET, HEAD, OPTIONS"}, got.Header["Allow"])
		got = drive.Do(t, http.MethodHead, url+"/xml/?comp=list", "")
		assert.Equal(t, http.StatusOK, got.Status)
		got = drive.Do(t, http.MethodHead, url+"/xml/", "")
		assert.Equal(t, http.StatusNotFound, got.Status)
	})
}

// TestClient is that the client is led to the operation that it means, by what it sends without being told.
func TestClient(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c, err := api.NewClient(url)
		require.NoError(t, err)
		ctx := t.Context()
		for want, call := range map[string]func() (string, error){
			"getACL":    func() (string, error) { return c.GetACL(ctx, api.GetACLRequest{Bucket: "b"}) },
			"getACLs":   func() (string, error) { return c.GetACLs(ctx, api.GetACLsRequest{Bucket: "b"}) },
			"getBucket": func() (string, error) { return c.GetBucket(ctx, api.GetBucketRequest{Bucket: "b"}) },
			"listAll":   func() (string, error) { return c.ListAll(ctx, api.ListAllRequest{}) },
			"getProperties": func() (string, error) {
				return c.GetProperties(ctx, api.GetPropertiesRequest{Timeout: tornado.Some[int64](1)})
			},
			"getProducts":    func() (string, error) { return c.GetProducts(ctx, api.GetProductsRequest{}) },
			"listPriceLists": func() (string, error) { return c.ListPriceLists(ctx, api.ListPriceListsRequest{}) },
			"purge":          func() (string, error) { return c.Purge(ctx, api.PurgeRequest{}) },
			"peek":           func() (string, error) { return c.Peek(ctx, api.PeekRequest{Label: "x"}) },
			"cardByNumber":   func() (string, error) { return c.CardByNumber(ctx, api.CardByNumberRequest{Number: 7}) },
			"serverByName":   func() (string, error) { return c.ServerByName(ctx, api.ServerByNameRequest{Name: "x"}) },
			"alone":          func() (string, error) { return c.Alone(ctx, api.AloneRequest{Q: tornado.Some("x")}) },
			// This server cannot tell it from the other one; that of somebody else may.
			"getFile": func() (string, error) { return c.GetSharedLink(ctx, api.GetSharedLinkRequest{File: "7", Fields: "x"}) },
		} {
			got, err := call()
			require.NoError(t, err, want)
			assert.Equal(t, want, got)
		}
	})
}

// TestOperations is that what the API serves is listed, and nothing else.
func TestOperations(t *testing.T) {
	served := newAPI().Operations()
	assert.Equal(t, api.Operations(), served)
	assert.False(t, slices.ContainsFunc(served, func(op *tornado.Operation) bool { return op.ID == "getSharedLink" }))
}

// TestPreflight is that a page is asked about the operation that its request is for.
func TestPreflight(t *testing.T) {
	open := cors.Options{Origins: []string{"https://app.example"}, Methods: []string{"GET"}}
	drive.Both(t, func(*testing.T) *tornado.API {
		return newAPI(cors.Rules(cors.Options{}, cors.Rule{Operations: []string{"listAll", "cardByNumber"}, Options: open}))
	}, func(t *testing.T, url string) {
		for target, want := range map[string]string{
			"/xml/?comp=list": "https://app.example", "/xml/?comp=a+b&restype=service": "", "/xml/": "", "/cards/7": "https://app.example", "/cards/x": "",
		} {
			got := drive.Do(t, http.MethodOptions, url+target, "", "Origin", "https://app.example", "Access-Control-Request-Method", "GET")
			assert.Equal(t, want, got.Header.Get("Access-Control-Allow-Origin"), target)
		}
	})
}

// TestMoved is that an operation that is served elsewhere is told from none, and that none can be moved to where others are.
func TestMoved(t *testing.T) {
	url := drive.Serve(t, newAPI(tornado.WithOperationPath("getACL", "/acl/{bucket}")))
	assert.Equal(t, `"getACL"`, drive.Do(t, http.MethodGet, url+"/acl/b", "").Body)
	assert.Equal(t, `"getBucket"`, drive.Do(t, http.MethodGet, url+"/list/b?acl", "").Body)
	assert.Panics(t, func() { newAPI(tornado.WithOperationPath("listAll", "/servers")).HTTPHandler() })
}
