package multipart

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func next(t *testing.T, r *Reader) {
	t.Helper()
	ok, err := r.Next()
	require.NoError(t, err)
	require.True(t, ok)
}

const two = "--B\r\nContent-Disposition: form-data; name=\"a\"\r\ncontent-type: text/plain\r\n\r\nfirst\r\n--B\r\nX: y\r\n\r\nsecond\r\n--B--\r\n"

// A part can be read by pieces, up to a limit, or not at all; Part is at its end with the next one.
func TestReader(t *testing.T) {
	t.Parallel()
	for _, source := range []io.Reader{strings.NewReader(two), iotest.OneByteReader(strings.NewReader(two)), iotest.DataErrReader(strings.NewReader(two))} {
		r := NewReader(source, "B")
		n, err := r.Read(make([]byte, 9))
		assert.Equal(t, 0, n)
		require.ErrorIs(t, err, io.EOF, "there is no part yet")
		next(t, r)
		first := r.Part()
		assert.Equal(t, "text/plain", string(r.Field("Content-Type")))
		assert.Nil(t, r.Field("X"))
		data, err := r.Append([]byte("> "), 2)
		require.NoError(t, err)
		assert.Equal(t, "> fi", string(data))
		data, err = io.ReadAll(io.LimitReader(&first, 2))
		require.NoError(t, err)
		assert.Equal(t, "rs", string(data))
		assert.Equal(t, `form-data; name="a"`, string(r.Field("CONTENT-DISPOSITION")), "fields stay while the content is read")
		left, err := r.Skip()
		require.NoError(t, err)
		assert.EqualValues(t, 1, left)
		next(t, r)
		assert.Equal(t, "y", string(r.Field("x")))
		data, err = io.ReadAll(&first)
		require.NoError(t, err)
		assert.Empty(t, data)
		data, err = r.Append(nil, 100)
		require.NoError(t, err)
		assert.Equal(t, "second", string(data))
		for range 2 {
			ok, err := r.Next()
			require.NoError(t, err)
			assert.False(t, ok)
		}
	}
	data, err := io.ReadAll(new(Part))
	require.NoError(t, err)
	assert.Empty(t, data)
}

// The contents of a body that is held are slices of it, which nothing can be appended to.
func TestBytes(t *testing.T) {
	t.Parallel()
	body := []byte(two)
	r := NewBytesReader(body, "B")
	next(t, r)
	data, err := r.Bytes()
	require.NoError(t, err)
	assert.Equal(t, "first", string(data))
	assert.Same(t, &body[strings.Index(two, "first")], &data[0])
	assert.Equal(t, len(data), cap(data))
	next(t, r)
	_, err = io.ReadFull(r, make([]byte, 3))
	require.NoError(t, err)
	data, err = r.Bytes()
	require.NoError(t, err)
	assert.Equal(t, "ond", string(data))
	data, err = r.Bytes()
	require.NoError(t, err)
	assert.NotNil(t, data)
	assert.Empty(t, data)
}

// However long a body is, no more of it than has room there is looked at before a content, whether it is held or comes.
func TestRoomOfReaders(t *testing.T) {
	t.Parallel()
	const lines = 1 << 20
	for _, before := range []string{
		strings.Repeat("\n", lines) + "--B\n", "--B\n" + strings.Repeat("a\n", lines), "--B\nA: b" + strings.Repeat("\n c", lines) + "\n",
	} {
		body := before + "\n--B--"
		for _, r := range []*Reader{NewReader(strings.NewReader(body), "B"), NewBytesReader([]byte(body), "B")} {
			_, err := r.Next()
			assert.Equal(t, ErrHeader, err, "%.10q", body)
		}
	}
}

// What a source fails with is told as it is, before or behind the last delimiter, and for good; bytes that may begin a delimiter are not given.
func TestSourceFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for body, want := range map[string]string{
		"": "", "--B\r\nA": "", "--B\r\n\r\n": "", "--B\r\n\r\nabc": "abc", "--B\r\n\r\nabc\r\n--": "abc", "--B\r\n\r\nabc\r\n--B": "abc", "--B\r\n\r\nabc\r\n--B--": "abc",
	} {
		r := NewReader(io.MultiReader(strings.NewReader(body), iotest.ErrReader(broken)), "B")
		var data []byte
		ok, err := r.Next()
		if ok {
			if data, err = io.ReadAll(r); err == nil {
				_, err = r.Next()
			}
		}
		require.ErrorIs(t, err, broken, body)
		assert.Equal(t, want, string(data))
		_, err = r.Next()
		require.ErrorIs(t, err, broken, body)
		assert.Equal(t, broken, r.SourceError())
	}
	r := NewReader(stuck{}, "B")
	_, err := r.Next()
	require.ErrorIs(t, err, io.ErrNoProgress)
	r = NewReader(strings.NewReader("--B"), "B")
	_, err = r.Next()
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.NoError(t, r.SourceError())
}

type stuck struct{}

func (stuck) Read([]byte) (int, error) { return 0, nil }

// A content is given as soon as it has come, but for what may begin a delimiter; nothing is read from below meanwhile.
func TestReaderDoesNotWait(t *testing.T) {
	t.Parallel()
	from, to := io.Pipe()
	defer from.Close()
	go to.Write([]byte("--B\r\n\r\nabc\r\n"))
	r := NewReader(from, "B")
	next(t, r)
	data := make([]byte, 3)
	_, err := io.ReadFull(r, data)
	require.NoError(t, err)
	assert.Equal(t, "abc", string(data))
	go func() {
		to.Write([]byte("--B\r\nA: b\r\n\r\n"))
		to.Write([]byte("d"))
	}()
	next(t, r)
	assert.Equal(t, "b", string(r.Field("A")), "before the content has come")
	_, err = io.ReadFull(r, data[:1])
	require.NoError(t, err)
	assert.Equal(t, "d", string(data[:1]))
}
