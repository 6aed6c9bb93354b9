package parts_within_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/parts_within/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

// handler keeps what it was asked.
type handler struct {
	api.UnimplementedDefaultHandler

	letter api.Letter
	mail   api.PostMailBody
	fields api.PostUploadBodyFields
	video  string
}

func (h *handler) PostLetter(_ context.Context, req api.PostLetterRequest) (*api.Letter, error) {
	h.letter = req.Body
	return &h.letter, nil
}

func (h *handler) PostMail(_ context.Context, req api.PostMailRequest) error {
	h.mail = req.Body
	return nil
}

func (h *handler) PostUpload(_ context.Context, req api.PostUploadRequest) error {
	for part, err := range req.Body {
		if err != nil {
			return err
		}
		h.fields = part.Fields
		if part.File != nil {
			data, err := io.ReadAll(part.File)
			if err != nil {
				return err
			}
			h.video = string(data)
		}
	}
	return nil
}

func start(t *testing.T, opts ...tornado.APIOption) (*handler, string, *api.Client) {
	t.Helper()
	h := new(handler)
	url := drive.Serve(t, api.New(h, opts...))
	c, err := api.NewClient(url)
	require.NoError(t, err)
	return h, url, c
}

func png(name, data string) tornado.File {
	return tornado.File{Name: name, ContentType: "image/png", Data: []byte(data)}
}

// TestClient sends parts with parts, fields and lists in them, and reads them in an answer.
func TestClient(t *testing.T) {
	h, _, c := start(t)
	letter := api.Letter{
		Title: "Hello",
		Pages: []api.LetterPagesItem{
			{Text: "# One", Image: tornado.Some(png("a.png", "\x89PNG\r\n--")), Meta: tornado.Some(api.LetterPagesItemMeta{Width: tornado.Some[int64](3)})},
			{Text: "Two", Tags: []string{"x", "y"}},
		},
		Address: tornado.Some(api.LetterAddress{City: tornado.Some("Köln & more"), Lines: []string{"a", "b,c"}}),
		Bundle: api.Bundles{
			{V0: tornado.Some(api.BundlesItemV0{N: tornado.Some[int64](1)}), V1: tornado.Some(png("b.png", "b")), Rest: [][]string{{"x", "y z"}, {"w"}}},
			{V0: tornado.Some(api.BundlesItemV0{N: tornado.Some[int64](2)})},
		},
	}
	got, err := c.PostLetter(t.Context(), api.PostLetterRequest{Body: letter})
	require.NoError(t, err)
	assert.Equal(t, letter, h.letter)
	assert.Equal(t, &letter, got)
	mail := api.PostMailBody{V0: tornado.Some("text"), Rest: [][]tornado.File{{png("a", "1"), png("b", "2")}, {png("c", "3")}}}
	require.NoError(t, c.PostMail(t.Context(), api.PostMailRequest{Body: mail}))
	assert.Len(t, h.mail.Rest, 2)
	assert.Equal(t, "2", string(h.mail.Rest[0][1].Data))
}

// TestUpload: a form that is read as it comes has such parts, too.
func TestUpload(t *testing.T) {
	h, _, c := start(t)
	fields := api.PostUploadBodyFields{Notes: tornado.Some(api.PostUploadBodyNotes{Title: "t", Scan: tornado.Some(png("s.png", "s"))})}
	file := &tornado.FilePart{Field: "video", Name: "v.mp4", Reader: strings.NewReader("film")}
	require.NoError(t, c.PostUpload(t.Context(), api.PostUploadRequest{Body: tornado.Parts(fields, file)}))
	assert.Equal(t, fields, h.fields)
	assert.Equal(t, "film", h.video)
}

// letter is a body as another client writes it.
func letter(pages ...string) string {
	var b strings.Builder
	b.WriteString("--out\r\nContent-Disposition: form-data; name=title\r\n\r\nHi\r\n")
	for _, page := range pages {
		b.WriteString("--out\r\nContent-Disposition: form-data; name=\"pages\"\r\n" + page + "\r\n")
	}
	b.WriteString("--out--\r\n")
	return b.String()
}

const mixed = "Content-Type: multipart/mixed; boundary=in\r\n\r\n"

func TestHTTP(t *testing.T) {
	h, url, _ := start(t, tornado.WithMaxFields(12))
	post := func(pages ...string) drive.Answer {
		return drive.Do(t, http.MethodPost, url+"/letters", letter(pages...), "Content-Type", "multipart/form-data; boundary=out")
	}
	page := func(text string) string {
		return mixed + "preamble\r\n--in\r\nContent-Disposition: inline; name=text\r\nContent-Type: text/markdown\r\n\r\n" + text + "\r\n--in--\r\nepilogue"
	}
	got := post(page("one"), page("two"))
	require.Equal(t, http.StatusOK, got.Status, got.Body)
	assert.Equal(t, []api.LetterPagesItem{{Text: "one"}, {Text: "two"}}, h.letter.Pages)

	got = post(page("one"), "Content-Type: application/json\r\n\r\n{\"text\":\"two\"}")
	assert.Equal(t, []string{"body /pages/1 contentType"}, got.Violations(t))
	got = post(page("one"), page("x"))
	assert.Equal(t, []string{"body /pages/1/text minLength"}, got.Violations(t))
	got = post(mixed + "--in\r\nContent-Disposition: inline; name=text\r\nContent-Type: text/html\r\n\r\nhtml\r\n--in--")
	assert.Equal(t, []string{"body /pages/0/text contentType"}, got.Violations(t))
	got = post("Content-Type: multipart/related; boundary=in\r\n\r\n--in--")
	assert.Equal(t, http.StatusUnprocessableEntity, got.Status, got.Body)
	for name, page := range map[string]string{
		"cut off":            mixed + "--in\r\nContent-Disposition: inline; name=text\r\n\r\none",
		"no boundary":        "Content-Type: multipart/mixed\r\n\r\n--in--",
		"a part has no name": mixed + "--in\r\nContent-Type: text/markdown\r\n\r\none\r\n--in--",
		"too many":           mixed + strings.Repeat("--in\r\nContent-Disposition: inline; name=tags\r\n\r\na\r\n", 12) + "--in--",
	} {
		assert.Contains(t, []int{http.StatusBadRequest, http.StatusRequestEntityTooLarge}, post(page).Status, name)
	}
}

// TestAgree: whatever the parts hold, the server reads what the client has written.
func TestAgree(t *testing.T) {
	h, _, c := start(t)
	text := rapid.StringOfN(rapid.RuneFrom([]rune("ab-\r\n,%&=é\"")), 2, 8, -1)
	rapid.Check(t, func(r *rapid.T) {
		letter := api.Letter{
			Title: text.Draw(r, "title"),
			Pages: rapid.SliceOfN(rapid.Custom(func(r *rapid.T) api.LetterPagesItem {
				return api.LetterPagesItem{Text: text.Draw(r, "text"), Tags: rapid.SliceOfN(text, 1, 3).Draw(r, "tags")}
			}), 1, 3).Draw(r, "pages"),
			Address: tornado.Some(api.LetterAddress{City: tornado.Some(text.Draw(r, "city")), Lines: rapid.SliceOfN(text, 1, 3).Draw(r, "lines")}),
			Bundle:  api.Bundles{{V0: tornado.Some(api.BundlesItemV0{}), V1: tornado.Some(png("b", text.Draw(r, "image"))), Rest: [][]string{rapid.SliceOfN(text, 1, 3).Draw(r, "rest")}}},
		}
		_, err := c.PostLetter(t.Context(), api.PostLetterRequest{Body: letter})
		require.NoError(r, err)
		require.Equal(r, letter, h.letter)
	})
}
