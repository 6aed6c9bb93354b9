package read_write_only_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/read_write_only/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

type handler struct {
	got    api.User
	groups api.PutGroupsRequest
	event  api.Event
}

func (h *handler) CreateUser(_ context.Context, req api.CreateUserRequest) (*api.User, error) {
	h.got = req.Body
	h.got.ID = 7
	return &h.got, nil
}

func (h *handler) ListUsers(context.Context, api.ListUsersRequest) ([]api.User, error) {
	return []api.User{h.got}, nil
}

func (h *handler) PutGroups(_ context.Context, req api.PutGroupsRequest) (*api.PutGroupsNoContent, error) {
	h.groups = req
	return &api.PutGroupsNoContent{XLike: tornado.Some(api.Group{Name: "G", Secret: tornado.Some("s"), Members: tornado.Some(int64(2))})}, nil
}

func (h *handler) PutEvent(_ context.Context, req api.PutEventRequest) error {
	h.event = req.Body
	return nil
}

func TestServer(t *testing.T) {
	h := &handler{}
	url := drive.Serve(t, api.New(h)) + "/users"
	got := drive.Do(t, http.MethodPost, url, `{"name":"A","password":"secret","group":{"name":"G","secret":"s"}}`)
	require.Equal(t, http.StatusCreated, got.Status, got.Body)
	assert.Equal(t, `{"id":7,"name":"A","group":{"name":"G"}}`, got.Body, "what is writeOnly is never sent, at no depth")
	assert.Equal(t, "secret", h.got.Password)
	assert.Equal(t, `[{"id":7,"name":"A","group":{"name":"G"}}]`, drive.Do(t, http.MethodGet, url, "").Body)

	got = drive.Do(t, http.MethodPost, url, `{"name":"A","password":"p","groups":[{"name":"G","secret":"s"}],"byName":{"x":{"name":"G","secret":"s"}},"contact":{"by":"mail","code":"c"}}`)
	require.Equal(t, http.StatusCreated, got.Status, got.Body)
	assert.Equal(t, `{"id":7,"name":"A","groups":[{"name":"G"}],"byName":{"x":{"name":"G"}},"contact":{"by":"mail"}}`, got.Body)
	assert.Equal(t, api.Contact{Value: &api.Mail{By: "mail", Code: "c"}}, h.got.Contact.Value())

	got = drive.Do(t, http.MethodPost, url, `{"id":1}`)
	assert.Equal(t, []string{"body /name required", "body /password required"}, got.Violations(t), "what is readOnly is not asked of a caller")
}

func TestReadOnlyIsNotRead(t *testing.T) {
	const body = `{"id":1,"name":"A","id":2,"password":"p","i\u0064":3}`
	h := &handler{}
	got := drive.Do(t, http.MethodPost, drive.Serve(t, api.New(h))+"/users", body)
	require.Equal(t, http.StatusCreated, got.Status, got.Body)
	assert.Equal(t, api.User{ID: 7, Name: "A", Password: "p"}, h.got)

	got = drive.Do(t, http.MethodPost, drive.Serve(t, api.New(h, tornado.WithReadOnlyRefused()))+"/users", body)
	require.Equal(t, http.StatusUnprocessableEntity, got.Status, got.Body)
	assert.Equal(t, []string{"body /id readOnly", "body /id readOnly", "body /id readOnly"}, got.Violations(t))
}

func TestClient(t *testing.T) {
	h := &handler{}
	client, err := api.NewClient(drive.Serve(t, api.New(h)))
	require.NoError(t, err)
	group := api.Group{Name: "G", Secret: tornado.Some("s")}
	user, err := client.CreateUser(t.Context(), api.CreateUserRequest{Body: api.User{Name: "A", Password: "secret", Group: tornado.Some(group)}})
	require.NoError(t, err, "what is writeOnly is not asked of a server")
	assert.Equal(t, "secret", h.got.Password, "a client sends what is writeOnly")
	assert.Equal(t, tornado.Some(group), h.got.Group)
	assert.Equal(t, &api.User{ID: 7, Name: "A", Group: tornado.Some(api.Group{Name: "G"})}, user)
}

func TestClientSendsNothingThatIsReadOnly(t *testing.T) {
	h := &handler{}
	client, err := api.NewClient(drive.Serve(t, api.New(h, tornado.WithReadOnlyRefused())))
	require.NoError(t, err)
	group := api.Group{Name: "G", Secret: tornado.Some("s"), Members: tornado.Some(int64(3))}
	_, err = client.CreateUser(t.Context(), api.CreateUserRequest{Body: api.User{
		ID: 7, Name: "A", Password: "p", Since: tornado.Some(tornado.Date{Year: 2024, Month: 2, Day: 29}),
		Group: tornado.Some(group), Groups: []api.Group{group}, ByName: map[string]api.Group{"x": group},
		Contact: tornado.Some(api.Contact{Value: &api.Mail{By: "mail", Code: "c", Confirmed: tornado.Some(true)}}),
	}})
	require.NoError(t, err, "at no depth")
	sent := api.Group{Name: "G", Secret: tornado.Some("s")}
	assert.Equal(t, api.User{
		ID: 7, Name: "A", Password: "p", Group: tornado.Some(sent), Groups: []api.Group{sent}, ByName: map[string]api.Group{"x": sent},
		Contact: tornado.Some(api.Contact{Value: &api.Mail{By: "mail", Code: "c"}}),
	}, h.got, "the handler has set the id")

	answer, err := client.PutGroups(t.Context(), api.PutGroupsRequest{Like: tornado.Some(group), Body: []api.Group{group}})
	require.NoError(t, err)
	assert.Equal(t, api.PutGroupsRequest{Like: tornado.Some(sent), Body: []api.Group{sent}}, h.groups)
	assert.Equal(t, tornado.Some(api.Group{Name: "G", Members: tornado.Some(int64(2))}), answer.XLike, "a header has nothing that is writeOnly")
}

func TestDiscriminatorIsSent(t *testing.T) {
	h := &handler{}
	client, err := api.NewClient(drive.Serve(t, api.New(h)))
	require.NoError(t, err)
	require.NoError(t, client.PutEvent(t.Context(), api.PutEventRequest{Body: api.Event{Value: &api.Joined{ID: 7, Name: tornado.Some("A")}}}))
	assert.Equal(t, api.Event{Value: &api.Joined{Name: tornado.Some("A")}}, h.event)
}
