package links_test

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/links/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

var (
	tom, boss, gone = tornado.UUID{1}, tornado.UUID{2}, tornado.UUID{3}
	user            = api.User{
		Login: "tom", Number: 7, Boss: tornado.Some(api.Boss{ID: tornado.Some(boss)}), Greeting: tornado.Present("hello"),
		Teams: []api.UserTeamsItem{{Name: "core"}}, Labels: map[string]string{"team": "cats"},
	}
)

// handler keeps the latest request.
type handler struct{ got any }

func (h *handler) GetUser(_ context.Context, req api.GetUserRequest) (*api.User, error) {
	h.got = req
	switch req.ID {
	case gone:
		return nil, api.GetUserNotFound{Body: api.GetUserNotFoundBody{Instead: tom}}
	case boss:
		return &api.User{Login: "boss", Number: 1}, nil
	}
	return &user, nil
}

func (h *handler) AddUser(_ context.Context, req api.AddUserRequest) (*api.AddUserCreated, error) {
	h.got = req
	return &api.AddUserCreated{XID: tom, XNext: tornado.Some[int32](20)}, nil
}

func (h *handler) ListRepositories(_ context.Context, req api.ListRepositoriesRequest) error {
	h.got = req
	return nil
}

func (h *handler) SendMessage(_ context.Context, req api.SendMessageRequest) error {
	h.got = req
	return nil
}

// TestLinkOfABody makes a request whose body is that of an answer.
func TestLinkOfABody(t *testing.T) {
	next, ok := api.GetUserLinkCopy(&user)
	require.True(t, ok)
	assert.Equal(t, api.AddUserRequest{Body: user}, next)
	_, ok = api.GetUserLinkCopy(nil)
	assert.False(t, ok)
}

// TestLinks follows links from answers that came over a socket.
func TestLinks(t *testing.T) {
	ctx, h := t.Context(), &handler{}
	c, err := api.NewClient(drive.Serve(t, api.New(h)))
	require.NoError(t, err)

	_, err = c.GetUser(ctx, api.GetUserRequest{ID: gone})
	var missing api.GetUserNotFound
	require.True(t, errors.As(err, &missing), "%v", err)
	req, ok := api.GetUserLinkInstead(missing)
	require.True(t, ok)
	req.Lang.Set(api.GetUserLangDe)
	res, err := c.GetUser(ctx, req)
	require.NoError(t, err)

	list, ok := api.GetUserLinkRepositories(req, res)
	require.True(t, ok)
	require.NoError(t, c.ListRepositories(ctx, list))
	assert.Equal(t, api.ListRepositoriesRequest{
		Owner: "tom", Team: "core", Limit: tornado.Some[int32](10), Lang: tornado.Some("de"),
		Q: tornado.Some("by " + tom.String() + " 200 GET"),
	}, h.got)

	message, ok := api.GetUserLinkMessage(res)
	require.True(t, ok)
	require.NoError(t, c.SendMessage(ctx, message))
	assert.Equal(t, api.SendMessageRequest{Number: "7", Body: tornado.Some("hello")}, h.got)

	next, ok := api.GetUserLinkBoss(res)
	require.True(t, ok)
	res, err = c.GetUser(ctx, next)
	require.NoError(t, err)
	assert.Equal(t, "boss", res.Login)
	_, ok = api.GetUserLinkBoss(res)
	assert.False(t, ok, "the boss has none")
	_, ok = api.GetUserLinkRepositories(next, res)
	assert.False(t, ok, "the boss has no team")
}

// TestHeaders follows links that use the header fields of an answer, and the body of the request.
func TestHeaders(t *testing.T) {
	ctx, h := t.Context(), &handler{}
	c, err := api.NewClient(drive.Serve(t, api.New(h)))
	require.NoError(t, err)
	req := api.AddUserRequest{Body: user}
	res, err := c.AddUser(ctx, req)
	require.NoError(t, err)

	self, ok := api.AddUserLinkSelf(res)
	require.True(t, ok)
	assert.Equal(t, api.GetUserRequest{ID: tom, Lang: tornado.Some(api.GetUserLangEn)}, self)
	same, ok := api.AddUserLinkSame(req)
	require.True(t, ok)
	assert.Equal(t, req, same)
	page, ok := api.AddUserLinkPage(req, res)
	require.True(t, ok)
	assert.Equal(t, api.ListRepositoriesRequest{Owner: "tom", Team: "cats", Limit: tornado.Some[int32](20)}, page)
	delete(req.Body.Labels, "team")
	_, ok = api.AddUserLinkPage(req, res)
	assert.False(t, ok)
	status, ok := api.AddUserLinkStatus()
	require.True(t, ok)
	assert.Equal(t, api.ListRepositoriesRequest{Owner: "201", Team: "POST", Q: tornado.Some("a constant")}, status)
}

// TestGiven follows links to what the caller gives: the address, and header fields that are not declared; to constants, and to a body that is made of
// expressions.
func TestGiven(t *testing.T) {
	ctx, h := t.Context(), &handler{}
	c, err := api.NewClient(drive.Serve(t, api.New(h)))
	require.NoError(t, err)
	given, ok := api.AddUserLinkGiven("http://example.com/users", http.Header{"X-Undeclared": {"cats"}})
	require.True(t, ok)
	require.NoError(t, c.ListRepositories(ctx, given))
	assert.Equal(t, api.ListRepositoriesRequest{
		Owner: "http://example.com/users", Team: "cats", Limit: tornado.Some[int32](7), Lang: tornado.Some("5"), Q: tornado.Some("at http://example.com/users"),
	}, h.got)
	_, ok = api.AddUserLinkGiven("http://example.com/users", nil)
	assert.False(t, ok)
	_, ok = api.AddUserLinkGiven("", http.Header{"X-Undeclared": {"cats"}})
	assert.False(t, ok)

	req := api.AddUserRequest{Body: api.User{Login: "tim", Greeting: tornado.Present("hi"), Labels: map[string]string{"lang": "de"}}}
	found, ok := api.AddUserLinkFound(req, &api.AddUserCreated{XID: boss})
	require.True(t, ok)
	assert.Equal(t, api.GetUserRequest{ID: boss, Lang: tornado.Some(api.GetUserLangDe)}, found)
	made, ok := api.AddUserLinkMade(req, &api.AddUserCreated{XID: boss})
	require.True(t, ok)
	_, err = c.AddUser(ctx, made)
	require.NoError(t, err)
	assert.Equal(t, api.AddUserRequest{Body: api.User{
		Login: "tim-2", Number: 8, Boss: tornado.Some(api.Boss{ID: tornado.Some(boss)}), Greeting: tornado.Present("hi"),
	}}, h.got)
}
