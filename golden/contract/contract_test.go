package contract_test

import (
	"context"
	"io"
	"testing"

	api "github.com/tornadogen/tornadogen/golden/contract/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/tornadotest/contract"
)

var note = api.Note{ID: 7, Text: "milk", Stars: tornado.Nil[int64](), Kind: tornado.Some(api.NoteKind{Value: api.NoteKindBoolean(true)})}

type handler struct{}

func (handler) AddNote(_ context.Context, req api.AddNoteRequest) (*api.AddNoteCreated, error) {
	added := req.Body
	added.ID, added.Secret = 8, ""
	return &api.AddNoteCreated{Location: "/v1/notes/8", XWords: []string{"a", "b"}, Body: added}, nil
}

func (handler) ListNotes(context.Context, api.ListNotesRequest) ([]api.Note, error) {
	return []api.Note{note}, nil
}

func (handler) GetNote(_ context.Context, req api.GetNoteRequest) (*api.Note, error) {
	if req.ID != note.ID {
		return nil, api.GetNoteNotFound{Body: "none"}
	}
	return &note, nil
}

func (handler) DropNote(context.Context, api.DropNoteRequest) error { return nil }

func (handler) Search(_ context.Context, req api.SearchRequest) (int64, error) {
	return int64(len(req.Body.Text)), nil
}

func (handler) PutPicture(_ context.Context, req api.PutPictureRequest) error {
	_, err := io.Copy(io.Discard, req.Body)
	return err
}

type auth struct{ api.UnimplementedAuthenticator }

type unwritten struct {
	api.UnimplementedDefaultHandler
}

type known struct{}

func (known) Token(ctx context.Context, sent tornado.Bearer) (context.Context, error) {
	if sent.Token != "secret" {
		return nil, tornado.ErrForbidden
	}
	return ctx, nil
}

// Every operation is driven, and nothing is left out.
func TestContract(t *testing.T) {
	contract.Test(t, api.New(handler{}, known{}), contract.WithStrict(), contract.WithCredential("token", "secret"),
		contract.WithValues("getNote.id", 7, 8))
}

// Nothing is written: what is refused is refused as the document has it.
func TestContractOfUnwritten(t *testing.T) {
	contract.Test(t, api.New(unwritten{}, auth{}), contract.WithCredential("token", "secret"))
}
