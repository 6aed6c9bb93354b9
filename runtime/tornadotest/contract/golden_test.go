package contract

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	form "github.com/tornadogen/tornadogen/golden/body_form/expected"
	multipart "github.com/tornadogen/tornadogen/golden/body_multipart/expected"
	several "github.com/tornadogen/tornadogen/golden/body_several/expected"
	upload "github.com/tornadogen/tornadogen/golden/body_upload/expected"
	deferred "github.com/tornadogen/tornadogen/golden/deferred/expected"
	openapi20 "github.com/tornadogen/tornadogen/golden/openapi20/expected"
	openapi32 "github.com/tornadogen/tornadogen/golden/openapi32/expected"
	templates "github.com/tornadogen/tornadogen/golden/path_templates/expected"
	sameroute "github.com/tornadogen/tornadogen/golden/same_route/expected"
	sockets "github.com/tornadogen/tornadogen/golden/sockets/expected"
	"github.com/tornadogen/tornadogen/internal/drive"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/tornadotest"
)

type (
	notes struct {
		openapi32.UnimplementedSearchHandler
		openapi32.UnimplementedNotesHandler
	}
	notesAuth struct {
		openapi32.UnimplementedAuthenticator
	}
	petsAuth struct {
		openapi20.UnimplementedAuthenticator
	}
	socketsAuth struct{}
	jobsAuth    struct{}
	echo        struct {
		sockets.UnimplementedDefaultHandler
	}
	never struct {
		deferred.UnimplementedDefaultHandler
	}
)

func (notesAuth) Device(ctx context.Context, _ tornado.Bearer) (context.Context, error) {
	return ctx, nil
}

func (notesAuth) Old(ctx context.Context, _ tornado.Basic) (context.Context, error) { return ctx, nil }

func (petsAuth) Key(ctx context.Context, _ tornado.APIKey) (context.Context, error) { return ctx, nil }

func (petsAuth) Password(ctx context.Context, _ tornado.Basic) (context.Context, error) {
	return ctx, nil
}

func (socketsAuth) Key(ctx context.Context, _ tornado.APIKey) (context.Context, error) {
	return ctx, nil
}

func (jobsAuth) Key(ctx context.Context, _ tornado.APIKey) (context.Context, error) { return ctx, nil }

func (echo) Echo(context.Context, sockets.EchoRequest, *tornado.Socket[[]byte, []byte]) error {
	return nil
}

func (echo) Ticks(context.Context, sockets.TicksRequest, *tornado.Socket[int64, tornado.Nothing]) error {
	return nil
}

func (never) TakeTurn(context.Context, deferred.TakeTurnRequest, deferred.TakeTurnReply) {}

// TestKindsOfOperations drives generated packages whose handlers are not written: invalid requests are refused before these, and valid ones
// come to them.
func TestKindsOfOperations(t *testing.T) {
	const unwritten = "its answers: it answers 501, and is not written yet"
	const opened = "the messages of its WebSocket: none came within 250ms; it was opened"
	for _, c := range []struct {
		api  *tornado.API
		left map[string][]string // of operations of which it is not unwritten
		skip map[string]string
	}{
		{multipart.New(multipart.UnimplementedDefaultHandler{}), map[string][]string{
			"postBoth": {"with a body of application/json: " + unwritten, "with a body of multipart/form-data: " + unwritten},
		}, map[string]string{"postMixed": "no body is written as multipart/mixed", "postRelated": "no body is written as multipart/related"}},
		{form.New(form.UnimplementedDefaultHandler{}), map[string][]string{
			"putCard": {"with a body of application/json: " + unwritten, "with a body of application/x-www-form-urlencoded: " + unwritten},
			"putEither": {
				"with a body of application/json: " + unwritten, "with a body of application/x-www-form-urlencoded: " + unwritten,
				"with a body of application/octet-stream: " + unwritten,
			},
		}, nil},
		{several.New(several.UnimplementedDefaultHandler{}), map[string][]string{"putNote": {
			"with a body of application/json: " + unwritten, "with a body of application/merge-patch+json: " + unwritten, "with a body of text/plain: " + unwritten,
			"with a body of image/*: " + unwritten,
		}}, nil},
		{upload.New(upload.UnimplementedDefaultHandler{}), nil, nil},
		{openapi20.New(openapi20.UnimplementedDefaultHandler{}, petsAuth{}), nil, nil},
		{openapi32.New(notes{}, notesAuth{}), nil, nil},
		{sockets.New(echo{}, socketsAuth{}), map[string][]string{"echo": {opened}, "ticks": {opened}}, nil},
		{deferred.New(never{}, jobsAuth{}), map[string][]string{"takeTurn": {"its answers: one did not come within 500ms, and may come any time"}}, nil},
	} {
		judges, err := drive.New(c.api.Info().Document)
		require.NoError(t, err)
		server := tornadotest.Serve(t, c.api, tornadotest.WithMemory())
		s := settingsOf([]Option{
			WithCredential("device", "token"), WithCredential("key", "secret"), WithCredential("password", "a:b"), WithCredential("old", "a:b"),
			WithBodies("addPet", map[string]any{"name": "Mia", "kind": "Cat"}), WithChecks(10),
		})
		r := &run{settings: s, judges: judges, base: server.URL + c.api.BasePath(), shown: "http://shown", client: server.HTTPClient(), later: 500 * time.Millisecond}
		for _, op := range judges.Operations() {
			require.Equal(t, c.skip[op.ID], r.reason(op), op.ID)
			if c.skip[op.ID] != "" {
				continue
			}
			rec := &recorder{TB: t}
			var left []string
			text := rec.run(func() { left = r.variants(rec, op) })
			assert.False(t, rec.failed, "%s: %s", op.ID, text)
			want := c.left[op.ID]
			if want == nil {
				want = []string{unwritten}
			}
			for _, what := range left {
				if what != "invalid requests: none was found on which both judges agree" {
					assert.Contains(t, want, what, op.ID)
				}
			}
			for _, what := range want {
				assert.Contains(t, left, what, op.ID)
			}
		}
	}
}

// TestOperationsOfOnePath drives operations that share a path, each by what its requests have; one that is not served is told.
func TestOperationsOfOnePath(t *testing.T) {
	api := sameroute.New(sameroute.UnimplementedDefaultHandler{})
	served := api.Operations()
	judges, err := drive.New(api.Info().Document)
	require.NoError(t, err)
	server := tornadotest.Serve(t, api, tornadotest.WithMemory())
	r := &run{settings: settingsOf([]Option{WithChecks(10)}), judges: judges, base: server.URL, shown: "http://shown", client: server.HTTPClient(), has: served}
	driven := 0
	for _, op := range judges.Operations() {
		if op.ID == "getSharedLink" {
			assert.Equal(t, "the API does not have it", r.reason(op))
			continue
		}
		require.Empty(t, r.reason(op), op.ID)
		rec := &recorder{TB: t}
		var left []string
		text := rec.run(func() { left = r.variants(rec, op) })
		assert.False(t, rec.failed, "%s: %s", op.ID, text)
		assert.Contains(t, left, "its answers: it answers 501, and is not written yet", op.ID)
		driven++
	}
	assert.Len(t, served, driven)
}

// An operation whose path is in a notation of a framework is not driven, which is told once.
func TestPathsInNotations(t *testing.T) {
	api := templates.New(templates.UnimplementedDefaultHandler{})
	judges, err := drive.New(api.Info().Document)
	require.NoError(t, err)
	r := &run{settings: settingsOf(nil), judges: judges, has: api.Operations()}
	reasons := map[string]string{}
	for _, op := range judges.Operations() {
		reasons[op.ID] = r.reason(op)
		r.done(op)
	}
	assert.Empty(t, r.has, "what the judges have not seen")
	assert.Equal(t, "its path is none of the standard: the API has /aws/{proxy...}", reasons["aws"])
	assert.Equal(t, "its path is none of the standard: the API has /query", reasons["query"])
	assert.Empty(t, reasons["literal"])
	assert.Empty(t, reasons["double"])
}

// What can be wrong in a part, a field of an encoded form and the parameters of a handshake is refused.
func TestInvalidRequestsOfAllKinds(t *testing.T) {
	for id, api := range map[string]*tornado.API{
		"postPet": multipart.New(multipart.UnimplementedDefaultHandler{}), "search": form.New(form.UnimplementedDefaultHandler{}),
		"changePet": openapi20.New(openapi20.UnimplementedDefaultHandler{}, petsAuth{}), "chat": sockets.New(echo{}, socketsAuth{}),
	} {
		judges, err := drive.New(api.Info().Document)
		require.NoError(t, err)
		server := tornadotest.Serve(t, api, tornadotest.WithMemory())
		s := settingsOf([]Option{WithCredential("key", "secret"), WithCredential("password", "a:b"), WithChecks(20)})
		r := &run{settings: s, judges: judges, base: server.URL + api.BasePath(), shown: "http://shown", client: server.HTTPClient()}
		for _, op := range judges.Operations() {
			if op.ID == id {
				var met seen
				t.Run(id, func(t *testing.T) { met = r.check(t, op, false) })
				assert.GreaterOrEqual(t, met.statuses[422], s.checks, id)
			}
		}
	}
}
