package part_items_test

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/part_items/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/client"
	"github.com/tornadogen/tornadogen/runtime/compress"
)

type frame = api.WatchFramesOKItemPart

// handler sends what the test sets.
type handler struct {
	api.UnimplementedDefaultHandler
	mu     sync.Mutex // of what a test sets while a server runs
	report []api.GetReportOKBodyPart
	seen   chan string
	frames func(out *tornado.ItemStream[frame]) error
}

func (h *handler) PostPets(_ context.Context, req api.PostPetsRequest) (list []string, err error) {
	list = []string{}
	for pet, err := range req.Body {
		var wrong *tornado.BodyError
		switch {
		case errors.As(err, &wrong) && wrong.Violations != nil:
			list = append(list, wrong.Error())
		case err != nil:
			return nil, err
		default:
			list = append(list, pet.Name)
		}
	}
	return list, nil
}

func (h *handler) WatchPets(_ context.Context, req api.WatchPetsRequest, out *tornado.ItemStream[api.Pet]) error {
	if req.Count < 0 {
		return api.WatchPetsNotFound{Body: api.Pet{Name: "none"}}
	}
	for i := range req.Count {
		if err := out.Send(api.Pet{ID: tornado.Some(i), Name: "Rex"}); err != nil {
			return err
		}
	}
	return nil
}

func (h *handler) SendFrames(_ context.Context, req api.SendFramesRequest) (list []string, err error) {
	if req.Body == nil {
		return []string{"nothing"}, nil
	}
	list = []string{}
	for file, err := range req.Body {
		if err != nil {
			return nil, err
		}
		list = append(list, file.Name+" "+file.ContentType+" "+string(file.Data))
		if h.seen != nil {
			h.seen <- string(file.Data)
		}
	}
	return list, nil
}

func (h *handler) WatchFrames(_ context.Context, _ api.WatchFramesRequest, out *tornado.ItemStream[frame]) error {
	return h.frames(out)
}

func (h *handler) GetReport(context.Context, api.GetReportRequest) (*api.GetReportOK, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	parts := h.report
	return &api.GetReportOK{XLines: tornado.Some(int64(len(parts))), Body: func(yield func(api.GetReportOKBodyPart, error) bool) {
		for _, p := range parts {
			if !yield(p, nil) {
				return
			}
		}
	}}, nil
}

func both(t *testing.T, h *handler, test func(t *testing.T, url string, c *api.Client)) {
	drive.Both(t, func(*testing.T) *tornado.API { return api.New(h) }, func(t *testing.T, url string) {
		c, err := api.NewClient(url, client.WithResponseChecks())
		require.NoError(t, err)
		t.Cleanup(http.DefaultClient.CloseIdleConnections)
		test(t, url, c)
	})
}

// TestRequest reads what others write, and says what is wrong with a part, or with all of them.
func TestRequest(t *testing.T) {
	const refused = "422 Unprocessable Content: part 2 of the body breaks the rules of the API: /1/name must have at least 2 characters"
	both(t, &handler{}, func(t *testing.T, url string, _ *api.Client) {
		for _, c := range []struct {
			path, send string
			status     int
			want       string
		}{
			{"/pets", "--b--\r\n", 200, `[]`},
			{"/pets", "--b\r\n\r\n{\"name\":\"Rex\"}\r\n--b\r\nContent-Type: application/json\r\n\r\n{\"name\":\"Bo\"}\r\n--b--\r\n", 200, `["Rex","Bo"]`},
			{"/pets", "--b\r\n\r\n{\"name\":\"Rex\"}\r\n--b\r\n\r\n{\"name\":\"B\"}\r\n--b\r\n\r\n{\"name\":\"Al\"}\r\n--b--\r\n", 200, `["Rex","` + refused + `","Al"]`},
			{"/pets", "--b\r\nContent-Length: 14\r\n\r\n{\"name\":\"Rex\"}\r\n--b\r\nContent-Length: 3\r\n\r\n{\"name\":\"Bo\"}\r\n--b--\r\n", 400, "not as long as its Content-Length says"},
			{"/pets", "--b\r\nContent-Length: 14\r\n\r\n{\"name\":\"Rex\"} \r\n--b--\r\n", 400, "not as long as its Content-Length says"},
			{"/pets", "--b\r\nContent-Length: 20\r\n\r\n{\"name\":\"Rex\"}\r\n--b--\r\n", 400, "not as long as its Content-Length says"},
			{"/pets", "--b\r\nContent-Length: -1\r\n\r\n{\"name\":\"Rex\"}\r\n--b--\r\n", 400, "not as long as its Content-Length says"},
			{"/pets", "--b\r\n\r\n{\"name\":\"Rex\"}\r\n", 400, "not a valid multipart body"},
			{"/pets", "--b\r\nContent-Type: application/json\r\n\r\n{\"name\":\r\n--b--\r\n", 400, "is not valid JSON"},
			{"/frames", "--b\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename=\"/x/a.png\"\r\n\r\n\x00\r\n--b--\r\n", 200, `["a.png image/png \u0000"]`},
			{"/frames", "--b\r\nContent-Type: text/html\r\n\r\nx\r\n--b--\r\n", 422, "must be of type image/png, image/jpeg"},
			{"/frames", "", 200, `["nothing"]`},
		} {
			media := "multipart/mixed; boundary=b"
			if c.send == "" {
				media = ""
			}
			got := drive.Do(t, http.MethodPost, url+c.path, c.send, "Content-Type", media)
			assert.Equal(t, c.status, got.Status, "%q: %s", c.send, got.Body)
			if c.status == http.StatusOK {
				assert.JSONEq(t, c.want, got.Body, c.send)
			} else {
				assert.Contains(t, got.Body, c.want, c.send)
			}
		}
		assert.Equal(t, http.StatusBadRequest, drive.Do(t, http.MethodPost, url+"/pets", "x", "Content-Type", "multipart/mixed").Status)
		assert.Equal(t, http.StatusUnsupportedMediaType, drive.Do(t, http.MethodPost, url+"/pets", "{}", "Content-Type", "application/json").Status)
	})
}

// TestLimit: a part may have as many bytes as a body that is held, all of them together more.
func TestLimit(t *testing.T) {
	url := drive.Serve(t, api.New(&handler{}, tornado.WithMaxBody(100)))
	part := "--b\r\n\r\n{\"name\":\"Rex\"}\r\n"
	got := drive.Do(t, http.MethodPost, url+"/pets", strings.Repeat(part, 3000)+"--b--\r\n", "Content-Type", "multipart/mixed; boundary=b")
	assert.Equal(t, 3000, strings.Count(got.Body, "Rex"), "more than a form may have fields")
	for _, head := range []string{"", "Content-Length: 99999999999999\r\n"} {
		got = drive.Do(t, http.MethodPost, url+"/pets", part+"--b\r\n"+head+"\r\n{\"name\":\""+strings.Repeat("x", 200), "Content-Type", "multipart/mixed; boundary=b")
		assert.Equal(t, http.StatusRequestEntityTooLarge, got.Status)
		assert.Contains(t, got.Body, "part 2 of the body has more than 100 bytes")
	}
}

// TestAnswer: others read what is written, to its end; and lines are there for who likes them better.
func TestAnswer(t *testing.T) {
	both(t, &handler{}, func(t *testing.T, url string, c *api.Client) {
		for count := range 3 {
			got := drive.Do(t, http.MethodGet, fmt.Sprint(url, "/pets?count=", count), "")
			name, params, err := mime.ParseMediaType(got.Header.Get("Content-Type"))
			require.NoError(t, err)
			assert.Equal(t, "multipart/mixed", name)
			assert.Equal(t, "Accept", got.Header.Get("Vary"))
			r := multipart.NewReader(strings.NewReader(got.Body), params["boundary"])
			for i := range count {
				part, err := r.NextPart()
				require.NoError(t, err)
				assert.Equal(t, "application/json", part.Header.Get("Content-Type"))
				text, err := io.ReadAll(part)
				require.NoError(t, err)
				assert.Equal(t, fmt.Sprintf(`{"id":%d,"name":"Rex"}`, i), string(text))
			}
			_, err = r.NextPart()
			require.Equal(t, io.EOF, err)
			assert.True(t, strings.HasSuffix(got.Body, "--"+params["boundary"]+"--\r\n"))
		}
		assert.Equal(t, "{\"id\":0,\"name\":\"Rex\"}\n", drive.Do(t, http.MethodGet, url+"/pets?count=1", "", "Accept", "application/jsonl").Body)
		assert.Empty(t, drive.Do(t, http.MethodHead, url+"/pets?count=1", "").Body)
		pets := int64(0)
		for pet, err := range c.WatchPets(t.Context(), api.WatchPetsRequest{Count: 1000}) {
			require.NoError(t, err)
			require.Equal(t, pets, pet.ID.Value())
			pets++
		}
		assert.EqualValues(t, 1000, pets)
		for range c.WatchPets(t.Context(), api.WatchPetsRequest{Count: 100_000}) {
			break
		}
		for _, err := range c.WatchPets(t.Context(), api.WatchPetsRequest{Count: -1}) {
			var notFound api.WatchPetsNotFound
			require.ErrorAs(t, err, &notFound)
		}
	})
}

// TestAsTheyCome: a part is read before the next has begun, on both sides; and a stream that is kept has its end, too.
func TestAsTheyCome(t *testing.T) {
	h := &handler{seen: make(chan string)}
	seen := make(chan string)
	h.frames = func(out *tornado.ItemStream[frame]) error {
		out.Keep()
		go func() {
			defer out.Close()
			for i, text := range []string{"first", "", "\r\n--", "last"} {
				if !assert.NoError(t, out.Send(frame{XTime: int64(i), Body: tornado.File{Data: []byte(text)}})) {
					return
				}
				assert.Equal(t, text, <-seen)
			}
		}()
		return nil
	}
	both(t, h, func(t *testing.T, _ string, c *api.Client) {
		res, err := c.SendFrames(t.Context(), api.SendFramesRequest{Body: func(yield func(tornado.File, error) bool) {
			for _, text := range []string{"a", "", "--b\r\n"} {
				if !yield(tornado.File{Name: "x.png", ContentType: "image/png", Data: []byte(text)}, nil) {
					return
				}
				assert.Equal(t, text, <-h.seen)
			}
		}})
		require.NoError(t, err)
		assert.Equal(t, []string{"x.png image/png a", "x.png image/png ", "x.png image/png --b\r\n"}, res)
		n := int64(0)
		for f, err := range c.WatchFrames(t.Context(), api.WatchFramesRequest{}) {
			require.NoError(t, err)
			assert.Equal(t, n, f.XTime)
			assert.Equal(t, "image/jpeg", f.Body.ContentType)
			seen <- string(f.Body.Data)
			n++
		}
		assert.EqualValues(t, 4, n)
		broken := errors.New("no more frames")
		_, err = c.SendFrames(t.Context(), api.SendFramesRequest{Body: func(yield func(tornado.File, error) bool) { yield(tornado.File{}, broken) }})
		require.ErrorIs(t, err, broken)
	})
}

// TestCut: a client tells an answer that is cut off from one that has ended.
func TestCut(t *testing.T) {
	h := &handler{frames: func(out *tornado.ItemStream[frame]) error {
		if err := out.Send(frame{}); err != nil {
			return err
		}
		return errors.New("cut")
	}}
	both(t, h, func(t *testing.T, _ string, c *api.Client) {
		var last error
		n := 0
		for _, err := range c.WatchFrames(t.Context(), api.WatchFramesRequest{}) {
			if last = err; err == nil {
				n++
			}
		}
		assert.Equal(t, 1, n)
		require.Error(t, last)
	})
}

// TestAgree: whatever is sent is read, the first part in another media type than the others.
func TestAgree(t *testing.T) {
	text := rapid.StringOfN(rapid.RuneFrom([]rune("aä \"{}[]-\r\n1")), 0, 12, -1)
	h := &handler{}
	both(t, h, func(t *testing.T, url string, c *api.Client) {
		rapid.Check(t, func(t *rapid.T) {
			parts := []api.GetReportOKBodyPart{{Value: &api.GetReportOKBodyPartOption1{Title: text.Draw(t, "title")}}}
			for _, s := range rapid.SliceOfN(text, 0, 4).Draw(t, "lines") {
				parts = append(parts, api.GetReportOKBodyPart{Value: api.GetReportOKBodyPartString(s)})
			}
			h.mu.Lock()
			h.report = parts
			h.mu.Unlock()
			res, err := c.GetReport(context.Background(), api.GetReportRequest{})
			require.NoError(t, err)
			assert.EqualValues(t, len(parts), res.XLines.Value())
			var got []api.GetReportOKBodyPart
			for part, err := range res.Body {
				require.NoError(t, err)
				got = append(got, part)
			}
			require.Equal(t, parts, got)
		})
		line, err := bufio.NewReader(strings.NewReader(drive.Do(t, http.MethodGet, url+"/report", "").Body)).ReadString('\n')
		require.NoError(t, err)
		assert.Regexp(t, "^--", line)
	})
}

// TestCoded: the end of an answer passes its content coding, too.
func TestCoded(t *testing.T) {
	coded := compress.New(compress.WithMinSize(0), compress.WithTypes(func(string) bool { return true }))
	drive.Both(t, func(*testing.T) *tornado.API { return api.New(&handler{}, coded) }, func(t *testing.T, url string) {
		got := drive.Do(t, http.MethodGet, url+"/pets?count=2", "", "Accept-Encoding", "gzip")
		require.Equal(t, "gzip", got.Header.Get("Content-Encoding"))
		unzip, err := gzip.NewReader(strings.NewReader(got.Body))
		require.NoError(t, err)
		text, err := io.ReadAll(unzip)
		require.NoError(t, err)
		assert.Regexp(t, `(?s)"id":0.*"id":1.*--\r\n$`, string(text))
	})
}
