package part_styles_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/part_styles/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/client"
)

// handler keeps what it was asked.
type handler struct {
	api.UnimplementedDefaultHandler

	styles api.Styles
	fields api.PostUploadBodyFields
	files  []string
}

func (h *handler) PostStyles(_ context.Context, req api.PostStylesRequest) (*api.Styles, error) {
	h.styles = req.Body
	return &h.styles, nil
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
			h.files = append(h.files, string(data))
		}
	}
	return nil
}

// sniffer keeps the parts that a client sends, in their order: name=text.
type sniffer struct{ parts []string }

func (s *sniffer) Do(req *http.Request) (*http.Response, error) {
	if body, err := req.GetBody(); err == nil {
		s.parts = nil
		_, boundary, _ := strings.Cut(req.Header.Get("Content-Type"), "boundary=")
		r := multipart.NewReader(body, boundary)
		for {
			part, err := r.NextPart()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return nil, err
			}
			text, err := io.ReadAll(part)
			if err != nil {
				return nil, err
			}
			name := part.FormName()
			if media := part.Header.Get("Content-Type"); media != "" {
				name += " " + media
			}
			s.parts = append(s.parts, name+"="+string(text))
		}
	}
	return http.DefaultClient.Do(req)
}

func start(t *testing.T, opts ...client.Option) (*handler, string, *api.Client) {
	t.Helper()
	h := new(handler)
	url := drive.Serve(t, api.New(h))
	c, err := api.NewClient(url, opts...)
	require.NoError(t, err)
	return h, url, c
}

// TestClient: what a client sends in each style, and what the server reads and answers.
func TestClient(t *testing.T) {
	wire := new(sniffer)
	h, _, c := start(t, client.WithHTTPClient(&http.Client{Transport: roundTripper{wire}}))
	sent := api.Styles{
		Comma: []string{"a", "b,c", "100%", "%2C", "d e+f|g"}, CommaWithoutStyle: []string{"a", "ä"}, Spaced: []string{"a", "b,c", "d+e"}, Piped: []string{"a", "b c"},
		Numbers: []int64{1, 2}, Each: []string{"a,b", "c"}, Text: tornado.Some("a b,c%20"),
		Packed: tornado.Some(api.StylesPacked{R: tornado.Some[int64](1), G: tornado.Some("x,y")}),
		Flat:   tornado.Some(api.StylesFlat{Width: tornado.Some[int64](3), Height: tornado.Some("4 cm")}),
		Deep: tornado.Some(api.StylesDeep{
			Lt: tornado.Some[int64](5), In: []string{"a&b", "c"}, Of: tornado.Some(api.StylesDeepOf{A: tornado.Some("é=%")}),
		}),
		Reserved: []string{"a/b", "c"}, JSON: []api.StylesJSONItem{{A: tornado.Some("x")}},
	}
	got, err := c.PostStyles(t.Context(), api.PostStylesRequest{Body: sent})
	require.NoError(t, err)
	assert.Equal(t, sent, h.styles)
	assert.Equal(t, &sent, got)
	assert.Equal(t, []string{
		"comma=a,b%2Cc,100%,%252C,d e+f|g", "commaWithoutStyle=a,ä", "spaced=a b%2Cc d+e", "piped=a|b c", "numbers=1,2", "each=a,b", "each=c", "text=a b,c%20",
		"packed=r,1,g,x%2Cy", "width=3", "height=4 cm", "deep[lt]=5", "deep[in][]=a&b", "deep[in][]=c", "deep[of][a]=é=%",
		"reserved=a/b", "reserved=c", `json application/json={"a":"x"}`,
	}, wire.parts)
}

type roundTripper struct{ *sniffer }

func (r roundTripper) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	req = req.Clone(req.Context())
	req.Body = io.NopCloser(bytes.NewReader(body))
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	return r.Do(req)
}

// TestOthers: what other clients write for the same values, some of which escape as in a URL, and some of which do not know the style.
func TestOthers(t *testing.T) {
	h, url, _ := start(t)
	list := []string{"a", "b c"}
	for _, parts := range [][]string{
		{"comma", "a,b c"}, {"comma", "a,b%20c"}, {"comma", "a", "comma", "b c"}, {"spaced", "a b%20c"}, {"piped", "a%7Cb c"}, {"piped", "a|b%20c"},
	} {
		body, contentType := form(t, parts...)
		got := drive.Do(t, http.MethodPost, url+"/styles", body, "Content-Type", contentType)
		require.Equal(t, http.StatusOK, got.Status, got.Body)
		switch parts[0] {
		case "comma":
			assert.Equal(t, list, h.styles.Comma, parts)
		case "spaced":
			assert.Equal(t, []string{"a", "b", "c"}, h.styles.Spaced, parts)
		case "piped":
			assert.Equal(t, list, h.styles.Piped, parts)
		}
	}
	body, contentType := form(t, "comma", "1,2,3,4,5,6,7", "numbers", "1,x", "packed", "r")
	got := drive.Do(t, http.MethodPost, url+"/styles", body, "Content-Type", contentType)
	assert.Equal(t, http.StatusUnprocessableEntity, got.Status)
	assert.ElementsMatch(t, []string{"body /comma maxItems", "body /numbers/1 type", "body /packed type"}, got.Violations(t))
}

func form(t *testing.T, parts ...string) (body, contentType string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		require.NoError(t, w.WriteField(parts[i], parts[i+1]))
	}
	require.NoError(t, w.Close())
	return b.String(), w.FormDataContentType()
}

// TestUpload: the fields of a form that is read as it comes have styles, too.
func TestUpload(t *testing.T) {
	h, _, c := start(t)
	fields := api.PostUploadBodyFields{
		Tags: []string{"a", "b,c"}, Range: tornado.Some(api.PostUploadBodyRange{From: tornado.Some[int64](1), To: tornado.Some[int64](2)}),
	}
	file := &tornado.FilePart{Field: "file", Name: "a.bin", Reader: strings.NewReader("data")}
	require.NoError(t, c.PostUpload(t.Context(), api.PostUploadRequest{Body: tornado.Parts(fields, file)}))
	assert.Equal(t, fields, h.fields)
	assert.Equal(t, []string{"data"}, h.files)
}

// TestEmpty: an empty list that is one text is an empty part; what is a part for each of its members is none.
func TestEmpty(t *testing.T) {
	wire := new(sniffer)
	h, _, c := start(t, client.WithHTTPClient(&http.Client{Transport: roundTripper{wire}}))
	sent := api.Styles{Comma: []string{}, Piped: []string{}, Each: []string{}, Packed: tornado.Some(api.StylesPacked{}), Deep: tornado.Some(api.StylesDeep{})}
	_, err := c.PostStyles(t.Context(), api.PostStylesRequest{Body: sent})
	require.NoError(t, err)
	assert.Equal(t, []string{"comma=", "piped=", "packed="}, wire.parts)
	assert.Equal(t, api.Styles{Comma: []string{}, Piped: []string{}, Packed: tornado.Some(api.StylesPacked{})}, h.styles)
}

// TestAgree: the server reads what the client has written, or the client says that it cannot be written.
func TestAgree(t *testing.T) {
	h, _, c := start(t)
	text := rapid.StringOf(rapid.RuneFrom([]rune("ab,|% +;=&[]2Cä\"\r\n")))
	list := rapid.SliceOfN(text, 2, 4)
	rapid.Check(t, func(r *rapid.T) {
		sent := api.Styles{
			Comma: list.Draw(r, "comma"), Piped: list.Draw(r, "piped"), Each: list.Draw(r, "each"), Text: tornado.Some(text.Draw(r, "text")),
			Packed: tornado.Some(api.StylesPacked{R: tornado.Some(rapid.Int64().Draw(r, "r")), G: tornado.Some(text.Draw(r, "g"))}),
			Flat:   tornado.Some(api.StylesFlat{Height: tornado.Some(text.Draw(r, "height"))}),
			Deep:   tornado.Some(api.StylesDeep{In: list.Draw(r, "in"), Of: tornado.Some(api.StylesDeepOf{A: tornado.Some(text.Draw(r, "a"))})}),
		}
		_, err := c.PostStyles(t.Context(), api.PostStylesRequest{Body: sent})
		if strings.Contains(strings.Join(sent.Piped, ""), "|") {
			require.Error(r, err)
			return
		}
		require.NoError(r, err)
		require.Equal(r, sent, h.styles)
	})
}
