package part_headers_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/part_headers/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

// handler keeps what it was asked.
type handler struct {
	pet     api.PostPetBody
	related api.PostRelatedBody
	lists   api.PostListsBody
	board   api.BoardMultipart
	note    string
	seen    []string
}

func (h *handler) PostPet(_ context.Context, req api.PostPetRequest) (*api.PostPetOK, error) {
	h.pet = req.Body
	return &api.PostPetOK{Photo: tornado.Some(api.PostPetOKPhotoPart{XRate: req.Body.Photo.XRate, Body: req.Body.Photo.Body})}, nil
}

func (h *handler) PostRelated(_ context.Context, req api.PostRelatedRequest) error {
	h.related = req.Body
	return nil
}

func (h *handler) PostLists(_ context.Context, req api.PostListsRequest) error {
	h.lists = req.Body
	return nil
}

func (h *handler) AddBoard(_ context.Context, req api.AddBoardRequest) error {
	h.board = req.Body
	return nil
}

func (h *handler) SetBoard(_ context.Context, req api.SetBoardRequest) error {
	h.board = req.Body
	return nil
}

func (h *handler) AddAlbum(_ context.Context, req api.AddAlbumRequest) error {
	return h.album(req.Body)
}

func (h *handler) SetAlbum(_ context.Context, req api.SetAlbumRequest) error {
	return h.album(req.Body)
}

func (h *handler) album(body tornado.Items[tornado.FormPart[api.AlbumFields]]) error {
	for part, err := range body {
		if err != nil {
			return err
		}
		photo := part.Fields.Photo.Value()
		h.seen = append(h.seen, fmt.Sprint(part.File.Field, " rate ", photo.XRate.Or(0)))
	}
	return nil
}

func (h *handler) Upload(_ context.Context, req api.UploadRequest) error {
	for part, err := range req.Body {
		if err != nil {
			return err
		}
		if note, ok := part.Fields.Note.Get(); ok {
			h.note = note.Body + " by " + note.XBy
		}
		if part.File == nil {
			continue
		}
		data, err := io.ReadAll(part.File)
		if err != nil {
			return err
		}
		seen := part.File.Field + " " + string(data)
		switch part.File.Field {
		case "file":
			seen += fmt.Sprint(" rate ", part.Fields.File.Value().XRate)
		case "pages":
			pages := part.Fields.Pages.Value()
			seen += fmt.Sprint(" page ", pages.XPage.Or(0))
		}
		h.seen = append(h.seen, seen)
	}
	return nil
}

// body makes a multipart body of parts, each with its header; the boundary is X.
func body(parts ...string) string {
	return "--X\r\n" + strings.Join(parts, "\r\n--X\r\n") + "\r\n--X--\r\n"
}

const form = "multipart/form-data; boundary=X"

// TestClient sends header fields of every kind, and reads those of an answer.
func TestClient(t *testing.T) {
	h := new(handler)
	c, err := api.NewClient(drive.Serve(t, api.New(h)))
	require.NoError(t, err)
	pet := api.PostPetBody{
		Name: "Rex",
		Photo: api.PostPetBodyPhotoPart{
			XRate: 5, XTags: []string{"a", "b"}, XSize: tornado.Some(api.PostPetBodyPhotoXSize{W: tornado.Some[int64](2), H: tornado.Some[int64](3)}),
			XMeta: tornado.Some(api.Owner{Name: "Ann"}), Body: tornado.File{Name: "p", ContentType: "image/png", Data: []byte("png")},
		},
		Scans: []api.PostPetBodyScansPart{
			{XPage: tornado.Some[int64](2), Body: tornado.File{Name: "s", ContentType: "text/plain", Data: []byte("two")}},
			{Body: tornado.File{Name: "s", ContentType: "text/plain", Data: []byte("one")}},
		},
		Owner: tornado.Some(api.PostPetBodyOwnerPart{ContentLanguage: tornado.Some(api.PostPetBodyOwnerContentLanguageDe), Body: api.Owner{Name: "Bo"}}),
	}
	got, err := c.PostPet(t.Context(), api.PostPetRequest{Body: pet})
	require.NoError(t, err)
	assert.Equal(t, int64(5), h.pet.Photo.XRate)
	assert.Equal(t, pet.Photo.XTags, h.pet.Photo.XTags)
	assert.Equal(t, pet.Photo.XSize, h.pet.Photo.XSize)
	assert.Equal(t, pet.Photo.XMeta, h.pet.Photo.XMeta)
	assert.Equal(t, "png", string(h.pet.Photo.Body.Data))
	require.Len(t, h.pet.Scans, 2)
	assert.Equal(t, int64(2), h.pet.Scans[0].XPage.Value())
	assert.Equal(t, int64(1), h.pet.Scans[1].XPage.Value(), "the default")
	assert.Equal(t, "one", string(h.pet.Scans[1].Body.Data))
	assert.Equal(t, pet.Owner, h.pet.Owner)
	assert.Equal(t, int64(5), got.Photo.Value().XRate)

	related := api.PostRelatedBody{
		V0:   tornado.Some(api.PostRelatedBodyV0Part{ContentID: "<a>", Body: api.Owner{Name: "Ann"}}),
		Rest: []api.PostRelatedBodyItemPart{{ContentID: tornado.Some("<b>"), Body: tornado.File{Data: []byte("x")}}},
	}
	require.NoError(t, c.PostRelated(t.Context(), api.PostRelatedRequest{Body: related}))
	assert.Equal(t, related.V0, h.related.V0)
	require.Len(t, h.related.Rest, 1)
	assert.Equal(t, "<b>", h.related.Rest[0].ContentID.Value())

	pet.Photo.XTags = []string{"a\nb"}
	_, err = c.PostPet(t.Context(), api.PostPetRequest{Body: pet})
	require.ErrorContains(t, err, "X-Tags")
}

// TestViolations tells what is wrong with header fields, and with the content beside them.
func TestViolations(t *testing.T) {
	h := new(handler)
	url := drive.Serve(t, api.New(h))
	got := drive.Do(t, http.MethodPost, url+"/pets", body(
		"Content-Disposition: form-data; name=name\r\n\r\nRex",
		"Content-Disposition: form-data; name=photo; filename=p\r\nContent-Type: image/gif\r\nX-RATE: 6\r\nX-Size: w=a,h=3\r\nX-Meta: {\"name\":\"A\"}\r\n\r\nmore than 8",
		"Content-Disposition: form-data; name=scans; filename=s\r\nX-Page: one\r\n\r\nscan",
		"Content-Disposition: form-data; name=owner\r\nContent-Language: fr\r\n\r\n{\"name\":\"B\"}",
	), "Content-Type", form)
	require.Equal(t, http.StatusUnprocessableEntity, got.Status, got.Body)
	assert.Equal(t, []string{
		"body /photo/X-Rate maximum", "body /photo/X-Size/w type", "body /photo/X-Meta/name minLength", "body /photo contentType", "body /photo maxLength",
		"body /scans/0/X-Page type", "body /owner/Content-Language enum", "body /owner/name minLength",
	}, got.Violations(t))
	got = drive.Do(t, http.MethodPost, url+"/pets", body(
		"Content-Disposition: form-data; name=name\r\n\r\nRex", "Content-Disposition: form-data; name=photo; filename=p\r\n\r\npng",
	), "Content-Type", form)
	assert.Equal(t, []string{"body /photo/X-Rate required"}, got.Violations(t))
	got = drive.Do(t, http.MethodPost, url+"/pets", body("Content-Disposition: form-data; name=name\r\n\r\nRex"), "Content-Type", form)
	assert.Equal(t, []string{"body /photo required"}, got.Violations(t))
	got = drive.Do(t, http.MethodPost, url+"/pets", body(
		"Content-Disposition: form-data; name=name\r\n\r\nRex",
		"Content-Disposition: form-data; name=photo; filename=p\r\nX-Rate: 1\r\nX-Tags: a , b\r\nX-Tags: c\r\n\r\npng",
	), "Content-Type", form)
	assert.Equal(t, http.StatusOK, got.Status, got.Body)
	assert.Equal(t, []string{"a", "b", "c"}, h.pet.Photo.XTags)
	assert.Contains(t, got.Body, "X-Rate: 1")
	got = drive.Do(t, http.MethodPost, url+"/related", body("Content-Type: application/json\r\n\r\n{\"name\":\"Ann\"}"), "Content-Type", "multipart/related; boundary=X")
	assert.Equal(t, []string{"body /0/Content-ID required"}, got.Violations(t))
}

// TestUpload: the header fields of files that are read as they come stand among the fields, those of the file in hand.
func TestUpload(t *testing.T) {
	h := new(handler)
	url := drive.Serve(t, api.New(h))
	send := func(parts ...string) drive.Answer {
		return drive.Do(t, http.MethodPost, url+"/uploads", body(parts...), "Content-Type", form)
	}
	const note = "Content-Disposition: form-data; name=note\r\nX-By: Ann\r\n\r\nhello"
	file := func(field, header string) string {
		return "Content-Disposition: form-data; name=" + field + "; filename=f\r\n" + header + "\r\nbytes"
	}
	got := send(file("pages", "X-Page: 7\r\n"), note, file("file", "X-Rate: 3\r\n"), file("pages", ""), file("plain", ""), file("pages", "X-Page: 9\r\n"))
	require.Equal(t, http.StatusNoContent, got.Status, got.Body)
	assert.Equal(t, "hello by Ann", h.note)
	assert.Equal(t, []string{"pages bytes page 7", "file bytes rate 3", "pages bytes page 0", "plain bytes", "pages bytes page 9"}, h.seen)
	for want, parts := range map[string][]string{
		"body /note/X-By required": {"Content-Disposition: form-data; name=note\r\n\r\nhello"}, "body /file/X-Rate required": {note, file("file", "")},
		"body /file/X-Rate maximum": {file("file", "X-Rate: 6\r\n")}, "body /pages/X-Page type": {file("pages", "X-Page: x\r\n")},
	} {
		got = send(parts...)
		assert.Equal(t, http.StatusUnprocessableEntity, got.Status, got.Body)
		assert.Equal(t, []string{want}, got.Violations(t))
	}
}

// TestUploadByClient sends the header fields of each file.
func TestUploadByClient(t *testing.T) {
	h := new(handler)
	c, err := api.NewClient(drive.Serve(t, api.New(h)))
	require.NoError(t, err)
	type part = tornado.FormPart[api.UploadBodyFields]
	page := func(n int64, text string) part {
		return part{
			Fields: api.UploadBodyFields{Pages: tornado.Some(api.UploadBodyPagesHeader{XPage: tornado.Some(n)})},
			File:   &tornado.FilePart{Field: "pages", Name: "p", Reader: strings.NewReader(text)},
		}
	}
	first := page(1, "one")
	first.Fields.Note = tornado.Some(api.UploadBodyNotePart{XBy: "Ann", Body: "hello"})
	rated := part{Fields: api.UploadBodyFields{File: tornado.Some(api.UploadBodyFileHeader{XRate: 4})}, File: &tornado.FilePart{Field: "file", Name: "f", Reader: strings.NewReader("all")}}
	parts := []part{first, page(2, "two"), rated, {File: &tornado.FilePart{Field: "plain", Name: "q", Reader: strings.NewReader("rest")}}}
	require.NoError(t, c.Upload(t.Context(), api.UploadRequest{Body: func(yield func(part, error) bool) {
		for _, p := range parts {
			if !yield(p, nil) {
				return
			}
		}
	}}))
	assert.Equal(t, "hello by Ann", h.note)
	assert.Equal(t, []string{"pages one page 1", "pages two page 2", "file all rate 4", "plain rest"}, h.seen)
}

// TestUploadByClientKeepsNothing: a file has the header fields of its own step alone, and has them where the steps before have none.
func TestUploadByClientKeepsNothing(t *testing.T) {
	h := new(handler)
	c, err := api.NewClient(drive.Serve(t, api.New(h)))
	require.NoError(t, err)
	type part = tornado.FormPart[api.UploadBodyFields]
	file := func(field string) *tornado.FilePart {
		return &tornado.FilePart{Field: field, Name: "f", Reader: strings.NewReader("bytes")}
	}
	page := api.UploadBodyFields{Pages: tornado.Some(api.UploadBodyPagesHeader{XPage: tornado.Some[int64](1)})}
	rate := api.UploadBodyFields{File: tornado.Some(api.UploadBodyFileHeader{XRate: 4})}
	parts := []part{{File: file("plain")}, {Fields: rate, File: file("file")}, {Fields: page, File: file("pages")}, {File: file("pages")}}
	require.NoError(t, c.Upload(t.Context(), api.UploadRequest{Body: func(yield func(part, error) bool) {
		for _, p := range parts {
			if !yield(p, nil) {
				return
			}
		}
	}}))
	assert.Equal(t, []string{"plain bytes", "file bytes rate 4", "pages bytes page 1", "pages bytes page 0"}, h.seen)
}

// TestSharedBodies: operations that share a body share its types. A list in a list of parts is the content of one of them.
func TestSharedBodies(t *testing.T) {
	h := new(handler)
	c, err := api.NewClient(drive.Serve(t, api.New(h)))
	require.NoError(t, err)
	board := api.BoardMultipart{Rows: []api.BoardMultipartRowsPart{{XRow: tornado.Some[int64](7), Body: []int64{1, 2}}, {Body: []int64{3}}}}
	require.NoError(t, c.AddBoard(t.Context(), api.AddBoardRequest{Body: board}))
	assert.Equal(t, board, h.board)
	h.board = api.BoardMultipart{}
	require.NoError(t, c.SetBoard(t.Context(), api.SetBoardRequest{Body: board}))
	assert.Equal(t, board, h.board)
	album := func(yield func(tornado.FormPart[api.AlbumFields], error) bool) {
		yield(tornado.FormPart[api.AlbumFields]{
			Fields: api.AlbumFields{Photo: tornado.Some(api.AlbumMultipartPhotoHeader{XRate: tornado.Some[int64](4)})},
			File:   &tornado.FilePart{Field: "photo", Name: "p", Reader: strings.NewReader("bytes")},
		}, nil)
	}
	require.NoError(t, c.AddAlbum(t.Context(), api.AddAlbumRequest{Body: album}))
	require.NoError(t, c.SetAlbum(t.Context(), api.SetAlbumRequest{Body: album}))
	assert.Equal(t, []string{"photo rate 4", "photo rate 4"}, h.seen)
}

// TestListsAtPositions: what stands at a position is one part, a list, too.
func TestListsAtPositions(t *testing.T) {
	h := new(handler)
	url := drive.Serve(t, api.New(h))
	want := api.PostListsBody{
		V0:   tornado.Some(api.PostListsBodyV0Part{XOf: tornado.Some("a"), Body: []int64{1, 2}}),
		Rest: []api.PostListsBodyItemPart{{XOf: tornado.Some("b"), Body: []int64{3}}, {Body: []int64{}}},
	}
	const list = "Content-Type: application/json\r\n"
	got := drive.Do(t, http.MethodPost, url+"/lists", body(list+"X-Of: a\r\n\r\n[1,2]", list+"X-Of: b\r\n\r\n[3]", list+"\r\n[]"), "Content-Type", "multipart/mixed; boundary=X")
	require.Equal(t, http.StatusNoContent, got.Status, got.Body)
	assert.Equal(t, want, h.lists)
	h.lists = api.PostListsBody{}
	c, err := api.NewClient(url)
	require.NoError(t, err)
	require.NoError(t, c.PostLists(t.Context(), api.PostListsRequest{Body: want}))
	assert.Equal(t, want, h.lists)
}
